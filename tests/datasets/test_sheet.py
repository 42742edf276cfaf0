"""The contact sheet: what it shows, and that its outlines lie where the truth turns."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from zoomiseg.datasets import PatchStore, PrepareOptions, prepare, write_contact_sheet
from zoomiseg.datasets._sheet import tile
from zoomiseg.errors import OutputError

GREEN = np.array([0, 118, 84])


def test_an_outline_runs_along_the_truth_and_not_along_the_border():
    mask = np.zeros((1024, 1024), bool)
    mask[:, :512] = True
    picture = tile(np.full((1024, 1024, 3), 150, np.uint8), mask).astype(int)
    green = np.abs(picture - GREEN).sum(axis=2) < 30
    columns = np.flatnonzero(green.any(axis=0))
    assert green[:, 127:129].any(axis=1).all()
    assert 125 <= columns.min() <= columns.max() <= 130


def test_what_is_no_tumour_is_faded_and_tumour_is_not():
    mask = np.zeros((1024, 1024), bool)
    mask[:, :512] = True
    picture = tile(np.full((1024, 1024, 3), 100, np.uint8), mask)
    assert (picture[100, 50] == 100).all()
    assert (picture[100, 200] == 154).all()


@pytest.mark.parametrize("shape", [(224, 299), (1024, 64), (3, 3)])
def test_an_image_of_any_shape_fits_its_tile_unstretched(shape):
    picture = tile(np.zeros((*shape, 3), np.uint8), np.ones(shape, bool))
    assert picture.shape == (256, 256, 3)
    dark = picture.sum(axis=2) == 0
    height, width = dark.any(axis=1).sum(), dark.any(axis=0).sum()
    assert max(height, width) == 256
    assert abs(height / width - shape[0] / shape[1]) < 0.02 * shape[0] / shape[1]


def test_the_sheet_is_the_same_for_the_same_seed_and_shows_another_choice_for_another(pyramid, tmp_path):
    prepare(pyramid, tmp_path / "out", options=PrepareOptions(stride=512))
    store = PatchStore(tmp_path / "out")
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        write_contact_sheet(store, tmp_path / f"{name}.png", seed=seed)
    first, same, other = ((tmp_path / f"{name}.png").read_bytes() for name in "abc")
    assert first == same
    assert first != other
    with Image.open(tmp_path / "a.png") as sheet:
        # Four low patches in a row, and at most twelve high ones in two.
        assert sheet.size == (2 * 28 + 6 * 256 + 5 * 14, 28 + 2 * 54 + 3 * (256 + 26) + 14)


def test_names_in_any_script_and_a_single_piece_are_drawn(images, tmp_path):
    manifest = images([("a", "")])
    (tmp_path / "0.png").rename(tmp_path / f"Gewebe-µ-{'lang' * 20}.png")
    manifest.write_text(manifest.read_text().replace("0.png", f"Gewebe-µ-{'lang' * 20}.png"))
    prepare(manifest, tmp_path / "out")
    write_contact_sheet(PatchStore(tmp_path / "out"), tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size[1] == 28 + 54 + 256 + 26


def test_a_sheet_that_cannot_be_written_is_told(images, tmp_path):
    prepare(images([("a", "")]), tmp_path / "out")
    with pytest.raises(OutputError, match=r"sheet.png cannot be written"):
        write_contact_sheet(PatchStore(tmp_path / "out"), tmp_path / "no" / "sheet.png")

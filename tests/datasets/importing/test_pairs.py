"""Image and mask pairs: by folder and by ending."""

from __future__ import annotations

import numpy as np
import pytest

from annotated import rows_of, write_image, write_mask
from zoomiseg.datasets.importing import ImportOptions, import_folder
from zoomiseg.errors import ManifestError

VALUES = np.zeros((40, 60), np.uint8)
VALUES[10:30, 20:50] = 1
VALUES[15:20, 25:35] = 2


def imported(folder, **options):
    options = {"mpp": 0.5, **options}
    return import_folder(folder, folder.parent / "out", options=ImportOptions(**options))


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("a.png", "a_mask.png"),
        ("a.jpg", "a-labels.tif"),
        ("images/a.png", "masks/a.png"),
        ("Images/deep/a.png", "Labels/deep/a_mask.png"),
        ("adenoma/image/a.png", "adenoma/label/a.png"),
        ("a.png", "a_anno.png"),
    ],
)
def test_a_mask_is_found_by_its_folder_or_its_ending_and_stays_there(image, mask, tmp_path):
    write_image(tmp_path / "in" / image)
    write_mask(tmp_path / "in" / mask, VALUES)
    (row,) = rows_of(imported(tmp_path / "in").manifest)
    assert row == {
        "slide": str(tmp_path / "in" / image),
        "mask": str(tmp_path / "in" / mask),
        "group": "",
        "split": "",
        "mpp": "0.5",
        "mask_value": "",
        "format": "pairs",
        "target_share": "0.25",
    }


def test_a_value_marks_the_target_and_folders_give_the_split(tmp_path):
    for split in ("train", "test"):
        write_image(tmp_path / "in" / split / "images" / "a.png")
        write_mask(tmp_path / "in" / split / "masks" / "a.png", VALUES)
    rows = rows_of(imported(tmp_path / "in", mask_value=2).manifest)
    assert [(row["split"], row["mask_value"]) for row in rows] == [("test", "2"), ("train", "2")]
    assert float(rows[0]["target_share"]) == pytest.approx(50 / 2400, abs=1e-6)


def test_a_mask_of_half_the_size_is_a_mask_and_one_of_another_aspect_is_not(tmp_path):
    for name in "ab":
        write_image(tmp_path / "in" / f"{name}.png")
    write_mask(tmp_path / "in" / "a_mask.png", VALUES[::2, ::2])
    write_mask(tmp_path / "in" / "b_mask.png", VALUES[::2])
    done = imported(tmp_path / "in")
    assert done.slides == 1
    ((path, reason),) = done.skipped
    assert path.name == "b.png"
    assert "the mask must have the slide's aspect within 1%" in reason


@pytest.mark.parametrize(
    ("mask", "options", "told"),
    [
        (VALUES, {"mask_value": 9}, "a_mask.png marks nothing by the value 9."),
        (np.dstack([VALUES, VALUES * 0, VALUES]) * 90, {}, "a_mask.png is coloured"),
        (VALUES, {"mpp": None}, "microns per pixel"),
    ],
)
def test_what_cannot_be_used_is_told(mask, options, told, tmp_path):
    write_image(tmp_path / "in" / "a.png")
    write_mask(tmp_path / "in" / "a_mask.png", mask)
    with pytest.raises(ManifestError) as caught:
        imported(tmp_path / "in", **options)
    assert told in caught.value.message

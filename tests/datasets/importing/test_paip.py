"""PAIP2019: SVS with masks of viable and whole tumour, or the outlines alone."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from annotated import (
    HOLE,
    ISLAND,
    OUTER,
    centres_in,
    mask_of,
    polygon,
    rows_of,
    write_imagescope,
    write_slide,
)
from zoomiseg.datasets.importing import ImportOptions, _masked, import_folder
from zoomiseg.errors import ManifestError

NAME = "01_01_0083"
VIABLE = centres_in(polygon(OUTER, HOLE), step=1.0, size=(302, 403))
WHOLE = centres_in(polygon(OUTER), step=1.0, size=(302, 403))


@pytest.fixture
def folder(tmp_path):
    write_slide(tmp_path / "in" / NAME / f"{NAME}.svs")
    return tmp_path / "in" / NAME


def write_tiff(path, values, **options):
    """A mask as the challenge gives it: 0 and 1, LZW, in strips, all in one level."""
    tifffile.imwrite(path, values.astype(np.uint8), compression="lzw", **options)


def imported(folder, **options):
    return import_folder(folder.parent, folder.parent.parent / "out", options=ImportOptions(**options))


def test_the_masks_stay_where_they_are_and_viable_is_the_target(folder):
    write_tiff(folder / f"{NAME}_viable.tif", VIABLE)
    write_tiff(folder / f"{NAME}_whole.tif", WHOLE)
    write_imagescope(folder / f"{NAME}.xml", [[(OUTER, False)], [(OUTER, False), (HOLE, True)]])
    done = imported(folder)
    (row,) = rows_of(done.manifest)
    assert (row["mask"], row["format"]) == (str(folder / f"{NAME}_viable.tif"), "paip2019")
    assert float(row["target_share"]) == pytest.approx(VIABLE.mean(), abs=1e-6)
    assert done.skipped == ()
    (row,) = rows_of(imported(folder, target=("Whole",)).manifest)
    assert row["mask"] == str(folder / f"{NAME}_whole.tif")


def test_a_hole_in_one_layer_is_no_hole_in_another(folder):
    write_imagescope(folder / f"{NAME}.xml", [[(OUTER, False)], [(OUTER, False), (HOLE, True)]])
    both = imported(folder, target=("whole", "viable")).manifest
    assert np.array_equal(mask_of(both), centres_in(polygon(OUTER)))
    viable = imported(folder).manifest
    assert np.array_equal(mask_of(viable), centres_in(polygon(OUTER, HOLE)))


def test_a_mask_in_strips_beyond_the_limit_of_plain_images_is_written_anew(folder, monkeypatch):
    write_tiff(folder / f"{NAME}_viable.tif", VIABLE, rowsperstrip=7)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 403 * 200)
    places = []
    spool = _masked.TileSpool
    monkeypatch.setattr(
        _masked, "TileSpool", lambda place, **size: [places.append(place), spool(place, **size)][1]
    )
    done = imported(folder)
    # The data may lie where nothing can be written.
    assert places == [folder.parent.parent / "out"]
    assert rows_of(done.manifest)[0]["mask"] == f"masks/{NAME}.tif"
    assert np.array_equal(mask_of(done.manifest), VIABLE)
    with tifffile.TiffFile(done.manifest.parent / "masks" / f"{NAME}.tif") as written:
        assert written.pages.first.is_tiled


def test_without_masks_the_outlines_count_the_second_layer_being_viable(folder):
    write_imagescope(
        folder / f"{NAME}.xml", [[(OUTER, False), (ISLAND, False)], [(OUTER, False), (HOLE, True)]]
    )
    assert np.array_equal(mask_of(imported(folder).manifest), centres_in(polygon(OUTER, HOLE)))
    whole = mask_of(imported(folder, target=("whole",)).manifest)
    assert np.array_equal(whole, centres_in(polygon(OUTER) | polygon(ISLAND)))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (np.zeros((302, 403)), f"Its mask {NAME}_viable.tif marks nothing."),
        (np.ones((302, 300)), "the mask must have the slide's aspect within 1%"),
    ],
)
def test_a_mask_that_cannot_be_used_is_told(values, told, folder):
    write_tiff(folder / f"{NAME}_viable.tif", values)
    with pytest.raises(ManifestError) as caught:
        imported(folder)
    assert told in caught.value.message


def test_a_slide_without_the_wanted_mask_is_told(folder):
    write_tiff(folder / f"{NAME}_whole.tif", WHOLE)
    with pytest.raises(ManifestError, match=r"01_01_0083\.svs has no mask viable and no XML"):
        imported(folder)

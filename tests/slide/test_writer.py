import errno
import os
import subprocess
import sys

import cv2
import numpy as np
import openslide
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from slide_files import picture

from zoomiseg.errors import OutputError, SlideError
from zoomiseg.geometry import Box
from zoomiseg.slide import open_slide, write_pyramid
from zoomiseg.slide._spool import TileSpool

MPP = (0.25, 0.25)


def write(path, pixels, **options):
    kind = "slide" if pixels.ndim == 3 else "mask"
    height, width = pixels.shape[:2]
    options = {"width": width, "height": height, "mpp": MPP, "kind": kind, "tile_size": 128, **options}
    write_pyramid(path, lambda box: pixels[box.y : box.bottom, box.x : box.right], **options)
    return path


def labels(width=700, height=333):
    y, x = np.mgrid[:height, :width]
    return ((x // 90 + y // 70) % 3).astype(np.uint8)


def halved_by_hand(pixels):
    padded = cv2.copyMakeBorder(
        pixels, 0, pixels.shape[0] % 2, 0, pixels.shape[1] % 2, cv2.BORDER_REPLICATE
    ).astype(float)
    return (padded[::2, ::2] + padded[1::2, ::2] + padded[::2, 1::2] + padded[1::2, 1::2]) / 4


def test_openslide_sees_all_levels_and_the_scale_of_a_slide(tmp_path):
    rgb = picture(701, 399)
    path = write(tmp_path / "a.tif", rgb)
    with openslide.OpenSlide(path) as slide:
        assert slide.level_dimensions == ((701, 399), (351, 200), (176, 100), (88, 50))
        assert float(slide.properties["openslide.mpp-x"]) == pytest.approx(0.25)
        expected = rgb.astype(float)
        for level, size in enumerate(slide.level_dimensions):
            found = np.asarray(slide.read_region((0, 0), level, size).convert("RGB"))
            assert np.abs(found - expected).mean() < 2.5  # JPEG; half a pixel shifted would be 6
            expected = halved_by_hand(expected)


def test_a_written_slide_is_read_back_on_its_grids(tmp_path):
    with open_slide(write(tmp_path / "a.tif", picture(701, 399))) as slide:
        assert slide.mpp == pytest.approx(MPP)
        assert slide.vendor == "generic-tiff"
        assert len(slide.levels) == 4


def test_a_mask_is_an_ome_tiff_with_sub_ifds_to_the_byte(tmp_path):
    truth = labels()
    path = write(tmp_path / "a.ome.tif", truth)
    with tifffile.TiffFile(path) as tiff:
        assert tiff.is_ome
        assert tiff.is_bigtiff
        assert len(tiff.pages) == 1
        levels = tiff.series[0].levels
        assert [level.shape for level in levels] == [(333, 700), (167, 350), (84, 175), (42, 88)]
        expected = truth
        for level in levels:
            np.testing.assert_array_equal(level.asarray(), expected)
            expected = expected[::2, ::2]
        assert 'PhysicalSizeX="0.25"' in tiff.ome_metadata


def test_a_probability_can_be_reduced_by_area(tmp_path):
    path = write(tmp_path / "a.ome.tif", picture(300, 200)[..., 0], reduction="area")
    with tifffile.TiffFile(path) as tiff:
        fine, coarse = (tiff.series[0].levels[level].asarray() for level in (0, 1))
    assert np.abs(coarse - halved_by_hand(fine)).max() <= 0.5


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 150), height=st.integers(1, 150))
def test_every_size_comes_back(tmp_path_factory, width, height):
    pixels = np.random.default_rng(width).integers(0, 3, (height, width), dtype=np.uint8)
    path = write(tmp_path_factory.mktemp("sizes") / "a.ome.tif", pixels, tile_size=32)
    np.testing.assert_array_equal(tifffile.imread(path, level=0), pixels)


def test_every_level_0_tile_is_asked_for_once_and_progress_rises_to_one(tmp_path):
    asked, shares = [], []

    def read(box):
        asked.append(box)
        return np.zeros((box.height, box.width), np.uint8)

    write_pyramid(
        tmp_path / "a.tif",
        read,
        width=700,
        height=300,
        mpp=MPP,
        kind="mask",
        tile_size=128,
        progress=shares.append,
    )
    assert sorted(asked) == sorted(
        Box(x, y, min(128, 700 - x), min(128, 300 - y))
        for x in range(0, 700, 128)
        for y in range(0, 300, 128)
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("error", [SlideError("gone"), KeyboardInterrupt(), ValueError("no")])
def test_when_the_source_fails_nothing_is_left_and_an_older_file_stays(tmp_path, error):
    path = tmp_path / "a.tif"
    path.write_bytes(b"older")

    def read(box):
        if box.x:
            raise error
        return np.zeros((box.height, box.width), np.uint8)

    with pytest.raises(type(error)):
        write_pyramid(path, read, width=300, height=300, mpp=MPP, kind="mask", tile_size=128)
    assert os.listdir(tmp_path) == ["a.tif"]
    assert path.read_bytes() == b"older"


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["spooling", "assembling", "renaming"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path, monkeypatch, where):
    if where == "spooling":
        monkeypatch.setattr(TileSpool, "put", full_disk)
    elif where == "assembling":
        monkeypatch.setattr(os, "fsync", full_disk)
    else:
        monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(OutputError, match=r"a\.ome\.tif cannot be written: the disk is full\."):
        write(tmp_path / "a.ome.tif", labels())
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_is_one_sentence(tmp_path):
    with pytest.raises(OutputError, match=r"cannot be written: No such file or directory"):
        write(tmp_path / "nowhere" / "a.tif", labels())


def test_pixels_of_another_shape_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"are .* not "):
        write(tmp_path / "a.tif", labels().astype(np.uint16))
    assert os.listdir(tmp_path) == []


HUGE = """
import sys
import numpy as np
from zoomiseg.memory import peak_rss_mb
from zoomiseg.slide import write_pyramid
empty = np.zeros((512, 512), np.uint8)
before = peak_rss_mb()
write_pyramid(sys.argv[1], lambda box: empty[:box.height, :box.width],
              width=60_000, height=60_000, mpp=(0.25, 0.25), kind="mask")
print(round(peak_rss_mb() - before))
"""


def test_a_huge_mask_is_written_in_little_memory(tmp_path):
    path = tmp_path / "a.ome.tif"
    ran = subprocess.run(
        [sys.executable, "-c", HUGE, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    assert int(ran.stdout) < 100  # MB, for 3,600 MB of pixels
    assert path.stat().st_size < 20_000_000


def test_openslide_reads_the_objective_and_every_level_of_a_slide_that_names_it(tmp_path):
    rgb = picture(701, 399)
    with openslide.OpenSlide(write(tmp_path / "a.tif", rgb, objective=20, mpp=(0.5, 0.5))) as slide:
        assert float(slide.properties["openslide.objective-power"]) == 20
        assert float(slide.properties["openslide.mpp-x"]) == 0.5
        assert float(slide.properties["openslide.mpp-y"]) == 0.5
        assert slide.level_dimensions == ((701, 399), (351, 200), (176, 100), (88, 50))
        assert slide.associated_images["thumbnail"].size == (88, 50)
        found = np.asarray(slide.read_region((0, 0), 0, (701, 399)).convert("RGB"))
        assert np.abs(found - rgb.astype(float)).mean() < 2.5


def test_a_slide_of_one_tile_names_its_objective_too(tmp_path):
    with open_slide(write(tmp_path / "a.tif", picture(100, 90), objective=20, mpp=(0.5, 0.5))) as slide:
        assert slide.objective == 20
        assert slide.mpp == (0.5, 0.5)


@pytest.mark.parametrize(("kind", "mpp"), [("mask", (0.5, 0.5)), ("slide", (0.5, 0.25))])
def test_an_objective_that_cannot_be_written_is_refused(tmp_path, kind, mpp):
    pixels = picture(100, 90) if kind == "slide" else labels(100, 90)
    with pytest.raises(ValueError, match="Only a slide of square pixels"):
        write(tmp_path / "a.tif", pixels, kind=kind, mpp=mpp, objective=20)


@pytest.mark.parametrize("pixels", [picture(701, 399), labels()], ids=["slide", "mask"])
def test_equal_pixels_give_equal_files(tmp_path, pixels):
    one, other = (write(tmp_path / name, pixels).read_bytes() for name in ("a.tif", "b.tif"))
    assert one == other


def test_other_pixels_give_a_mask_another_identity(tmp_path):
    found = []
    for pixels in (labels(), 1 - labels()):
        with tifffile.TiffFile(write(tmp_path / "a.tif", pixels)) as tiff:
            found.append(tiff.ome_metadata.partition("urn:uuid:")[2][:36])
    assert len(set(found)) == 2

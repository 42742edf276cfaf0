import hashlib
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slide_files import picture, reduced, write_ome_zarr, write_tiff_pyramid

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box, Grid
from zoomiseg.slide import open_slide, sample_path


def area_average(plane, grid, box):
    """Brute force: every grid pixel as the mean of level-0 pixels by covered area, white outside."""
    padded = np.full((plane.shape[0] + 1000, plane.shape[1] + 1000, 3), 255.0)
    padded[500:-500, 500:-500] = plane

    def weights(start, stop, step, length):
        edges = np.arange(length + 1) - 500.0
        left, right = np.arange(start, stop)[:, None] * step, np.arange(start + 1, stop + 1)[:, None] * step
        return np.clip(np.minimum(right, edges[1:]) - np.maximum(left, edges[:-1]), 0, None) / step

    rows = weights(box.y, box.bottom, grid.downsample[1], padded.shape[0])
    columns = weights(box.x, box.right, grid.downsample[0], padded.shape[1])
    return np.einsum("rh,hwc,kw->rkc", rows, padded, columns, optimize=True)


@pytest.fixture(scope="module")
def pyramid(tmp_path_factory):
    path = write_tiff_pyramid(tmp_path_factory.mktemp("slides") / "a.tif", picture(699, 530))
    with open_slide(path) as slide:
        yield slide


@pytest.fixture(scope="module")
def single_level(tmp_path_factory):
    path = write_tiff_pyramid(tmp_path_factory.mktemp("slides") / "b.tif", picture(699, 530), factors=(1,))
    with open_slide(path) as slide:
        yield slide


BOXES = [Box(-7, -5, 40, 30), Box(33, 17, 21, 40), Box(60, 55, 60, 40)]


@pytest.mark.parametrize("downsample", [1.0, 2.0, 3.9998, 4.0, 5.3, 8.0])
def test_every_scale_and_place_equals_brute_force_on_the_plane(single_level, downsample):
    grid = Grid((downsample, downsample), 1, 1, (1.0, 1.0))
    end = Box(int(699 / downsample) - 9, int(530 / downsample) - 9, 20, 20)
    for box in (*BOXES, end):
        found = single_level.read(box, grid)
        assert np.abs(found - area_average(picture(699, 530), grid, box)).max() <= 0.51


@pytest.mark.parametrize("downsample", [2.0, 3.9998, 4.0, 5.3, 8.0])
def test_reading_from_a_coarser_level_is_right_to_a_fraction_of_a_pixel(pyramid, downsample):
    # The level was rounded to 8 bits and blurs over 4 pixels: a shift by half a pixel would differ by 6.
    grid = Grid((downsample, downsample), 1, 1, (1.0, 1.0))
    inside = Box(3, 5, int(699 / downsample) - 9, int(530 / downsample) - 9)
    difference = pyramid.read(inside, grid) - area_average(picture(699, 530), grid, inside)
    assert np.abs(difference).max() <= (0.51 if downsample < 3.999 else 3.0)


def test_a_level_of_ratio_3_9943_is_used_and_does_not_shift(pyramid):
    assert pyramid.levels == ((699, 530), (175, 133))
    low = Grid((4.0, 4.0), 175, 133, (1.0, 1.0))
    found = pyramid.read(Box(0, 0, 174, 132), low)
    np.testing.assert_array_equal(found, reduced(picture(699, 530), 4)[:132, :174])


@settings(max_examples=40, deadline=None)
@given(scale=st.sampled_from([0.11, 0.25, 0.5, 0.7, 1.0, 2.0, 3.1]), data=st.data())
def test_reading_a_box_equals_cropping_the_whole(pyramid, scale, data):
    grid = pyramid.grids.at(scale)
    whole = grid.box.expanded(5)
    x, y = data.draw(st.integers(-5, grid.width)), data.draw(st.integers(-5, grid.height))
    box = Box(x, y, data.draw(st.integers(1, whole.right - x)), data.draw(st.integers(1, whole.bottom - y)))
    together = pyramid.read(whole, grid)
    np.testing.assert_array_equal(pyramid.read(box, grid), together[box.slices_in(whole)])


def test_all_around_the_slide_is_white(pyramid):
    for grid in (pyramid.grids.slide, pyramid.grids.high, pyramid.grids.low, pyramid.grids.at(0.1)):
        wide = pyramid.read(grid.box.expanded(3), grid)
        for border in (wide[:3], wide[-3:], wide[:, :3], wide[:, -3:]):
            assert (border == 255).all()
        assert (wide[3:-3, 3:-3] < 250).any()


def test_a_coarse_slide_is_enlarged_smoothly(tmp_path):
    path = write_tiff_pyramid(tmp_path / "a.tif", picture(), factors=(1,), mpp=1.0)
    with open_slide(path) as slide:
        assert slide.grids.high.downsample == (0.5, 0.5)
        assert "coarser than the high scale" in slide.warnings[0]
        fine = slide.read(Box(200, 200, 400, 400), slide.grids.high)
    again = fine.reshape(200, 2, 200, 2, 3).mean(axis=(1, 3))
    assert np.abs(again - picture()[100:300, 100:300]).max() <= 1.0


def test_threads_read_what_one_thread_reads(pyramid):
    boxes = [Box(7 * number, 3 * number, 90, 80) for number in range(12)]
    alone = [pyramid.read(box, pyramid.grids.high) for box in boxes]
    found = [None] * len(boxes)

    def read(number):
        found[number] = pyramid.read(boxes[number], pyramid.grids.high)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(boxes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    for one, other in zip(alone, found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_files_fingerprint_is_its_size_and_ends():
    path = sample_path("bcss-1015")
    content = path.read_bytes()
    with open_slide(path) as slide:
        assert slide.fingerprint() == {
            "size": len(content),
            "sha256_first_mb": hashlib.sha256(content[: 1 << 20]).hexdigest(),
            "sha256_last_mb": hashlib.sha256(content[-(1 << 20) :]).hexdigest(),
        }


def test_a_folders_fingerprint_sees_another_picture(tmp_path, rgb):
    prints = []
    for name, pixels in (("a", rgb), ("b", rgb), ("c", 255 - rgb)):
        with open_slide(write_ome_zarr(tmp_path / f"{name}.zarr", pixels, version="0.5")) as slide:
            prints.append(slide.fingerprint())
    assert prints[0] == prints[1]
    assert prints[0] != prints[2]


def test_closing_twice_is_harmless():
    slide = open_slide(sample_path("cmu-1"))
    slide.close()
    slide.close()


def test_a_closed_slide_says_so():
    slide = open_slide(sample_path("cmu-1"))
    slide.close()
    with pytest.raises(SlideError, match="was closed before it was read"):
        slide.read(Box(0, 0, 8, 8), slide.grids.low)


CLOSED_WHILE_READ = """
import ctypes, threading
from contextlib import suppress
from zoomiseg.geometry import Box
from zoomiseg.slide import open_slide, sample_path

def read_all(slide, begun):
    begun.set()
    with suppress(ctypes.ArgumentError):  # of the tiles that were not begun when it was closed
        slide.read(Box(0, 0, 2048, 1024), slide.grids.high)

for _ in range(12):
    slide, begun = open_slide(sample_path("bcss-1015")), threading.Event()
    thread = threading.Thread(target=read_all, args=(slide, begun))
    thread.start()
    begun.wait()
    threading.Event().wait(0.02)
    slide.close()
    thread.join()
print("alive")
"""


def test_closing_a_slide_that_another_thread_reads_does_not_end_the_process():
    ran = subprocess.run(
        [sys.executable, "-c", CLOSED_WHILE_READ], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "alive\n"), ran.stderr

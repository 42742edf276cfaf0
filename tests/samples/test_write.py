import errno
import os
import subprocess
import sys
import tempfile

import numpy as np
import openslide
import pytest
import tifffile

from zoomiseg.errors import OutputError
from zoomiseg.samples import Kind, sample_files, tally_truth, write_sample
from zoomiseg.slide import open_slide

from .stubs import StubSource


def test_a_slide_opens_in_openslide_with_its_scale_and_objective(tmp_path):
    source = StubSource(1300, 900)
    done = write_sample(source, tmp_path / "a.tif")
    with openslide.OpenSlide(done.slide) as slide:
        assert slide.level_dimensions[0] == (1300, 900)
        assert slide.level_count == 3
        assert float(slide.properties["openslide.mpp-x"]) == 0.5
        assert float(slide.properties["openslide.objective-power"]) == 20
        found = np.asarray(slide.read_region((0, 0), 0, (1300, 900)).convert("RGB")).astype(float)
    assert np.abs(found - source.whole.image).mean() < 2
    with open_slide(done.slide) as slide:
        assert slide.warnings == ()


def test_truth_and_kinds_are_exact(tmp_path):
    source = StubSource(1300, 900)
    done = write_sample(source, tmp_path / "a.tiff", kinds=True)
    kind = source.whole.kind
    np.testing.assert_array_equal(tifffile.imread(done.truth, level=0), np.where(kind == Kind.TUMOUR, 255, 0))
    np.testing.assert_array_equal(tifffile.imread(done.kinds, level=0), kind)
    assert sorted(os.listdir(tmp_path)) == ["a-kinds.ome.tif", "a-truth.ome.tif", "a.tiff"]


def test_the_figures_are_those_of_the_whole_truth(tmp_path):
    source = StubSource(1301, 903)
    done = write_sample(source, tmp_path / "a.tif", threads=1)
    truth = source.whole.kind == Kind.TUMOUR
    whole = tally_truth(lambda box: truth[box.y : box.bottom, box.x : box.right], width=1301, height=903)
    assert done.kinds is None
    assert done.tumour_fraction == pytest.approx(truth.mean())
    assert 0.5 < done.low_scale_ceiling == whole.low_scale_ceiling < 1


def test_equal_sources_give_files_equal_to_the_byte_whatever_the_threads(tmp_path):
    for name, threads in (("a.tif", 1), ("b.tif", 3)):
        write_sample(StubSource(1300, 900), tmp_path / name, threads=threads)
    for one, other in (("a.tif", "b.tif"), ("a-truth.ome.tif", "b-truth.ome.tif")):
        assert (tmp_path / one).read_bytes() == (tmp_path / other).read_bytes()


@pytest.mark.parametrize("name", ["a.png", "a", "a.svs"])
def test_a_name_that_is_no_tiffs_is_refused(name, tmp_path):
    with pytest.raises(
        OutputError, match=r"is no name for a slide\. Give one that ends in \.tif or \.tiff\."
    ):
        sample_files(tmp_path / name)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.92, 0.97])
def test_when_it_is_stopped_nothing_is_left_and_older_files_stay(tmp_path, share):
    for name in ("a.tif", "a-truth.ome.tif"):
        (tmp_path / name).write_bytes(b"older")

    def stop(done):
        if done >= share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(StubSource(1300, 900), tmp_path / "a.tif", kinds=True, progress=stop)
    assert sorted(os.listdir(tmp_path)) == ["a-truth.ome.tif", "a.tif"]
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"older"}


def test_a_full_disk_is_one_sentence_about_the_users_own_file(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OutputError) as told:
        write_sample(StubSource(600, 600), tmp_path / "a.tif")
    assert str(told.value) == f"{tmp_path / 'a.tif'} cannot be written: the disk is full."
    assert os.listdir(tmp_path) == []


def test_a_disk_that_fills_up_with_kinds_is_one_sentence(tmp_path, monkeypatch):
    class Full:
        def seek(self, _):
            pass

        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(OutputError) as told:
        write_sample(StubSource(600, 600), tmp_path / "a.tif")
    assert str(told.value) == f"Nothing more can be written to {tmp_path}: the disk is full."
    assert os.listdir(tmp_path) == []


def test_progress_rises_to_one(tmp_path):
    shares = []
    write_sample(StubSource(1300, 900), tmp_path / "a.tif", kinds=True, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


LARGE = """
import sys
from pathlib import Path
import numpy as np
from zoomiseg.memory import peak_rss_mb
from zoomiseg.samples import View, write_sample
image, kind = np.full((1024, 1024, 3), 230, np.uint8), np.zeros((1024, 1024), np.uint8)
kind[100:600] = 2
class Source:
    width = height = 12_000
    mpp = 0.5
    def read(self, box):
        return View(image[:box.height, :box.width], kind[:box.height, :box.width])
before = peak_rss_mb()
write_sample(Source(), Path(sys.argv[1]))
print(round(peak_rss_mb() - before))
"""


def test_a_large_slide_is_written_in_little_memory(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path / "a.tif")],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert int(ran.stdout) < 150  # MB, for 576 MB of pixels

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import bootstrap

from zoomiseg.experiment import paired_clicks

TOOL = Path(__file__).parents[2] / "tools" / "compare_clicks.py"


def test_means_ratio_and_who_needs_fewer_are_those_of_the_images():
    found = paired_clicks([2, 4, 6, 8], [1, 4, 8, 3])
    assert (found.first, found.second, found.ratio) == (5.0, 4.0, 0.8)
    assert (found.fewer, found.more, found.images) == (2, 1, 4)


def test_the_interval_is_scipys_paired_percentile_bootstrap():
    numbers = np.random.default_rng(3)
    first = numbers.integers(1, 20, 80)
    second = np.clip(first + numbers.integers(-3, 3, 80), 1, 20)
    expected = bootstrap(
        (second, first),
        lambda two, one, axis=-1: two.mean(axis=axis) / one.mean(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        confidence_level=0.9,
        method="percentile",
        rng=numbers,
    ).confidence_interval
    found = paired_clicks(first.tolist(), second.tolist())
    assert found.ratio_interval == pytest.approx((expected.low, expected.high), abs=3e-3)


def test_the_same_clicks_have_a_ratio_of_exactly_one():
    assert paired_clicks([3, 20, 7], [3, 20, 7]).ratio_interval == (1.0, 1.0)


def test_images_that_are_not_the_same_are_refused():
    with pytest.raises(ValueError, match="2 and 1 images"):
        paired_clicks([1, 2], [1])


def _file(path: Path, clicks: dict[str, int | None], *, finished: bool = True) -> str:
    images = [{"name": name, "clicks_to": dict.fromkeys(("80", "85", "90"), n)} for name, n in clicks.items()]
    apart = {"name": "white", "foreground": 0.0}
    path.write_text(json.dumps({"figures": {} if finished else None, "images": [*images, apart]}))
    return str(path)


def _compare(first: str, second: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), "--first", first, "--second", second]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_tool_pairs_images_of_files_and_counts_what_is_never_reached_as_20(tmp_path):
    first = _file(tmp_path / "a.json", {"one": 5, "two": None})
    said = _compare(first, _file(tmp_path / "b.json", {"one": 5, "two": 5}))
    assert said.returncode == 0
    assert "2 images" in said.stdout
    assert "IoU 0.85: 12.50 and 5.00 clicks, ratio 0.400" in said.stdout
    assert "fewer on 1, more on 0, as many on 1" in said.stdout


@pytest.mark.parametrize(
    ("clicks", "finished", "words"),
    [({"three": 5}, True, "other images"), ({"one": 5}, False, "not finished")],
)
def test_the_tool_refuses_what_cannot_be_paired(tmp_path, clicks, finished, words):
    first = _file(tmp_path / "a.json", {"one": 5})
    said = _compare(first, _file(tmp_path / "b.json", clicks, finished=finished))
    assert said.returncode == 1
    assert words in said.stderr
    assert len(said.stderr.splitlines()) == 1
    (tmp_path / "c.json").write_text("[]")
    assert "holds no results" in _compare(first, str(tmp_path / "c.json")).stderr

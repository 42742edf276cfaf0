"""Methods by name, of the package and of one's own."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from zoomiseg.errors import WeightsError
from zoomiseg.experiment import known_baselines, robot_curve

GUIDE = Path(__file__).parents[3] / "docs" / "add-a-method.md"
IMAGE = np.full((20, 30, 3), [235, 190, 210], np.uint8)
IMAGE[5:15, 8:20] = [150, 60, 140]
TRUTH = np.zeros((20, 30), bool)
TRUTH[5:15, 8:20] = True


def written(folder: Path, body: str, *, name: str = "mine") -> Path:
    path = folder / "mine.py"
    path.write_text(f"""from __future__ import annotations
from dataclasses import dataclass
import numpy as np
from zoomiseg.experiment import Baseline

@dataclass
class Mine:
    depth: int = 1
    def predict(self, image, clicks, previous):
        return {body}

BASELINE = Baseline(name="{name}", load=Mine)
""")
    return path


def test_the_packages_own_methods_are_there_without_loading_any():
    assert list(known_baselines()) == ["grabcut", "random-walker", "sam"]
    assert [each.longest_px for each in known_baselines().values()] == [512, 512, None]


def test_the_guides_own_example_is_a_method_that_works(tmp_path):
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "nearest.py").write_text(example)
    baseline = known_baselines(files=[tmp_path / "nearest.py"])["nearest-colour"]
    curve = robot_curve(baseline.method, IMAGE, TRUTH)
    assert curve.ious == (1.0,)
    np.testing.assert_array_equal(baseline.method.predict(IMAGE, [(9, 9, 1), (1, 1, -1)], None) > 0, TRUTH)


def test_a_method_of_ones_own_depends_on_its_file(tmp_path):
    path = written(tmp_path, "np.full(image.shape[:2], 0.25 * len(clicks))")
    first = known_baselines(files=[path])["mine"]
    answer = first.method.predict(IMAGE, [(1, 2, 1), (3, 4, -1)], None)
    assert (answer.dtype, answer.shape, float(answer.mean())) == (np.float32, (20, 30), 0.5)
    identity = first.identity
    second = known_baselines(files=[written(tmp_path, "np.full(image.shape[:2], 0.75)")])["mine"]
    assert identity.startswith("mine ")
    assert identity != second.identity


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("np.zeros((3, 3))", r"answered with float64 of shape \(3, 3\); floats of shape \(20, 30\)"),
        ("np.zeros(image.shape[:2], bool)", r"answered with bool of shape \(20, 30\); floats"),
        ("np.full(image.shape[:2], 1.5)", "values from 1.5 to 1.5; a probability is between 0 and 1"),
        ("np.full(image.shape[:2], np.nan)", "values from nan to nan"),
    ],
)
def test_an_answer_that_is_no_probability_is_told(tmp_path, body, told):
    mine = known_baselines(files=[written(tmp_path, body)])["mine"]
    with pytest.raises(
        WeightsError, match=f"The method mine answered with .*{told.removeprefix('answered with ')}"
    ):
        mine.method.predict(IMAGE, [(1, 2, 1)], None)


def test_a_file_that_holds_no_method_is_told(tmp_path):
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "notes.txt").write_text("")
    for name, told in (
        ("none.py", "is no file"),
        ("empty.py", "binds no BASELINE"),
        ("notes.txt", "end in .py"),
    ):
        with pytest.raises(WeightsError, match=told):
            known_baselines(files=[tmp_path / name])


@pytest.mark.parametrize(("name", "told"), [("Mine!", "small letters"), ("sam", "as another one is")])
def test_a_name_that_is_none_or_taken_is_refused(tmp_path, name, told):
    with pytest.raises(WeightsError, match=told):
        known_baselines(files=[written(tmp_path, "previous", name=name)])

from __future__ import annotations

import pytest

from zoomiseg.experiment.metrics import Overlap
from zoomiseg.experiment.sweep import read_sweep, sweep_figures, swept_settings

from ..evaluation.runs import facts, file_of, patch, run


def made(percent, *clicks):
    """A slide of this IoU with so many clicks in each patch."""
    patches = [patch("high" if number else "low", *[0.9] * count) for number, count in enumerate(clicks)]
    return run(*patches, cells=(Overlap(percent, percent, 100),))


def swept(tmp_path, results, *, kinds=("a", "a")):
    """An evaluation, and the settings of these names with an IoU and clicks on both its slides."""
    rows = {"low-only": made(80, 5), "high-only": made(95, 0, 50), "zoomiseg": made(90, 5, 10)}
    slides = [(facts(name, kind=kind), rows) for name, kind in zip("xy", kinds, strict=True)]
    file = file_of(tmp_path / "evaluation.json", *slides)
    for setting in swept_settings(file.setting.rules):
        if setting.name in results:
            path = setting.path_in(tmp_path)
            path.parent.mkdir(parents=True)
            row = {"zoomiseg": made(*results[setting.name])}
            each = [(facts(name, kind=kind), row) for name, kind in zip("xy", kinds, strict=True)]
            file_of(path, *each, rules=setting.rules).save()
    return file


def test_every_setting_is_told_and_the_frontier_marked(tmp_path):
    file = swept(tmp_path, {"d_thr-500": (92, 5, 9), "q_max-0.9": (85, 5, 11)})
    (group,) = sweep_figures(file, read_sweep(file))
    assert (group["kind"], group["slides"]) == ("a", ["x", "y"])
    found = {each["name"]: each for each in group["points"]}
    assert list(found) == ["low-only", "high-only", "zoomiseg", "d_thr-500", "q_max-0.9"]
    assert found["d_thr-500"] == {
        "name": "d_thr-500",
        "changed": {"d_thr_px": 500},
        "miou": pytest.approx(0.92),
        "tnoc": 28,
        "clicks_low": 10,
        "clicks_high": 18,
        "frontier": True,
    }
    assert {name for name, each in found.items() if each["frontier"]} == {
        "low-only",
        "high-only",
        "d_thr-500",
    }


def test_equal_points_are_both_on_the_frontier(tmp_path):
    file = swept(tmp_path, {"q_thr-0.9": (90, 5, 10)})
    (group,) = sweep_figures(file, read_sweep(file))
    assert all(each["frontier"] for each in group["points"])


def test_kinds_are_never_averaged(tmp_path):
    file = swept(tmp_path, {"q_thr-0.9": (90, 5, 10)}, kinds=("real", "made"))
    groups = sweep_figures(file, read_sweep(file))
    assert [(each["kind"], each["slides"]) for each in groups] == [("real", ["x"]), ("made", ["y"])]


def test_without_a_sweep_there_is_nothing_and_a_begun_setting_does_not_count(tmp_path):
    file = swept(tmp_path, {})
    assert sweep_figures(file, read_sweep(file)) == []
    setting = swept_settings(file.setting.rules)[0]
    setting.path_in(tmp_path).parent.mkdir(parents=True)
    file_of(setting.path_in(tmp_path), rules=setting.rules).save()
    assert read_sweep(file) == {}

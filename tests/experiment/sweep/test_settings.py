from __future__ import annotations

from zoomiseg.experiment.simulation import ZoomRules
from zoomiseg.experiment.sweep import swept_settings


def test_one_threshold_at_a_time_is_changed():
    base = ZoomRules()
    settings = swept_settings(base)
    assert [each.name for each in settings] == [
        "d_thr-125",
        "d_thr-500",
        "q_thr-0.75",
        "q_thr-0.9",
        "q_max-0.9",
        "q_max-0.975",
    ]
    for each in settings:
        changed = {
            name
            for name in ZoomRules.__dataclass_fields__
            if getattr(each.rules, name) != getattr(base, name)
        }
        assert changed == {each.threshold}
        assert getattr(each.rules, each.threshold) == each.value


def test_what_the_evaluation_has_already_is_not_run_again_but_the_papers_value_is():
    names = [each.name for each in swept_settings(ZoomRules(q_thr=0.75, d_min_px=200))]
    assert "q_thr-0.75" not in names
    assert "q_thr-0.85" in names
    assert "d_thr-125" not in names, "below D_min"

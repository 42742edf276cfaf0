from __future__ import annotations

import pytest

from zoomiseg.experiment.simulation import ZoomRules


@pytest.mark.parametrize(
    ("distance", "quality", "zooms", "zooms_as_printed"),
    [
        (249.9, 0.86, True, True),
        (250.0, 0.86, False, False),  # d < D_thr
        (249.9, 0.85, False, False),  # q > Q_thr
        (249.9, 0.95, False, False),  # q < Q_max
        (49.9, 0.1, True, True),
        (50.0, 0.1, False, False),  # d < D_min
        (49.9, 0.97, False, True),  # finished, which the printed algorithm does not ask
    ],
)
def test_the_condition_is_the_papers_line_7(distance, quality, zooms, zooms_as_printed):
    assert ZoomRules().zooms(distance, quality) is zooms
    assert ZoomRules(literal=True).zooms(distance, quality) is zooms_as_printed


def test_the_defaults_are_the_papers():
    rules = ZoomRules()
    assert (rules.d_min_px, rules.d_thr_px, rules.q_thr, rules.q_max, rules.noc_max) == (
        50,
        250,
        0.85,
        0.95,
        20,
    )


def test_a_patch_is_finished_at_q_max_but_never_in_the_printed_algorithm():
    assert [ZoomRules().finished(q) for q in (0.9499, 0.95, 1.0)] == [False, True, True]
    assert not ZoomRules(literal=True).finished(1.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"q_thr": 1.5}, "IoUs lie between 0 and 1, got q_thr 1.5"),
        ({"q_max": 0.0}, "q_max 0"),
        ({"d_min_px": 300.0}, "d_min must lie between 0 and d_thr, got 300 and 250"),
        ({"noc_max": 0}, "at least one click, got noc_max 0"),
        ({"first_look": "none"}, "first_look is 'shown' or 'given', got 'none'"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        ZoomRules(**wrong)

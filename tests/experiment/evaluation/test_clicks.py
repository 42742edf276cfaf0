from __future__ import annotations

from zoomiseg.experiment.evaluation import patches_of

from .runs import patch, run


def test_clicks_to_a_quality_are_those_to_the_first_iou_that_has_it():
    (found,) = patches_of(run(patch("low", 0.3, 0.86, 0.84, 0.96)))
    assert [found.clicks_to(q, most=20) for q in (0.3, 0.85, 0.9, 0.96)] == [
        (1, True),
        (2, True),
        (4, True),
        (4, True),
    ]
    assert found.clicks == 4


def test_what_never_gets_there_counts_all_clicks_and_is_told_from_what_does_with_the_last():
    twenty = [0.1] * 19
    never, last = patches_of(run(patch("low", *twenty, 0.1), patch("low", *twenty, 0.97, cell=1)))
    assert never.clicks_to(0.95, most=20) == (20, False)
    assert last.clicks_to(0.95, most=20) == (20, True)


def test_a_patch_that_was_good_before_needs_no_click():
    (found,) = patches_of(run(patch("high", start=0.97)))
    assert (found.clicks, found.clicks_to(0.95, most=20), found.clicks_to(0.98, most=20)) == (
        0,
        (0, True),
        (20, False),
    )


def test_a_low_patch_that_a_settled_zoom_finishes_has_its_quality_with_the_click_before_it():
    low = patch("low", 0.6, 0.9, end=0.97)
    zoom = patch("high", 0.99, zoom=(1.0, 2.0), after=2, low_iou_after=0.97)
    other = patch("high", 0.99, zoom=(1.0, 2.0), after=1, low_iou_after=1.0, cell=1)
    found = patches_of(run(low, zoom, patch("low", 0.2, cell=1), other))
    assert found[0].clicks_to(0.95, most=20) == (2, True)
    assert found[0].clicks_to(0.90, most=20) == (2, True)
    assert found[2].ious == (1.0,)


def test_a_zoom_that_leaves_worse_behind_takes_no_quality_away():
    zoom = patch("high", 0.99, zoom=(1.0, 2.0), after=1, low_iou_after=0.4)
    found = patches_of(run(patch("low", 0.9, 0.5, end=0.5), zoom))
    assert found[0].clicks_to(0.85, most=20) == (1, True)

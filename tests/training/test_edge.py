"""Samples at a slide's edge."""

from __future__ import annotations

import numpy as np

from zoomiseg.training._tasks import Sample, at_the_edge


def plain(size: int = 60) -> Sample:
    mask = np.full((size, size), 0.7, np.float32)
    return Sample(np.full((size, size, 3), 90, np.uint8), np.ones((size, size), bool), mask)


def test_outside_is_white_without_target_and_without_mask_and_inside_is_untouched() -> None:
    for seed in range(30):
        sample = at_the_edge(np.random.default_rng(seed), plain())
        inside = sample.target
        assert (sample.image[inside] == 90).all()
        assert (sample.image[~inside] == 255).all()
        assert sample.first_mask is not None
        assert (sample.first_mask[inside] == np.float32(0.7)).all()
        assert not sample.first_mask[~inside].any()


def test_the_slide_is_a_rectangle_of_at_least_a_third_of_each_side() -> None:
    shares = []
    for seed in range(60):
        inside = at_the_edge(np.random.default_rng(seed), plain()).target
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        assert inside.sum() == len(rows) * len(columns)
        assert min(len(rows), len(columns)) >= 20
        shares.append(inside.mean())
    assert 0.3 < np.mean(shares) < 0.9
    assert max(shares) == 1.0


def test_a_sample_without_a_first_mask_stays_without() -> None:
    sample = plain()
    edged = at_the_edge(np.random.default_rng(1), Sample(sample.image, sample.target, None))
    assert edged.first_mask is None

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from zoomiseg.experiment.metrics import Overlap, miou_interval


def cells(seed, count=12):
    rng = np.random.default_rng(seed)
    return [Overlap(int(c), int(c + p), int(c + t)) for c, p, t in rng.integers(50, 900, (count, 3))]


def test_the_interval_of_one_slide_is_scipys_bootstrap_of_the_ratio():
    patches = cells(1)
    common, either = (np.array(each) for each in zip(*((c.common, c.either) for c in patches), strict=True))
    expected = bootstrap(
        (common, either),
        lambda common, either, axis: common.sum(axis) / either.sum(axis),
        paired=True,
        n_resamples=20_000,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert miou_interval([patches]) == pytest.approx((expected.low, expected.high), abs=0.01)


def test_more_slides_make_the_mean_surer():
    one, four = (miou_interval([cells(seed) for seed in range(count)]) for count in (1, 4))
    assert four[1] - four[0] < 0.7 * (one[1] - one[0])


def test_patches_without_anything_take_no_part():
    assert miou_interval([[*cells(1), *[Overlap()] * 40]]) == miou_interval([cells(1)])


def test_a_slide_with_nothing_at_all_is_right():
    found = miou_interval([[Overlap()] * 3, cells(1)])
    alone = miou_interval([cells(1)])
    assert found == pytest.approx([(1 + bound) / 2 for bound in alone], abs=0.01)


def test_single_patches_tell_nothing_about_an_interval():
    assert miou_interval([[Overlap(1, 2, 3), Overlap()], [Overlap()], cells(2, count=1)]) is None


def test_the_same_seed_draws_the_same():
    assert miou_interval([cells(1)], seed=3) == miou_interval([cells(1)], seed=3)
    assert miou_interval([cells(1)], seed=3) != miou_interval([cells(1)], seed=4)

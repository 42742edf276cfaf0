"""Fine-tuning: what is held out, and which weights are kept."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.training import Checked, Figures
from zoomiseg.training._finetune import FOLDS, blended, plan_folds, pooled
from zoomiseg.training._sources import Row


def rows(**splits):
    """Rows of these units: `a="train train val"` are three of the patient a."""
    return [
        Row(split, "", unit, lambda mpp, size: [])
        for unit, several in splits.items()
        for split in several.split()
    ]


def figures(noc85, iou5=0.5, *, images=4, failures=1):
    return Figures(images, (noc85 - 1, noc85, noc85 + 1), failures, (0.1, 0.2, iou5, 0.9))


def test_enough_slides_of_the_split_val_are_held_out_and_no_others():
    given = rows(a="train train", b="train", c="val", d="val val", e="val")
    by, (fold,) = plan_folds(given)
    assert by == "held-out slides"
    assert list(fold.learnt) == given[:3]
    assert list(fold.held) == given[3:]


def test_a_slide_that_is_learnt_from_too_is_not_held_out():
    given = rows(a="train val", b="train", c="val", d="val val", e="val")
    by, (fold,) = plan_folds(given)
    assert by == "held-out slides"
    assert list(fold.learnt) == [given[0], given[2]]
    assert list(fold.held) == given[3:]


@pytest.mark.parametrize(
    "given",
    [
        rows(a="train train", b="train", c="val val"),
        rows(a="train train val", b="train train val", c="train train val"),
        rows(a="train", b="train val", c="val", d="val"),
        rows(a="train", b="val"),
        rows(a="train", b="train train train", c="train", d="train", e="train train"),
        rows(a="val", b="val", c="val", d="val"),
    ],
)
def test_of_few_slides_each_is_held_out_once_as_a_whole(given):
    by, folds = plan_folds(given)
    assert by == "cross-validation"
    assert len(folds) == min(FOLDS, len({row.unit for row in given}))
    for fold in folds:
        assert not {row.unit for row in fold.learnt} & {row.unit for row in fold.held}
        assert sorted(map(id, [*fold.learnt, *fold.held])) == sorted(map(id, given))
    assert sorted(id(row) for fold in folds for row in fold.held) == sorted(map(id, given))


def test_of_one_slide_its_patches_take_turns():
    given = rows(a="train train val train train")
    by, folds = plan_folds(given)
    assert by == "patches of one slide"
    assert sorted(id(row) for fold in folds for row in fold.held) == sorted(map(id, given))
    assert all(len(fold.learnt) + len(fold.held) == 5 for fold in folds)


@pytest.mark.parametrize("given", [[], rows(a="train")])
def test_of_less_than_two_nothing_can_be_held_out(given):
    assert plan_folds(given)[1] == []


def test_figures_of_folds_count_by_their_images():
    found = pooled([figures(4.0, 0.5, images=3, failures=1), figures(8.0, 0.9, images=1, failures=0)])
    assert (found.images, found.failures) == (4, 1)
    assert found.noc == pytest.approx((4.0, 5.0, 6.0))
    assert found.iou == pytest.approx((0.1, 0.2, 0.6, 0.9))


@pytest.mark.parametrize(
    ("before", "after", "helped"),
    [
        (figures(5.0), figures(4.9), True),
        (figures(5.0), figures(5.1, 0.9), False),
        (figures(5.0, 0.5), figures(5.0, 0.6), True),
        (figures(5.0, 0.5), figures(5.0, 0.5), False),
    ],
)
def test_fewer_clicks_help_then_more_after_five_and_equal_does_not(before, after, helped):
    assert Checked("cross-validation", 3, before, after).helped == helped


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_blended_weights_and_norm_statistics_lie_on_the_line_between_old_and_new(share):
    torch.manual_seed(1)
    start, taught = (nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)) for _ in range(2))
    taught.train()(torch.randn(2, 3, 8, 8))
    old, new = (
        {name: value.numpy().copy() for name, value in each.state_dict().items()} for each in (start, taught)
    )
    mixed = blended(taught, start, share)
    assert mixed is taught
    for name, value in mixed.state_dict().items():
        floating = value.is_floating_point()
        expected = share * new[name] + (1 - share) * old[name] if floating else new[name]
        np.testing.assert_allclose(value.numpy(), expected, rtol=1e-6, atol=1e-7)
    assert not np.allclose(new["1.running_mean"], old["1.running_mean"])
    kept = deepcopy(start).state_dict()
    assert all(np.array_equal(kept[name].numpy(), value) for name, value in old.items())

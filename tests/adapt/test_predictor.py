"""An adapted network: pure, the network's own answer where nothing is learnt, and led by clicks elsewhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.adapt import AdaptedPredictor, adaptation
from zoomiseg.errors import AdaptationError
from zoomiseg.geometry import Box, Click, Grid, PatchFrame
from zoomiseg.networks import build_network
from zoomiseg.predict import OpenVinoPredictor, Patch, TorchPredictor, load_predictors


@pytest.fixture(scope="module")
def shipped():
    return load_predictors("compact")


def patch(width=192, height=160, seed=0):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(90, 230, (height // 16, width // 16, 3))
    image = np.kron(coarse, np.ones((16, 16, 1))).astype(np.uint8)
    grid = Grid((1.0, 1.0), width, height, (0.5, 0.5))
    return Patch(image, PatchFrame(grid, Box(0, 0, width, height)))


CLICKS = [Click(40.5, 50.5, 1), Click(150.5, 100.5, -1)]


@pytest.mark.parametrize("scale", ["low", "high"])
def test_where_nothing_is_learnt_the_answer_is_the_networks(shipped, scale):
    base = getattr(shipped, scale)
    adapted = AdaptedPredictor(base, adaptation("off"))
    given = patch()
    mask = np.random.default_rng(1).random((160, 192), np.float32)
    np.testing.assert_allclose(
        adapted.predict(given, CLICKS, mask_input=mask),
        base.predict(given, CLICKS, mask_input=mask),
        atol=1e-4,
    )


@pytest.mark.parametrize("name", ["head", "statistics", "memory", "refine"])
def test_without_clicks_only_statistics_change_anything(shipped, name):
    base, given = shipped.low, patch()
    adapted = AdaptedPredictor(base, adaptation(name), tissue=[given.image])
    changed = np.abs(adapted.predict(given, []) - base.predict(given, [])).max()
    assert (changed > 1e-3) == (name == "statistics")


@pytest.mark.parametrize("scale", ["low", "high"])
def test_the_same_question_gets_the_same_bytes(shipped, scale):
    given = patch()
    answers = {
        AdaptedPredictor(getattr(shipped, scale), adaptation("statistics+head"), tissue=[given.image])
        .predict(given, CLICKS)
        .tobytes()
        for _ in range(2)
    }
    assert len(answers) == 1


def test_a_head_moves_the_clicked_places_to_their_signs(shipped):
    given = patch()
    plain, led = (
        AdaptedPredictor(shipped.high, adaptation(name)).predict(given, CLICKS) for name in ("off", "head")
    )
    assert led[50, 40] > plain[50, 40]
    assert led[100, 150] < plain[100, 150]


def test_what_was_clicked_in_another_patch_leads_this_one(shipped):
    adapted = AdaptedPredictor(shipped.low, adaptation("memory"))
    remembered = adapted.remembered(patch(seed=0), CLICKS)
    assert remembered.clicks.sum(axis=1) == pytest.approx([1, 1], abs=0.2)
    alone = adapted.predict(patch(seed=2), CLICKS[:1])
    led = adapted.predict(patch(seed=2), CLICKS[:1], memory=[remembered])
    assert np.abs(led - alone).max() > 1e-3
    off = AdaptedPredictor(shipped.low, adaptation("head"))
    assert np.array_equal(
        off.predict(patch(seed=2), CLICKS[:1], memory=[remembered]), off.predict(patch(seed=2), CLICKS[:1])
    )


@pytest.mark.parametrize(
    ("scale", "other"), [("low", "views"), ("high", "views"), ("high", "statistics+head+refine+views")]
)
def test_memory_is_kept_beside_every_other_part(shipped, scale, other):
    given = patch()
    adapted = AdaptedPredictor(
        getattr(shipped, scale), adaptation(f"{other}+memory"), tissue=[patch(seed=3).image]
    )
    remembered = adapted.remembered(given, CLICKS)
    assert remembered.clicks.sum(axis=1) == pytest.approx([1, 1], abs=0.2)
    here = patch(seed=2)
    alone, led = (adapted.predict(here, CLICKS[:1], memory=each) for each in ((), (remembered,)))
    assert np.abs(led - alone).max() > 1e-3


def test_both_engines_agree(shipped):
    given = patch()
    base = shipped.high
    reference = TorchPredictor(base.module, base.card, device=torch.device("cpu"))
    found, expected = (
        AdaptedPredictor(each, adaptation("head")).predict(given, CLICKS) for each in (base, reference)
    )
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_the_identity_tells_adaptations_and_slides_apart(shipped):
    identities = {
        AdaptedPredictor(shipped.low, adaptation(name), tissue=[patch(seed=seed).image]).identity
        for name in ("off", "head", "statistics")
        for seed in (0, 1)
    }
    assert len(identities) == 4
    assert shipped.low.identity not in identities


def test_a_network_that_shows_nothing_cannot_be_adapted(tmp_path):
    module: nn.Module = build_network("compact-lite0")
    card = replace(load_predictors("compact").low.card, network="compact-lite0", sha256="")
    with pytest.raises(AdaptationError, match="compact-lite0 cannot be adapted"):
        AdaptedPredictor(OpenVinoPredictor(lambda: module, card, cache_folder=tmp_path), adaptation("head"))

"""The attention to clicked places, against the same sums written out in NumPy."""

from __future__ import annotations

import numpy as np
import torch

from zoomiseg.guidance import guidance
from zoomiseg.networks import build_network
from zoomiseg.networks._click_attention import ClickAttention, clicked_places
from zoomiseg.networks._compact import Convolved

HEADS, WIDTH, CHANNELS = 4, 16, 7
CLICKS = [(20, 30, 1), (60, 70, -1), (64, 64, 1), (95, 10, 1)]


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(np.linalg.norm(vector), 1e-3)


def by_hand(layer: ClickAttention, features: np.ndarray, clicks: np.ndarray) -> np.ndarray:
    """Return (3 * heads, h / 2, w / 2) of what the layer mixes, from (C, h, w) and (2, 8 h, 8 w)."""
    weight = layer.embed.weight[:, :, 0, 0].detach().numpy()
    bias, sharpness = layer.embed.bias.detach().numpy(), layer.log_sharpness.exp().detach().numpy()
    rows, columns = features.shape[1] // 2, features.shape[2] // 2
    evidence = np.zeros((2, HEADS, rows, columns))
    for sign in range(2):
        for top in range(0, clicks.shape[1], 32):
            for left in range(0, clicks.shape[2], 32):
                area = clicks[sign, top : top + 32, left : left + 32]
                if not area.any():
                    continue
                points = np.argwhere(area)
                # Each pixel of a disk counts with the feature that it lies on.
                seen = np.mean([features[:, (top + y) // 8, (left + x) // 8] for y, x in points], axis=0)
                key = weight @ seen + bias
                for row in range(rows):
                    for column in range(columns):
                        block = features[:, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
                        query = weight @ block.mean(axis=(1, 2)) + bias
                        for head in range(HEADS):
                            part = slice(head * WIDTH, (head + 1) * WIDTH)
                            cosine = unit(query[part]) @ unit(key[part])
                            evidence[sign, head, row, column] += (
                                len(points) / 81 * np.exp(sharpness[head] * (cosine - 1))
                            )
    positive, negative = evidence
    return np.concatenate(
        [
            (positive - negative) / (positive + negative + 1e-3),
            positive / (positive + 0.3),
            negative / (negative + 0.3),
        ]
    )


def test_the_layer_gives_what_the_sums_written_out_give():
    torch.manual_seed(3)
    layer = ClickAttention(CHANNELS, 5)
    features = torch.randn(1, CHANNELS, 16, 12)
    maps = torch.from_numpy(guidance(CLICKS, None, 128, 96, radius_px=5))
    with torch.no_grad():
        found = layer(features, maps[None])
        expected = layer.mix(
            torch.from_numpy(by_hand(layer, features[0].numpy(), maps[:2].numpy())[None]).float()
        )
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
    assert found.std() > 0.1


def test_without_clicks_it_tells_nothing():
    layer = ClickAttention(CHANNELS, 5)
    with torch.no_grad():
        found = layer(torch.randn(2, CHANNELS, 8, 8), torch.zeros(2, 3, 64, 64))
    assert not found.any()


def test_what_looks_like_a_positive_click_is_told_from_what_looks_like_a_negative_one():
    layer = ClickAttention(2, 12)
    with torch.no_grad():
        layer.mix.weight.copy_(torch.eye(12)[:, :, None, None])
    # Two tissues in stripes; a click in one stripe of each.
    features = torch.zeros(1, 2, 16, 16)
    features[:, 0, :, (np.arange(16) // 4) % 2 == 0] = 1
    features[:, 1, :, (np.arange(16) // 4) % 2 == 1] = 1
    maps = torch.from_numpy(guidance([(16, 20, 1), (48, 100, -1)], None, 128, 128, radius_px=5))
    with torch.no_grad():
        told = layer(features, maps[None])[0, 0, 0].sign()
    assert told.tolist() == [1, 1, -1, -1, 1, 1, -1, -1]


def test_more_clicked_places_than_it_keeps_are_no_trouble():
    layer = ClickAttention(2, 3)
    clicks = [(16 + 32 * column, 16 + 32 * row, 1) for row in range(10) for column in range(10)]
    maps = torch.from_numpy(guidance(clicks, None, 320, 320, radius_px=5))
    with torch.no_grad():
        assert layer(torch.ones(1, 2, 40, 40), maps[None]).isfinite().all()


def test_no_click_reaches_what_is_seen_of_the_tissue_nor_the_skips_unless_asked_to():
    torch.manual_seed(0)
    for skip, reached in (("image", False), ("fused", True)):
        network = build_network("compact-attention", shallow_skip=skip).eval()
        carried = []
        network.decoder[3].register_forward_pre_hook(lambda _, given, kept=carried: kept.append(given[1]))
        hints = torch.zeros(1, 3, 64, 64, requires_grad=True)
        network(torch.randn(1, 3, 64, 64), hints)
        sums = carried[0].sums if isinstance(carried[0], Convolved) else carried[0]
        assert sums.requires_grad
        assert (torch.autograd.grad(sums.sum(), hints, allow_unused=True)[0] is not None) is reached


def test_what_was_clicked_elsewhere_counts_as_if_it_lay_here():
    torch.manual_seed(4)
    layer = ClickAttention(CHANNELS, 5)
    features = torch.randn(1, CHANNELS, 16, 12)
    here, there, both = (
        torch.from_numpy(guidance(clicks, None, 128, 96, radius_px=5))[None]
        for clicks in (CLICKS[:2], CLICKS[2:3], CLICKS[:3])
    )
    remembered = layer(features, here, clicked_places(features, there))
    torch.testing.assert_close(remembered, layer(features, both))
    assert not torch.allclose(remembered, layer(features, here))

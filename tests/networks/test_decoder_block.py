"""The decoder's block computes outside of training what it computes in training, with fewer products."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, conv_transpose2d, interpolate
from torch.utils.flop_counter import FlopCounterMode

from zoomiseg.networks._blocks import conv_norm_relu, enlarging, folded
from zoomiseg.networks._compact import Convolved, DecoderBlock


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def taught(module: nn.Module) -> nn.Module:
    """Return the module in eval mode, its norms as if they had seen much."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            for values in (layer.weight, layer.bias, layer.running_mean):
                nn.init.normal_(values)
            nn.init.uniform_(layer.running_var, 0.5, 2)
    return module.eval()


@pytest.mark.parametrize("size", [(1, 1), (5, 8)])
def test_a_transposed_convolution_enlarges_and_convolves(size: tuple[int, int]) -> None:
    features, weight = torch.randn(2, 3, *size), torch.randn(4, 3, 3, 3)
    expected = conv2d(interpolate(features, scale_factor=2.0, mode="nearest"), weight, padding=1)
    found = conv_transpose2d(features, enlarging(weight), stride=2, padding=1)
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("bias", [False, True])
def test_a_norm_is_folded_into_its_convolution(bias: bool) -> None:
    block = taught(conv_norm_relu(3, 4, bias=bias))
    assert isinstance(block, nn.Sequential)
    features = torch.randn(2, 3, 6, 7)
    weight, shift = folded(block)
    torch.testing.assert_close(conv2d(features, weight, shift, padding=1).relu(), block(features))


@pytest.mark.parametrize("convolutions", [1, 2])
@pytest.mark.parametrize("skip_channels", [0, 5])
def test_outside_of_training_a_block_gives_what_its_layers_give(
    skip_channels: int, convolutions: int
) -> None:
    block = DecoderBlock(6, skip_channels, 4, convolutions=convolutions)
    taught(block)
    deep = torch.randn(2, 6, 5, 7)
    skip = torch.randn(2, skip_channels, 10, 14) if skip_channels else None
    up = interpolate(block.narrow(deep), scale_factor=2.0, mode="nearest")
    expected = block.convolve(up if skip is None else torch.cat([up, skip], dim=1))
    torch.testing.assert_close(block(deep, skip), expected, rtol=1e-4, atol=1e-4)
    if skip is not None:
        kept = block.of_skip(skip)
        assert isinstance(kept, Convolved)
        assert kept.sums.dtype == torch.float16
        torch.testing.assert_close(block(deep, kept), expected, rtol=1e-2, atol=1e-2)


def test_sums_that_half_precision_cannot_hold_are_cut_not_infinite() -> None:
    block = DecoderBlock(6, 5, 4, convolutions=1).eval()
    kept = block.of_skip(torch.full((1, 5, 4, 4), 1e9))
    assert isinstance(kept, Convolved)
    assert kept.sums.isfinite().all()


def test_a_click_pays_four_products_of_nine_for_the_enlarged_half_and_none_for_a_kept_skip() -> None:
    block = DecoderBlock(6, 5, 4, convolutions=1).eval()
    deep, kept = torch.randn(1, 6, 8, 8), block.of_skip(torch.randn(1, 5, 16, 16))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        block(deep, kept)
    assert counter.get_total_flops() == 2 * (6 * 4 * 8 * 8 + 4 * 4 * 4 * 16 * 16)

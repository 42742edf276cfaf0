from itertools import pairwise

import torch
from torch import nn

from zoomiseg.networks import build_network
from zoomiseg.networks._options import SkipOptions
from zoomiseg.networks._unet import UNet


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def classic_unet_parameters(base: int, *, dropped_skip: bool) -> int:
    """Count by hand: 3x3 convolutions without bias, two numbers a channel in each norm."""

    def double(inputs: int, outputs: int) -> int:
        return 9 * inputs * outputs + 9 * outputs * outputs + 4 * outputs

    widths = [base * 2**depth for depth in range(5)]
    total = double(3, base) + base + 1
    for depth, (above, below) in enumerate(pairwise(widths)):
        joined = above if dropped_skip and depth == 1 else 2 * above
        total += double(above, below) + 4 * below * above + above + double(joined, above)
    return total


def test_without_guidance_and_with_all_skips_it_is_the_classic_unet_of_31_million() -> None:
    network = UNet(SkipOptions("fused", drop_second_skip=False), base=64)
    count = parameters(network) - parameters(network.stem.guidance_branch)
    assert count == classic_unet_parameters(64, dropped_skip=False) == 31_037_633


def test_the_modified_unet_lacks_what_read_the_second_skip() -> None:
    network = build_network("unet")
    count = parameters(network) - parameters(network.stem.guidance_branch)
    assert count == classic_unet_parameters(64, dropped_skip=True)
    assert network.up[-2][0][0].in_channels == 128


def test_both_branches_end_in_64_channels_at_full_resolution() -> None:
    stem = build_network("unet").stem
    with torch.no_grad():
        fused, skip = stem(torch.randn(1, 3, 16, 32), torch.rand(1, 3, 16, 32))
    assert fused.shape == skip.shape == (1, 64, 16, 32)

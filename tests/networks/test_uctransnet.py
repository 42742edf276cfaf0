import pytest
import torch
from torch import nn

from zoomiseg.networks import build_network
from zoomiseg.networks._options import SkipOptions
from zoomiseg.networks._uctransnet import ChannelGate, UCTransNet


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(("nominal_size", "published"), [(224, 66_430_657), (1024, 70_174_657)])
def test_without_guidance_and_with_all_skips_it_is_as_large_as_published(
    nominal_size: int, published: int
) -> None:
    network = UCTransNet(SkipOptions("fused", drop_second_skip=False), base=64, nominal_size=nominal_size)
    assert parameters(network) - parameters(network.stem.guidance_branch) == published
    assert network.fusion.layers[0].attention.key.in_features == 960


def test_the_dropped_skip_takes_no_part_in_the_fusion() -> None:
    network = build_network("uctransnet")
    assert network.fusion.layers[0].attention.key.in_features == 832
    assert [embedding.tokens.stride[0] for embedding in network.fusion.embeddings] == [16, 4, 2]
    assert network.up[2].convolve[0][0].in_channels == 128
    assert network.up[2].gate is None


def test_the_channel_gate_is_the_published_formula() -> None:
    gate = ChannelGate(3)
    skip, below = torch.randn(2, 3, 4, 5), torch.randn(2, 3, 4, 5)
    expected = torch.empty_like(skip)
    with torch.no_grad():
        for n in range(2):
            from_skip = gate.from_skip.weight @ skip[n].flatten(1).mean(1) + gate.from_skip.bias
            from_below = gate.from_below.weight @ below[n].flatten(1).mean(1) + gate.from_below.bias
            weight = 1 / (1 + torch.exp(-(from_skip + from_below) / 2))
            expected[n] = (skip[n] * weight[:, None, None]).clamp(min=0)
        torch.testing.assert_close(gate(skip, below), expected)


@pytest.mark.parametrize("size", [(1024, 1024), (208, 1040)])
def test_it_runs_at_the_size_where_the_original_crashes_and_off_square(size: tuple[int, int]) -> None:
    network = UCTransNet(SkipOptions(), base=4).eval()
    with torch.no_grad():
        logits = network(torch.randn(1, 3, *size), torch.rand(1, 3, *size))
    assert logits.shape == (1, 1, *size)
    assert logits.isfinite().all()

"""What holds for the skips of every network: where clicks may enter, and what is gone."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from zoomiseg.networks._compact import CompactLite0
from zoomiseg.networks._options import SkipOptions
from zoomiseg.networks._uctransnet import UCTransNet
from zoomiseg.networks._unet import UNet

Build = Callable[[SkipOptions], nn.Module]
BUILDS: list[Build] = [
    CompactLite0,
    lambda options: UNet(options, base=4),
    lambda options: UCTransNet(options, base=4, nominal_size=64),
]
NAMES = ["compact-lite0", "unet", "uctransnet"]
every_network = pytest.mark.parametrize("build", BUILDS, ids=NAMES)


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def inputs(height: int = 64, width: int = 96, *, batch: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(batch, 3, height, width), torch.rand(batch, 3, height, width)


def guidance_gradient(build: Build, shallow_skip: str, *, of: int) -> float:
    """Return the largest gradient from guidance to one of the stem's outputs."""
    stem = build(SkipOptions(shallow_skip)).stem  # type: ignore[arg-type]
    image, guidance = inputs()
    guidance.requires_grad_()
    output = stem(image, guidance)[of]
    if not output.requires_grad:
        return 0.0
    (gradient,) = torch.autograd.grad((output * torch.randn_like(output)).sum(), guidance, allow_unused=True)
    return 0.0 if gradient is None else float(gradient.abs().max())


@every_network
def test_no_gradient_leads_from_a_click_into_the_shallowest_skip(build: Build) -> None:
    assert guidance_gradient(build, "image", of=1) == 0.0
    assert guidance_gradient(build, "image", of=0) > 0.0


@every_network
def test_the_fused_option_lets_clicks_into_the_shallowest_skip(build: Build) -> None:
    assert guidance_gradient(build, "fused", of=1) > 0.0


@pytest.mark.parametrize(
    ("build", "reader", "skip_in"),
    [
        (BUILDS[0], "decoder.3", lambda arguments: arguments[1]),
        (BUILDS[1], "up.3", lambda arguments: arguments[0][:, :4]),
        (BUILDS[2], "fusion", lambda arguments: arguments[0][0]),
    ],
    ids=NAMES,
)
def test_what_the_shallowest_skip_hands_on_is_the_same_with_and_without_clicks(
    build: Build, reader: str, skip_in: Callable[[tuple[Any, ...]], torch.Tensor]
) -> None:
    network = build(SkipOptions()).eval()
    seen: list[torch.Tensor] = []
    network.get_submodule(reader).register_forward_pre_hook(
        lambda _module, arguments: seen.append(skip_in(arguments))
    )
    image, guidance = inputs()
    with torch.no_grad():
        network(image, guidance)
        network(image, torch.zeros_like(guidance))
    assert seen[0].count_nonzero() > 0
    assert torch.equal(*seen)


@pytest.mark.parametrize("drop", [True, False], ids=["dropped", "kept"])
@pytest.mark.parametrize(
    ("build", "second", "below"),
    [
        (BUILDS[0], "body.stages.1", "body.stages.2"),
        (BUILDS[1], "down.0", "down.1"),
        (BUILDS[2], "down.0", "down.1"),
    ],
    ids=NAMES,
)
def test_the_second_map_reaches_the_logits_past_the_depths_below_only_through_its_skip(
    build: Build, second: str, below: str, drop: bool
) -> None:
    network = build(SkipOptions(drop_second_skip=drop)).eval()
    maps: list[torch.Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
        output.retain_grad()
        maps.append(output)

    network.get_submodule(second).register_forward_hook(keep)
    network.get_submodule(below).register_forward_hook(
        lambda _module, _inputs, output: torch.zeros_like(output)
    )
    network(*inputs()).sum().backward()
    assert (maps[0].grad is None) == drop


@every_network
def test_clicks_change_the_logits(build: Build) -> None:
    network = build(SkipOptions()).eval()
    image, guidance = inputs()
    with torch.no_grad():
        assert not torch.equal(network(image, guidance), network(image, torch.zeros_like(guidance)))


@every_network
def test_the_answer_to_a_sample_does_not_depend_on_its_batch(build: Build) -> None:
    network = build(SkipOptions()).eval()
    image, guidance = inputs(batch=3)
    order = [2, 0, 1]
    with torch.no_grad():
        together = network(image, guidance)
        torch.testing.assert_close(network(image[order], guidance[order]), together[order])
        torch.testing.assert_close(network(image[1:2], guidance[1:2]), together[1:2], rtol=1e-4, atol=1e-5)


@every_network
@pytest.mark.parametrize("size", [(64, 96), (50, 33)])
def test_the_logits_are_as_large_as_the_image(build: Build, size: tuple[int, int]) -> None:
    with torch.no_grad():
        assert build(SkipOptions()).eval()(*inputs(*size)).shape == (1, 1, *size)


@every_network
def test_dropping_the_second_skip_removes_weights_and_no_others(build: Build) -> None:
    full = build(SkipOptions(drop_second_skip=False)).state_dict()
    dropped = build(SkipOptions()).state_dict()
    assert sum(tensor.numel() for tensor in dropped.values()) < sum(
        tensor.numel() for tensor in full.values()
    )
    assert set(dropped) <= set(full)


@every_network
def test_the_unmodified_second_skip_runs_too(build: Build) -> None:
    with torch.no_grad():
        logits = build(SkipOptions("fused", drop_second_skip=False)).eval()(*inputs())
    assert logits.isfinite().all()

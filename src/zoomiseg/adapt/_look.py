"""A network that shows what its answers came from, as it looks at patches in one view."""

from __future__ import annotations

from typing import TypeAlias, cast

import torch
from torch import Tensor, nn

from zoomiseg.networks import Explaining
from zoomiseg.predict import FloatArray, OpenVinoPredictor, Tissue, TissueCache, TorchPredictor

from ._views import View, viewed_image

Networked: TypeAlias = OpenVinoPredictor | TorchPredictor
_EXAMPLE = (1, 3, 64, 128)


class Look:
    """Runs the layers that need no click once a patch, the others at each click.

    Each view has its own sizes, and so its own compiled networks.

    Args:
        base: What runs the network.
        network: An `Explaining` one.
        view: How it looks at patches.
        name: Tells the network from others made from the base's, for the cache; "" is not cached.
        places: (1, 2, C, 64) and (1, 2, 64), as they are asked about.
        tuning: (2, tuned channels).
        features: Whether features are wanted: of a whole patch they weigh up to 200 MB.
    """

    def __init__(
        self,
        base: Networked,
        network: nn.Module,
        view: View,
        *,
        name: str,
        places: tuple[FloatArray, FloatArray],
        tuning: FloatArray,
        features: bool,
    ) -> None:
        self.view = view
        self._cache = TissueCache()
        tissue, image = Tissue(network).eval(), torch.zeros(_EXAMPLE)
        with torch.inference_mode():
            seen = [each.cpu() for each in tissue(image.to(next(network.parameters()).device))]
        told = [torch.from_numpy(each) for each in (*places, tuning)]
        self._see = base.runner(tissue, (image,), name=name and f"{name}-tissue", seldom=True)
        self._answer = base.runner(
            _Answer(network, features=features),
            (torch.zeros(_EXAMPLE), *told, *seen),
            name=name and f"{name}-answer{'-features' * features}",
        )

    def answer(
        self,
        image: FloatArray,
        guidance: FloatArray,
        places: tuple[FloatArray, FloatArray],
        tuning: FloatArray,
    ) -> tuple[FloatArray, ...]:
        """Return logits, clicked places, what they count for, and features where wanted; see `Explained`.

        Args:
            image: (1, 3, H, W) float32, normalised, at the patch's own magnification.
            guidance: (1, 3, h, w), as the view has it.
            places: Of other patches, and what they count for.
            tuning: (2, tuned channels).
        """
        return self._answer(guidance, *places, tuning, *self._cache.get(image, self._seen))

    def look_at(self, image: FloatArray) -> None:
        """Run the layers that need no click, and keep what they see; `image` as for `answer`."""
        self._cache.get(image, self._seen)

    def _seen(self, image: FloatArray) -> tuple[FloatArray, ...]:
        return self._see(viewed_image(image, self.view))


class Whole(nn.Module):
    """Image, guidance, places, their weights and tuning to what `Explaining.explained` returns."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, image: Tensor, guidance: Tensor, seen: Tensor, weights: Tensor, tuning: Tensor
    ) -> tuple[Tensor, ...]:
        network = cast(Explaining, self.network)
        return network.explained(guidance, network.tissue(image), (seen, weights), tuning)


class _Answer(nn.Module):
    def __init__(self, network: nn.Module, *, features: bool) -> None:
        super().__init__()
        self.network = network
        self.features = features

    def forward(
        self, guidance: Tensor, seen: Tensor, weights: Tensor, tuning: Tensor, *tissue: Tensor
    ) -> tuple[Tensor, ...]:
        network = cast(Explaining, self.network)
        logits, features, *places = network.explained(guidance, tissue, (seen, weights), tuning)
        return logits, *places, *([features] if self.features else [])

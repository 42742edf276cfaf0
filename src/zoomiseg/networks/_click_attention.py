"""Every place asks the clicked places: what do those of you that look like me stand for?"""

from __future__ import annotations

import torch
from torch import Tensor, cat, nn, stack
from torch.nn.functional import avg_pool2d, normalize, pad

FEATURE_STRIDE = 8
_HEADS, _WIDTH = 4, 16
_SHARPNESS = (4.0, 8.0, 16.0, 32.0)
"""One a head at first: from what is like it at all to what is nearly the same."""
_CELL = 4
"""Clicks of one sign within so many features (32 pixels) a side are one place."""
_PLACES = 64
_DISK_PX = 81.0
"""Pixels of a click's disk of radius 5."""
_HALF = 0.3

Places = tuple[Tensor, Tensor]
"""What is seen at clicked places, (N, 2, C, K), and the number of clicks there, (N, 2, K); positive first."""


class ClickAttention(nn.Module):
    """Compares what is seen everywhere with what is seen at the clicks, and tells what these stand for.

    A kernel regression in a learnt space (Nadaraya 1964, Watson 1964): with q the embedding at a place and
    k, m embedding and mass of the clicked places of one sign, e = sum of m * exp(s * (cos(q, k) - 1)), with
    a sharpness s for each head. Handed on are (e+ - e-) / (e+ + e-), e+ / (e+ + 0.3) and e- / (e- + 0.3).
    Nothing of this is bound to tissue that was seen in training: only to whether two places look alike.

    Args:
        features: Channels of the features, which no click has touched.
        outputs: Channels of what is handed on.
    """

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.embed = nn.Conv2d(features, _HEADS * _WIDTH, 1)
        self.log_sharpness = nn.Parameter(torch.tensor(_SHARPNESS).log())
        self.mix = nn.Conv2d(3 * _HEADS, outputs, 1)
        nn.init.normal_(self.mix.weight)
        nn.init.zeros_(self.mix.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor, guidance: Tensor, memory: Places | None = None) -> Tensor:
        """Return (N, outputs, h / 2, w / 2).

        Args:
            features: (N, features, h, w) at stride 8, h and w multiples of 4.
            guidance: (N, 3, 8 h, 8 w); of it, the click maps.
            memory: Places elsewhere that were clicked, asked as if they lay here.
        """
        # Differences of nearly equal vectors vanish in half precision.
        with torch.autocast(features.device.type, enabled=False):
            features = features.float()
            clicked, weights = clicked_places(features, guidance)
            if memory is not None:
                clicked, weights = cat([clicked, memory[0]], dim=3), cat([weights, memory[1]], dim=2)
            asking = self.embed(avg_pool2d(features, 2))
            queries = self._heads(asking)
            positive = self._evidence(queries, clicked[:, 0], weights[:, 0])
            negative = self._evidence(queries, clicked[:, 1], weights[:, 1])
            told = (
                (positive - negative) / (positive + negative + 1e-3),
                positive / (positive + _HALF),
                negative / (negative + _HALF),
            )
            maps = cat(told, dim=1).reshape(features.shape[0], 3 * _HEADS, *asking.shape[2:])
            mixed: Tensor = self.mix(maps)
            return mixed

    def _evidence(self, queries: Tensor, clicked: Tensor, weights: Tensor) -> Tensor:
        """Return (N, heads, places) of what speaks for one sign: (N, C, K) seen at clicks, (N, K) of them."""
        keys = self._heads(self.embed(clicked[..., None]))
        likeness = queries.transpose(2, 3) @ keys - 1
        alike = (likeness * self.log_sharpness.exp().view(1, -1, 1, 1)).exp()
        return (alike * weights[:, None, None]).sum(dim=3)

    def _heads(self, embedded: Tensor) -> Tensor:
        """Return (N, heads, width, places), each embedding of length 1, from (N, heads * width, h, w)."""
        return normalize(embedded.reshape(embedded.shape[0], _HEADS, _WIDTH, -1), dim=2, eps=1e-3)


def clicked_places(features: Tensor, guidance: Tensor) -> Places:
    """Return up to 64 clicked places of each sign; what is not clicked counts for 0 clicks.

    Args:
        features: (N, C, h, w) at stride 8, h and w multiples of 4.
        guidance: (N, 3, 8 h, 8 w); of it, the click maps.
    """
    masses = avg_pool2d(guidance[:, :2].float(), FEATURE_STRIDE)
    features = features.float()
    seen, weights = zip(*(_places(features, masses[:, sign : sign + 1]) for sign in (0, 1)), strict=True)
    return stack(seen, dim=1), stack(weights, dim=1)


def _places(features: Tensor, mass: Tensor) -> tuple[Tensor, Tensor]:
    """Return what is seen at the clicked places, (N, C, 64), and how many clicks are there, (N, 64).

    The features in a cell are averaged, weighted by how much of a click's disk lies on each. Of more than 64
    clicked cells those with the most clicks count.
    """
    cell_mass = avg_pool2d(mass, _CELL).flatten(2)
    seen = avg_pool2d(features * mass, _CELL).flatten(2) / (cell_mass + 1e-6)
    # A small patch has fewer cells.
    cell_mass, seen = pad(cell_mass, (0, _PLACES)), pad(seen, (0, _PLACES))
    heaviest, index = cell_mass.topk(_PLACES, dim=2)
    chosen = seen.gather(2, index.expand(-1, seen.shape[1], -1))
    return chosen, heaviest[:, 0] * ((_CELL * FEATURE_STRIDE) ** 2 / _DISK_PX)

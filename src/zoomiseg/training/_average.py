"""The exponential moving average of a network's weights, which is steadier than the last weights."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn


class Average:
    """Follows a network.

    Args:
        network: Is followed, norm statistics included; on its device already.
        decay: What is kept of the average at each step; 0 follows at once.
    """

    def __init__(self, network: nn.Module, *, decay: float) -> None:
        self._followed, self._decay = network, decay
        self.network = deepcopy(network).requires_grad_(False).eval() if decay else network
        """Predicts with the averaged weights: a copy, or the network itself where nothing is averaged."""

    @torch.no_grad()
    def update(self, steps: int) -> None:
        """Take in the weights after so many steps, counted from 1.

        Early on the average is short, or it would hold on to the first weights: about a tenth of the steps
        that have been made counts.
        """
        if not self._decay:
            return
        decay = min(self._decay, (1 + steps) / (10 + steps))
        floating: tuple[list[Tensor], list[Tensor]] = [], []
        for mine, theirs in zip(
            self.network.state_dict().values(), self._followed.state_dict().values(), strict=True
        ):
            if mine.is_floating_point():
                floating[0].append(mine)
                floating[1].append(theirs)
            else:
                mine.copy_(theirs)
        torch._foreach_lerp_(*floating, 1 - decay)

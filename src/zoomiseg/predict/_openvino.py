"""The network compiled by OpenVINO for the CPU: the engine that a click waits for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from zoomiseg.geometry import Click
from zoomiseg.networks import Card, Splitting

from ._cache_folder import cache_folder as user_cache
from ._compiled import CompiledNetwork
from ._convert import CONVERSION, Answer, Probability, Tissue, reader
from ._int8 import readers
from ._ir_cache import IrCache
from ._predictor import FloatArray, ImageArray, Patch, Runner
from ._preprocess import predict_pixels_with, seen_pixels
from ._runtime import openvino
from ._split import SplitNetwork, WholeNetwork

# Any size will do that no layer could mistake for another of its numbers.
EXAMPLE_SHAPE = (1, 3, 64, 96)


class OpenVinoPredictor:
    """Satisfies `AheadPredictor` with a network compiled for each size of input that occurs.

    Args:
        module: The network; converted when the cache does not hold it.
        card: The module's own: its checksum is the key to the cache. One without a checksum is not cached.
        cache_folder: Where converted networks are kept; None is the user's cache folder.
        int8: The quantised model to be run in the module's place, as `read_int8` gives it.
    """

    def __init__(
        self, module: nn.Module, card: Card, *, cache_folder: Path | None = None, int8: bytes | None = None
    ) -> None:
        self.card = card
        self.is_int8 = int8 is not None
        self.module = module.eval()
        self._cache = IrCache(cache_folder or user_cache())
        if int8 is not None:
            read_tissue, read_answer = readers(int8)
            self._network: SplitNetwork | WholeNetwork = SplitNetwork(
                CompiledNetwork(read_tissue, seldom=True), CompiledNetwork(read_answer), card
            )
        else:
            self._network = self._split() if isinstance(self.module, Splitting) else self._whole()

    @property
    def identity(self) -> str:
        """Scale, weights checksum, engine with version; also the quantised model's checksum if it is run."""
        identity = f"{self.card.scale} {self.card.sha256} openvino {openvino.__version__} {CONVERSION}"
        return f"{identity} int8 {self.card.int8_sha256}" if self.is_int8 else identity

    def predict(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """Return the probability over the patch; see `Predictor.predict`."""
        return predict_pixels_with(self._network.run, self.card, patch, clicks, mask_input)

    def run(self, pixels: ImageArray, guidance: FloatArray) -> FloatArray:
        """Run the network alone.

        Args:
            pixels: (H, W, 3) uint8 RGB.
            guidance: (1, 3, H, W) float32.
        Returns:
            (1, 1, H, W) probability.
        """
        return self._network.run(pixels, guidance)

    def look_at(self, patch: Patch) -> None:
        """Run the layers that need no click, and keep what they see; see `AheadPredictor.look_at`."""
        if patch.frame.inside.area:
            self._network.look_at(seen_pixels(patch, self.card))

    def warm_up(self) -> None:
        """Convert, compile and run the network for a whole patch."""
        self._network.warm_up()

    def runner(
        self, module: nn.Module, example: Sequence[torch.Tensor], *, name: str, seldom: bool = False
    ) -> Runner:
        """Return what runs another module as this predictor runs its own.

        Args:
            module: Made from this predictor's network.
            example: Inputs; later ones may have other sizes.
            name: Tells it from others made from this network, for the cache; "" is not cached.
            seldom: It is run so seldom that memory counts more than a tenth of its time.
        """
        return self._compiled(module, example, name, seldom=seldom).run

    def _whole(self) -> WholeNetwork:
        example = (torch.zeros(EXAMPLE_SHAPE),) * 2
        return WholeNetwork(self._compiled(Probability(self.module), example, "whole"), self.card)

    def _split(self) -> SplitNetwork:
        tissue, example = Tissue(self.module), torch.zeros(EXAMPLE_SHAPE)
        with torch.inference_mode():
            seen = tissue(example)
        return SplitNetwork(
            self._compiled(tissue, (example,), "tissue", seldom=True),
            self._compiled(Answer(self.module), (example, *seen), "answer"),
            self.card,
        )

    def _compiled(
        self, module: nn.Module, example: Sequence[torch.Tensor], name: str, *, seldom: bool = False
    ) -> CompiledNetwork:
        key = f"{self.card.sha256}-{name}" if self.card.sha256 and name else ""
        return CompiledNetwork(reader(module.eval(), example, key=key, cache=self._cache), seldom=seldom)

"""The network compiled by OpenVINO for the CPU: the engine that a click waits for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from zoomiseg.geometry import Click
from zoomiseg.networks import Card

from ._cache_folder import cache_folder as user_cache
from ._compiled import CompiledNetwork
from ._int8 import readers
from ._ir_cache import IrCache
from ._predictor import FloatArray, ImageArray, Patch, Runner
from ._preprocess import predict_pixels_with, seen_pixels
from ._reader import CONVERSION, Part, is_kept, reader
from ._runtime import openvino
from ._split import SplitNetwork, WholeNetwork
from ._tissue_cache import KEPT_BYTES

if TYPE_CHECKING:
    from torch import Tensor, nn


class OpenVinoPredictor:
    """Satisfies `AheadPredictor` with a network compiled for each size of input that occurs.

    Args:
        load: Returns the network in eval mode; asked only where it must be converted, or for `module`.
        card: The module's own: its checksum is the key to the cache. One without a checksum is not cached.
        cache_folder: Where converted networks are kept; None is the user's cache folder.
        int8: The quantised model to be run in the module's place, as `read_int8` gives it.
        kept_bytes: What is kept of the patches that it saw last may weigh.
    """

    def __init__(
        self,
        load: Callable[[], nn.Module],
        card: Card,
        *,
        cache_folder: Path | None = None,
        int8: bytes | None = None,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self.card = card
        self.is_int8 = int8 is not None
        self._load = load
        self._module: nn.Module | None = None
        self._loading = Lock()
        self._cache = IrCache(cache_folder or user_cache())
        self._kept_bytes = kept_bytes
        if int8 is not None:
            read_tissue, read_answer = readers(int8)
            self._network: SplitNetwork | WholeNetwork = SplitNetwork(
                CompiledNetwork(read_tissue, seldom=True),
                CompiledNetwork(read_answer),
                card,
                kept_bytes=kept_bytes,
            )
        else:
            self._network = self._split() if self._splits() else self._whole()

    @property
    def module(self) -> nn.Module:
        """The network itself, loaded when it is first asked for: it brings in torch.

        Raises:
            WeightsError: It cannot be loaded.
        """
        with self._loading:
            if self._module is None:
                self._module = self._load()
            return self._module

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
        self, module: nn.Module, example: Sequence[Tensor], *, name: str, seldom: bool = False
    ) -> Runner:
        """Return what runs another module as this predictor runs its own.

        Args:
            module: Made from this predictor's network.
            example: Inputs; later ones may have other sizes.
            name: Tells it from others made from this network, for the cache; "" is not cached.
            seldom: It is run so seldom that memory counts more than a tenth of its time.
        """
        return self._compiled(lambda: (module.eval(), example), name, seldom=seldom).run

    def _splits(self) -> bool:
        """Say whether the network falls into two parts, by what was converted of it if that tells."""
        if self._is_kept("tissue") and self._is_kept("answer"):
            return True
        if self._is_kept("whole"):
            return False
        from zoomiseg.networks import Splitting  # noqa: PLC0415  # brings in torch

        return isinstance(self.module, Splitting)

    def _whole(self) -> WholeNetwork:
        def make() -> Part:
            from ._convert import whole_part  # noqa: PLC0415  # brings in torch

            return whole_part(self.module)

        return WholeNetwork(self._compiled(make, "whole"), self.card)

    def _split(self) -> SplitNetwork:
        def tissue() -> Part:
            from ._convert import tissue_part  # noqa: PLC0415  # brings in torch

            return tissue_part(self.module)

        def answer() -> Part:
            from ._convert import answer_part  # noqa: PLC0415  # brings in torch

            return answer_part(self.module)

        return SplitNetwork(
            self._compiled(tissue, "tissue", seldom=True),
            self._compiled(answer, "answer"),
            self.card,
            kept_bytes=self._kept_bytes,
        )

    def _compiled(self, make: Callable[[], Part], name: str, *, seldom: bool = False) -> CompiledNetwork:
        return CompiledNetwork(reader(make, key=self._key(name), cache=self._cache), seldom=seldom)

    def _is_kept(self, name: str) -> bool:
        return is_kept(self._key(name), self._cache)

    def _key(self, name: str) -> str:
        return f"{self.card.sha256}-{name}" if self.card.sha256 and name else ""

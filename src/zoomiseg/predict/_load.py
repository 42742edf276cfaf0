"""From the name of weights to a predictor for each scale."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from zoomiseg.geometry import ScaleName
from zoomiseg.networks import Card, find_weights, read_int8, verified_card

from ._openvino import OpenVinoPredictor
from ._tissue_cache import KEPT_BYTES

if TYPE_CHECKING:
    from torch import nn

    from ._torch import TorchPredictor

Engine = Literal["openvino-int8", "openvino", "torch"]


@dataclass(frozen=True, slots=True)
class Predictors:
    """The networks of both scales, loaded.

    Args:
        low: Answers clicks at the low scale.
        high: Answers clicks at the high scale.
        low_card: What the low network is.
        high_card: What the high network is.
        name: The weights' name.
        engine: What runs them; "openvino" where the weights have no quantised model.
    """

    low: OpenVinoPredictor | TorchPredictor
    high: OpenVinoPredictor | TorchPredictor
    low_card: Card
    high_card: Card
    name: str
    engine: Engine

    @property
    def weights_sha256(self) -> str:
        """One checksum for the tensors of both scales, in hexadecimal."""
        return hashlib.sha256(f"{self.low_card.sha256}{self.high_card.sha256}".encode()).hexdigest()

    def warm_up(self) -> None:
        """Prepare all that the first click at either scale would otherwise wait for."""
        self.low.warm_up()
        self.high.warm_up()


def load_predictors(
    weights: str | Path,
    *,
    engine: Engine = "openvino",
    allow_path: bool = False,
    kept_bytes: int = KEPT_BYTES,
) -> Predictors:
    """Return the predictors of both scales.

    Args:
        weights: A name as `zoomiseg weights list` prints it; where paths are allowed, also a folder.
        engine: "openvino" compiles for the CPU in single precision; "openvino-int8" takes the weights'
            quantised models, and "openvino" where they have none; "torch" uses a GPU where there is one.
        allow_path: False wherever the name comes over HTTP.
        kept_bytes: What each network may keep of the patches that it saw last; no matter to "torch".
    Raises:
        WeightsError: The weights are missing, damaged or hold only one scale.
        ValueError: An unknown engine.
    """
    if engine not in get_args(Engine):
        raise ValueError(f"The engine is one of {', '.join(get_args(Engine))}, got {engine!r}.")
    folder = find_weights(str(weights), allow_path=allow_path)
    low, low_card = load_predictor(folder, "low", engine=engine, kept_bytes=kept_bytes)
    high, high_card = load_predictor(folder, "high", engine=engine, kept_bytes=kept_bytes)
    if engine == "openvino-int8" and not (_is_int8(low) or _is_int8(high)):
        engine = "openvino"
    return Predictors(low, high, low_card, high_card, low_card.name, engine)


def load_predictor(
    folder: Path, scale: ScaleName, *, engine: Engine = "openvino", kept_bytes: int = KEPT_BYTES
) -> tuple[OpenVinoPredictor | TorchPredictor, Card]:
    """Return the predictor of one scale from a folder that `find_weights` gave, and its card.

    Raises:
        WeightsError: The files of that scale are missing or damaged.
    """

    def load() -> nn.Module:
        from zoomiseg.networks import load_network  # noqa: PLC0415  # brings in torch

        return load_network(folder, scale)[0]

    card = verified_card(folder, scale)
    if engine == "torch":
        from ._torch import TorchPredictor  # noqa: PLC0415  # brings in torch

        return TorchPredictor(load(), card), card
    int8 = read_int8(folder, scale) if engine == "openvino-int8" else None
    return OpenVinoPredictor(load, card, int8=int8, kept_bytes=kept_bytes), card


def _is_int8(predictor: OpenVinoPredictor | TorchPredictor) -> bool:
    return isinstance(predictor, OpenVinoPredictor) and predictor.is_int8

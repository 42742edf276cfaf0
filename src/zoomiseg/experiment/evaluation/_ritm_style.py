"""The RITM-style network as what answers in its row."""

from __future__ import annotations

from zoomiseg.errors import WeightsError
from zoomiseg.networks import find_weights, read_card
from zoomiseg.predict import Engine, load_predictor

from ._method_predictor import MethodPair

_NETWORK = "ritm-style"


def ritm_style_pair(weights: str, *, engine: Engine = "openvino") -> MethodPair:
    """Return the low network of weights that were trained by a recipe such as ritm-style-low.

    Args:
        weights: A name, or a folder's path; the high scale may be missing.
        engine: What runs it.
    Raises:
        WeightsError: They are missing or damaged, or of another network.
    """
    folder = find_weights(weights, allow_path=True)
    card = read_card(folder, "low")
    if card.network != _NETWORK:
        raise WeightsError(f"{folder} holds weights of the network {card.network}, not of {_NETWORK}.")
    predictor, _ = load_predictor(folder, "low", engine=engine)
    return MethodPair(predictor, predictor, card.name, card.sha256, engine)

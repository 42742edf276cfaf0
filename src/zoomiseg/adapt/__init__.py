"""What a slide and its clicks teach: pure functions of the event log, the weights and the slide.

`Adaptation` imports nothing heavy; whatever needs torch is imported on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from ._adaptation import Adaptation, adaptation

if TYPE_CHECKING:
    from ._pair import AdaptedPair, NetworkedPair, adapted_pair
    from ._predictor import AdaptedPredictor, Remembered

__all__ = [
    "Adaptation",
    "AdaptedPair",
    "AdaptedPredictor",
    "NetworkedPair",
    "Remembered",
    "adaptation",
    "adapted_pair",
]

_HOMES = {
    "AdaptedPair": "._pair",
    "AdaptedPredictor": "._predictor",
    "NetworkedPair": "._pair",
    "Remembered": "._predictor",
    "adapted_pair": "._pair",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)

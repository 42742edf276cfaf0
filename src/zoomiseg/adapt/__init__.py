"""What a slide and its clicks teach: pure functions of the event log, the weights and the slide.

`Adaptation` imports nothing heavy; whatever needs torch is imported on first use.
"""

from typing import TYPE_CHECKING

from zoomiseg.lazy import door as _door

from ._adaptation import Adaptation, adaptation
from ._guard import TRIALS, Foretold, helps

if TYPE_CHECKING:
    from ._pair import AdaptedPair, adapted_pair
    from ._predictor import AdaptedPredictor, Remembered

__all__ = [
    "TRIALS",
    "Adaptation",
    "AdaptedPair",
    "AdaptedPredictor",
    "Foretold",
    "Remembered",
    "adaptation",
    "adapted_pair",
    "helps",
]

__getattr__ = _door(
    __name__,
    {
        "AdaptedPair": "._pair",
        "AdaptedPredictor": "._predictor",
        "Remembered": "._predictor",
        "adapted_pair": "._pair",
    },
)

"""What a slide and its clicks teach: pure functions of the event log, the weights and the slide."""

from ._adaptation import Adaptation, adaptation
from ._predictor import AdaptedPredictor, Remembered

__all__ = ["Adaptation", "AdaptedPredictor", "Remembered", "adaptation"]

"""Answers clicks with a probability, whichever engine runs the network.

`Patch` and `Predictor` import nothing heavy; whatever needs torch or OpenVINO is imported on first use.
"""

from typing import TYPE_CHECKING

from zoomiseg.lazy import door as _door

from ._cache_folder import is_first_run
from ._interruption import Interrupted, interruptible, stop_if_wanted
from ._predictor import AheadPredictor, FloatArray, ImageArray, Patch, Predictor, Runner

if TYPE_CHECKING:
    from ._convert import Tissue, float_models
    from ._int8 import packed_pair
    from ._load import Engine, Predictors, load_predictor, load_predictors
    from ._openvino import OpenVinoPredictor
    from ._preprocess import normalised, predict_with, seen_pixels, seen_window
    from ._tissue_cache import TissueCache
    from ._torch import TorchPredictor

__all__ = [
    "AheadPredictor",
    "Engine",
    "FloatArray",
    "ImageArray",
    "Interrupted",
    "OpenVinoPredictor",
    "Patch",
    "Predictor",
    "Predictors",
    "Runner",
    "Tissue",
    "TissueCache",
    "TorchPredictor",
    "float_models",
    "interruptible",
    "is_first_run",
    "load_predictor",
    "load_predictors",
    "normalised",
    "packed_pair",
    "predict_with",
    "seen_pixels",
    "seen_window",
    "stop_if_wanted",
]

__getattr__ = _door(
    __name__,
    {
        "Engine": "._load",
        "OpenVinoPredictor": "._openvino",
        "Predictors": "._load",
        "Tissue": "._convert",
        "TissueCache": "._tissue_cache",
        "TorchPredictor": "._torch",
        "float_models": "._convert",
        "load_predictor": "._load",
        "load_predictors": "._load",
        "normalised": "._preprocess",
        "packed_pair": "._int8",
        "predict_with": "._preprocess",
        "seen_pixels": "._preprocess",
        "seen_window": "._preprocess",
    },
)

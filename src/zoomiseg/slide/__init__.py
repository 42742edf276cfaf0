"""Slides: pixels by box and scale from any format, tissue, and pyramids written without holding them."""

from ._backend import ImageArray
from ._fingerprint import Fingerprint
from ._open import open_slide
from ._samples import sample_path
from ._slide import Slide

__all__ = ["Fingerprint", "ImageArray", "Slide", "open_slide", "sample_path"]

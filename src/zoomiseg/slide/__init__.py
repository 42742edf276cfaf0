"""Slides: pixels by box and scale from any format, tissue, and pyramids written without holding them."""

from ._backend import ImageArray
from ._fingerprint import Fingerprint
from ._mask import Mask, holds_mask, open_mask
from ._open import open_slide
from ._samples import sample_path
from ._slide import Slide
from ._spool import TileSpool
from ._tissue import TissueMask, tissue_mask
from ._writer import write_pyramid

__all__ = [
    "Fingerprint",
    "ImageArray",
    "Mask",
    "Slide",
    "TileSpool",
    "TissueMask",
    "holds_mask",
    "open_mask",
    "open_slide",
    "sample_path",
    "tissue_mask",
    "write_pyramid",
]

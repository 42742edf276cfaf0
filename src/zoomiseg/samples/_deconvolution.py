"""How much haematoxylin and eosin a pixel holds, by colour deconvolution (Ruifrok and Johnston 2001)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from zoomiseg.slide import ImageArray

FloatArray = NDArray[np.float32]

# Optical densities in red, green and blue: haematoxylin, eosin, and DAB as the third that takes the rest.
_STAINS = np.array([[0.65, 0.70, 0.29], [0.07, 0.99, 0.11], [0.27, 0.57, 0.78]])
_SEPARATE = np.linalg.inv(_STAINS).astype(np.float32)
# Of 256 brightnesses each one's density, so that no logarithm is taken twice; 0 counts as 1.
_DENSITY = -np.log(np.maximum(np.arange(256, dtype=np.float32), 1) / 255)


def optical_density(image: ImageArray) -> FloatArray:
    """Return (H, W, 3) float32, the natural logarithm of white over each colour; 0 is white, 5.5 black."""
    return _DENSITY[image]


def haematoxylin_eosin(image: ImageArray) -> FloatArray:
    """Return (H, W, 2) float32: the amounts of haematoxylin and of eosin, which noise makes negative too."""
    return np.asarray(optical_density(image) @ _SEPARATE[:, :2], np.float32)

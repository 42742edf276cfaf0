"""Haematoxylin and eosin as laboratories differ in them, and how stained glass looks to a scanner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ._noise import FloatArray


@dataclass(frozen=True, kw_only=True)
class Stain:
    """The colours of one laboratory and scanner.

    Args:
        haematoxylin: Optical density of one unit in red, green and blue.
        eosin: The same.
        white: What empty glass reads, RGB of 255.
        strength: Factors on haematoxylin and eosin.
    """

    haematoxylin: tuple[float, float, float]
    eosin: tuple[float, float, float]
    white: tuple[int, int, int] = (245, 244, 246)
    strength: tuple[float, float] = (1.0, 1.0)


# Vectors: near principal stain directions (Macenko et al. 2009) measured on real images of several sources,
# and the published pair of Ruifrok and Johnston 2001.
STAINS: tuple[Stain, ...] = (
    Stain(haematoxylin=(0.52, 0.79, 0.33), eosin=(0.13, 0.96, 0.24), white=(247, 240, 246)),
    Stain(
        haematoxylin=(0.68, 0.66, 0.31), eosin=(0.16, 0.91, 0.38), white=(243, 243, 243), strength=(1.0, 1.1)
    ),
    Stain(haematoxylin=(0.44, 0.78, 0.44), eosin=(0.13, 0.89, 0.43), white=(242, 239, 242)),
    Stain(
        haematoxylin=(0.62, 0.70, 0.36),
        eosin=(0.27, 0.92, 0.27),
        white=(236, 236, 240),
        strength=(0.95, 0.95),
    ),
    Stain(
        haematoxylin=(0.65, 0.70, 0.29), eosin=(0.07, 0.99, 0.11), white=(250, 250, 250), strength=(0.9, 0.75)
    ),
    Stain(
        haematoxylin=(0.60, 0.75, 0.28), eosin=(0.22, 0.93, 0.28), white=(240, 236, 240), strength=(1.0, 0.9)
    ),
)


def stained(
    stain: Stain, haematoxylin: FloatArray, eosin: FloatArray, ink: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return (H, W, 3) float32 RGB in 0..255 by Beer and Lambert's law.

    Args:
        stain: The laboratory.
        haematoxylin: (H, W) amount.
        eosin: (H, W) amount.
        ink: (H, W, 3) optical density of what else lies on the glass.
    """
    first = np.asarray(stain.haematoxylin, np.float32) * np.float32(stain.strength[0])
    second = np.asarray(stain.eosin, np.float32) * np.float32(stain.strength[1])
    density = haematoxylin[..., None] * first + eosin[..., None] * second + ink
    return np.asarray(np.asarray(stain.white, np.float32) * np.exp(-density), np.float32)

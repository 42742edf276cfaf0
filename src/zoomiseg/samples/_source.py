"""What can be written as a slide with its truth: anything that draws boxes and knows their tissue."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box

from ._blocks import View

KindArray = NDArray[np.uint8]
BoolArray = NDArray[np.bool_]


class Source(Protocol):
    """A virtual slide. Thread-safe; a pixel does not depend on the box it is read in."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def mpp(self) -> float:
        """What a pixel measures on glass, in µm."""
        ...

    def read(self, box: Box) -> View:
        """Return a box that lies inside the slide."""
        ...

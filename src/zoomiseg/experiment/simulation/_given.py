"""The mask that a high network is given at its first click, as far as a session tells it."""

from __future__ import annotations

import cv2
import numpy as np

from zoomiseg.geometry import PATCH_SIZE, SCALE_FACTOR, Box, PatchFrame, low_crop_of
from zoomiseg.robot import THRESHOLD
from zoomiseg.session import Session

from ..metrics import MaskArray

# What a cubic interpolation looks at, in low pixels.
_REACH = 2


def given_mask(session: Session, frame: PatchFrame) -> MaskArray:
    """Return where the low prediction under a high patch, enlarged, is target: (1024, 1024) bool.

    False everywhere where the session gives its high network no low mask (`l2h` is off), and outside the
    slide. High patches that lie there already do not count.

    Args:
        session: One whose low patches do not overlap.
        frame: The high patch.
    """
    mask = np.zeros((PATCH_SIZE, PATCH_SIZE), bool)
    if not session.options.l2h:
        return mask
    low = session.slide.grids.low
    reached = low_crop_of(frame.box).expanded(_REACH)
    known = reached.intersection(low.box)
    assert known is not None, "a high patch lies on the slide"
    canvas = np.zeros((known.height, known.width), np.float32)
    for patch in session.low_patches():
        common = patch.box.intersection(known)
        if common:
            own = session.low_probability(patch)[common.slices_in(patch.box)]
            canvas[common.slices_in(known)] = own
    place = frame.inside.slices_in(Box(0, 0, PATCH_SIZE, PATCH_SIZE))
    mask[place] = _enlarged(canvas, known, reached)[place] >= np.float32(THRESHOLD)
    return mask


def _enlarged(canvas: np.ndarray, known: Box, reached: Box) -> np.ndarray:
    """Return the canvas four times enlarged, without the border that is only looked at."""
    missing = (
        (known.y - reached.y, reached.bottom - known.bottom),
        (known.x - reached.x, reached.right - known.right),
    )
    padded = np.pad(canvas, missing, mode="edge")
    size = padded.shape[1] * SCALE_FACTOR, padded.shape[0] * SCALE_FACTOR
    border = _REACH * SCALE_FACTOR
    return cv2.resize(padded, size, interpolation=cv2.INTER_CUBIC)[border:-border, border:-border]

"""The robot at work on one image: accuracy after every click, for any method that answers clicks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zoomiseg.guidance import PatchPoint
from zoomiseg.robot import THRESHOLD, iou, next_click

FloatArray = NDArray[np.float32]
ImageArray = NDArray[np.uint8]
MaskArray = NDArray[np.bool_]
MAX_CLICKS = 20


class Method(Protocol):
    """Anything that turns an image and clicks into a probability."""

    def __call__(
        self, image: ImageArray, points: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        """Return (H, W) float32 in [0, 1] for an (H, W, 3) RGB image and clicks in its pixels."""
        ...


@dataclass(frozen=True, slots=True)
class Curve:
    """What came of one image.

    Args:
        ious: After each click, the first one's first.
        points: The clicks, (column, row, label).
        obeyed: After each click, the share of all clicks so far whose pixel has the clicked class.
    """

    ious: tuple[float, ...]
    points: tuple[PatchPoint, ...]
    obeyed: tuple[float, ...]

    def clicks_to(self, quality: float, *, most: int = MAX_CLICKS) -> tuple[int, bool]:
        """Return the number of clicks until the IoU is at least `quality`, and whether it ever was.

        What never gets there counts `most` clicks.
        """
        for count, value in enumerate(self.ious, start=1):
            if value >= quality:
                return count, True
        return most, False

    def iou_after(self, clicks: int) -> float:
        """Return the IoU after that many clicks; after the last one where there were fewer."""
        return self.ious[min(clicks, len(self.ious)) - 1]


def robot_curve(method: Method, image: ImageArray, truth: MaskArray, *, most: int = MAX_CLICKS) -> Curve:
    """Let the exact robot click until nothing is wrong or `most` clicks are made.

    Args:
        method: Gets its own last probability back as `previous`.
        image: (H, W, 3) uint8 RGB.
        truth: (H, W) bool, True somewhere.
        most: Clicks at most.
    """
    probability: FloatArray | None = None
    prediction = np.zeros(truth.shape, bool)
    points: list[PatchPoint] = []
    ious: list[float] = []
    obeyed: list[float] = []
    while len(points) < most:
        click = next_click(prediction, truth, clicked=[(column, row) for column, row, _ in points])
        if click is None:
            break
        points.append((click.column, click.row, click.label))
        probability = method(image, points, probability)
        prediction = probability >= THRESHOLD
        ious.append(iou(prediction, truth))
        obeyed.append(
            float(np.mean([prediction[row, column] == (label > 0) for column, row, label in points]))
        )
    return Curve(tuple(ious), tuple(points), tuple(obeyed))

"""The robot at work on one image: accuracy after every click, for any method that answers clicks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zoomiseg.guidance import PatchPoint
from zoomiseg.robot import THRESHOLD, BoolArray, RobotClick, iou, next_click

from ._flips import Flips, far_flips
from .baselines import Promptable

FloatArray = NDArray[np.float32]
ImageArray = NDArray[np.uint8]
MaskArray = NDArray[np.bool_]
MAX_CLICKS = 20


class Clicker(Protocol):
    """Anything that chooses the next click, as `zoomiseg.robot.next_click` does."""

    def __call__(
        self, prediction: BoolArray, truth: BoolArray, *, clicked: Iterable[tuple[int, int]]
    ) -> RobotClick | None:
        """Return a click in a wrong place, or None where there is nothing to click."""
        ...


@dataclass(frozen=True, slots=True)
class Curve:
    """What came of one image.

    Args:
        ious: After each click, the first one's first.
        points: The clicks, (column, row, label).
        obeyed: After each click, the share of all clicks so far whose pixel has the clicked class.
        obeyed_newest: Of each click, whether its own pixel had the clicked class right after it.
        flips: Of each click but the first, what it did far away.
    """

    ious: tuple[float, ...]
    points: tuple[PatchPoint, ...]
    obeyed: tuple[float, ...]
    obeyed_newest: tuple[bool, ...] = ()
    flips: tuple[Flips, ...] = ()

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


def robot_curve(
    method: Promptable,
    image: ImageArray,
    truth: MaskArray,
    *,
    clicker: Clicker = next_click,
    most: int = MAX_CLICKS,
    far_px: int = 0,
) -> Curve:
    """Let the robot click until nothing is wrong or `most` clicks are made.

    Args:
        method: Gets its own last probability back as `previous`.
        image: (H, W, 3) uint8 RGB.
        truth: (H, W) bool, True somewhere.
        clicker: Chooses the clicks.
        most: Clicks at most.
        far_px: Pixels further than this from a click are far from it.
    """
    probability: FloatArray | None = None
    prediction = np.zeros(truth.shape, bool)
    points: list[PatchPoint] = []
    ious: list[float] = []
    obeyed: list[float] = []
    obeyed_newest: list[bool] = []
    flips: list[Flips] = []
    while len(points) < most:
        click = clicker(prediction, truth, clicked=[(column, row) for column, row, _ in points])
        if click is None:
            break
        points.append((click.column, click.row, click.label))
        before, probability = prediction, method.predict(image, points, probability)
        prediction = probability >= THRESHOLD
        ious.append(iou(prediction, truth))
        as_clicked = [bool(prediction[row, column]) == (label > 0) for column, row, label in points]
        obeyed.append(float(np.mean(as_clicked)))
        obeyed_newest.append(as_clicked[-1])
        if len(points) > 1:
            flips.append(far_flips(before, prediction, truth, points[-1], far_px=far_px))
    return Curve(tuple(ious), tuple(points), tuple(obeyed), tuple(obeyed_newest), tuple(flips))


def replayed_ious(
    method: Promptable, image: ImageArray, truth: MaskArray, points: Sequence[PatchPoint]
) -> tuple[float, ...]:
    """Give a method clicks made beforehand, one after another, and return the IoU after each."""
    probability: FloatArray | None = None
    ious = []
    for count in range(1, len(points) + 1):
        probability = method.predict(image, points[:count], probability)
        ious.append(iou(np.asarray(probability >= THRESHOLD), truth))
    return tuple(ious)

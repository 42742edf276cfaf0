"""Three simulated users: one that never misses, one whose hand shakes, one with human habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.robot import RobotClick, jittered_click, next_click

ClickerName = Literal["exact", "jittered", "human"]
MaskArray = NDArray[np.bool_]
SECOND_REGION = 0.3
"""How often the human takes the second largest error."""
WRONG_LABEL = 0.05
"""How often the human gives the wrong label, sees it, and undoes it."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a hand clicks in a patch; `mistaken` when it presses the wrong label there."""

    column: int
    row: int
    label: int
    mistaken: bool = False


class Hand(Protocol):
    """A simulated user at one patch."""

    def aim(
        self,
        prediction: MaskArray,
        truth: MaskArray,
        *,
        clicked: Sequence[tuple[int, int]],
        valid: MaskArray,
        may_err: bool,
    ) -> Aim | None:
        """Return the next click, or None where there is nothing to click.

        Args:
            prediction: (H, W), True where the target is predicted.
            truth: (H, W), True where the target is.
            clicked: (column, row) of earlier clicks.
            valid: (H, W), False where nothing is an error.
            may_err: There is room for a wrong click and its undo.
        """
        ...


@dataclass(frozen=True)
class Hands:
    """Gives each patch its own hand, so that what happens in one does not depend on the others.

    Args:
        clicker: Which user.
        seed: Of everything that is drawn.
    """

    clicker: ClickerName = "exact"
    seed: int = 0

    def at(self, *place: int) -> Hand:
        """Return the hand for a patch that these numbers tell from all others."""
        if self.clicker == "exact":
            return _Exact()
        rng = np.random.default_rng([self.seed, *place])
        return _Jittered(rng) if self.clicker == "jittered" else _Human(rng)


class _Exact:
    def aim(
        self,
        prediction: MaskArray,
        truth: MaskArray,
        *,
        clicked: Sequence[tuple[int, int]],
        valid: MaskArray,
        may_err: bool,
    ) -> Aim | None:
        del may_err  # never
        return _aim(next_click(prediction, truth, clicked=clicked, valid=valid))


class _Jittered:
    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def aim(
        self,
        prediction: MaskArray,
        truth: MaskArray,
        *,
        clicked: Sequence[tuple[int, int]],
        valid: MaskArray,
        may_err: bool,
    ) -> Aim | None:
        del may_err  # a shaking hand still presses the right label
        return _aim(jittered_click(prediction, truth, rng=self._rng, clicked=clicked, valid=valid))


class _Human:
    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def aim(
        self,
        prediction: MaskArray,
        truth: MaskArray,
        *,
        clicked: Sequence[tuple[int, int]],
        valid: MaskArray,
        may_err: bool,
    ) -> Aim | None:
        # Drawn in any case, so that one habit does not shift the other's dice.
        takes_second, errs = self._rng.random(2) < (SECOND_REGION, WRONG_LABEL)
        click = partial(jittered_click, prediction, truth, rng=self._rng, clicked=clicked)
        found = None
        if takes_second:
            largest = next_click(prediction, truth, clicked=clicked, valid=valid)
            if largest is not None:
                found = click(valid=valid & ~_region(prediction, truth, valid, largest))
        found = found or click(valid=valid)
        return _aim(found, mistaken=bool(errs and may_err))


def _region(prediction: MaskArray, truth: MaskArray, valid: MaskArray, click: RobotClick) -> MaskArray:
    """Return the connected error that a click answers, corners connecting."""
    wanted = truth if click.label > 0 else prediction
    wrong = (prediction != truth) & wanted & valid
    _, labels = cv2.connectedComponents(wrong.view(np.uint8), connectivity=8)
    return np.asarray(labels == labels[click.row, click.column])


def _aim(click: RobotClick | None, *, mistaken: bool = False) -> Aim | None:
    return None if click is None else Aim(click.column, click.row, click.label, mistaken)

"""What can be done in a session, as values that make sense."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box, Click, ScaleName

MOST_POINTS = 100_000
"""Of one line or area drawn by hand."""

Kind = Literal[
    "click",
    "zoom",
    "settle",
    "unsettle",
    "delete",
    "undo",
    "redo",
    "stroke",
    "polygon",
    "lock",
    "unlock",
    "scribble",
    "box",
    "import",
    "accept",
    "learn",
]
ReferringKind = Literal["unsettle", "unlock", "delete", "undo", "redo"]
PromptKind = Literal["scribble", "box"]
Mode = Literal["add", "erase"]
Points: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class ClickMade:
    """A click at one scale; x and y in slide pixels, label +1 or -1."""

    x: float
    y: float
    label: int
    scale: ScaleName

    @property
    def kind(self) -> Kind:
        return "click"

    @property
    def clicks(self) -> tuple[Click, ...]:
        return (Click(self.x, self.y, self.label),)


@dataclass(frozen=True, slots=True)
class PromptGiven:
    """A line or a box that the user drew, and the clicks that it became; they come and go together.

    Args:
        kind: What was drawn.
        outline: Its points, in slide pixels, to show it.
        clicks: What the network is told, at least one, in slide pixels; of a box the first is its middle.
        scale: Which network.

    Raises:
        SessionError: No clicks.
    """

    kind: PromptKind
    outline: Points
    clicks: tuple[Click, ...]
    scale: ScaleName

    def __post_init__(self) -> None:
        if not self.clicks:
            raise SessionError(f"A {self.kind} needs at least one click.")


@dataclass(frozen=True, slots=True)
class ZoomOpened:
    """A high patch opened around a point in slide pixels."""

    x: float
    y: float

    @property
    def kind(self) -> Kind:
        return "zoom"


@dataclass(frozen=True, slots=True)
class ProposalAccepted:
    """What was proposed for the low patch nearest to a point in slide pixels, taken as its mask."""

    x: float
    y: float

    @property
    def kind(self) -> Kind:
        return "accept"


@dataclass(frozen=True, slots=True)
class LearningSwitched:
    """Learning from the slide, switched on or off for the clicks that follow."""

    on: bool

    @property
    def kind(self) -> Kind:
        return "learn"


@dataclass(frozen=True, slots=True)
class BoxSettled:
    """A region, in slide pixels, frozen as it is."""

    box: Box

    @property
    def kind(self) -> Kind:
        return "settle"


@dataclass(frozen=True, slots=True)
class BoxLocked:
    """A region, in slide pixels, in which nothing may be changed in any class."""

    box: Box

    @property
    def kind(self) -> Kind:
        return "lock"


@dataclass(frozen=True, slots=True)
class StrokeDrawn:
    """A line drawn by hand: all that lies within half its width of it is added or erased.

    Args:
        points: In slide pixels; a single one is a dot.
        width_um: From side to side, in µm on the glass.
        mode: What becomes of the pixels.

    Raises:
        SessionError: No points, too many, or a width that is no positive number.
    """

    points: Points
    width_um: float
    mode: Mode

    def __post_init__(self) -> None:
        if not self.points:
            raise SessionError("A stroke needs at least one point.")
        if not (math.isfinite(self.width_um) and self.width_um > 0):
            raise SessionError(f"A stroke's width is a positive number of µm, got {self.width_um!r}.")
        _require_few(len(self.points), "stroke")

    @property
    def kind(self) -> Kind:
        return "stroke"


@dataclass(frozen=True, slots=True)
class PolygonDrawn:
    """An area outlined by hand, with holes: what lies inside an odd number of rings is added or erased.

    Args:
        rings: In slide pixels, each closed by itself: its last point need not be its first.
        mode: What becomes of the pixels.

    Raises:
        SessionError: No ring, a ring of less than three points, or too many points.
    """

    rings: tuple[Points, ...]
    mode: Mode

    def __post_init__(self) -> None:
        if not self.rings or min(len(ring) for ring in self.rings) < 3:
            raise SessionError("A polygon needs at least one ring, and a ring at least three points.")
        _require_few(sum(len(ring) for ring in self.rings), "polygon")

    @property
    def kind(self) -> Kind:
        return "polygon"


@dataclass(frozen=True, slots=True)
class MaskImported:
    """A mask that was made elsewhere, kept beside the log, to start from.

    Args:
        sha256: Names its file and proves it, in hex.
        box: Where it is not 0, in slide pixels.
    """

    sha256: str
    box: Box

    @property
    def kind(self) -> Kind:
        return "import"


@dataclass(frozen=True, slots=True)
class Referring:
    """An operation on an earlier one, named by its id."""

    kind: ReferringKind
    op_id: str


Drawn: TypeAlias = StrokeDrawn | PolygonDrawn
Payload: TypeAlias = (
    ClickMade
    | PromptGiven
    | ZoomOpened
    | ProposalAccepted
    | LearningSwitched
    | BoxSettled
    | BoxLocked
    | Drawn
    | MaskImported
    | Referring
)


def mode_of(value: object) -> Mode:
    """Return a mode that is known.

    Raises:
        SessionError: It is not.
    """
    match value:
        case "add" | "erase":
            return value
    raise SessionError(f"What is drawn by hand is in mode {' or '.join(get_args(Mode))}, got {value!r}.")


def points_of(points: Sequence[Sequence[float]]) -> Points:
    """Return points as they are stored.

    Raises:
        SessionError: One has not two finite coordinates.
    """
    stored = tuple((float(x), float(y)) for x, y in points)
    for x, y in stored:
        if not (math.isfinite(x) and math.isfinite(y)):
            raise SessionError(f"A point needs finite coordinates, got ({x}, {y}).")
    return stored


def _require_few(count: int, what: str) -> None:
    if count > MOST_POINTS:
        raise SessionError(f"A {what} has at most {MOST_POINTS} points, got {count}. Draw it in parts.")

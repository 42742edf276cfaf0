"""The requests and answers of the API as typed shapes."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from zoomiseg.geometry import Box
from zoomiseg.session import DEFAULT_CLASS

# Beyond any slide, and far from where whole numbers stop being exact.
_FARTHEST_PX = 4_000_000

Pixels = Annotated[float, Field(ge=-_FARTHEST_PX, le=_FARTHEST_PX, allow_inf_nan=False)]
Extent = Annotated[float, Field(gt=0, le=2 * _FARTHEST_PX, allow_inf_nan=False)]
OpId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,128}$")]
MaskId = Annotated[str, Field(max_length=64)]
ClassName = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,64}$")]
Revision = Annotated[int, Field(ge=0, le=2**53)]
# Lists of a fixed length rather than tuples: more readers of OpenAPI understand those.
Point = Annotated[list[Pixels], Field(min_length=2, max_length=2)]
Points = Annotated[list[Point], Field(min_length=1, max_length=50_000)]
Rectangle = Annotated[list[int], Field(min_length=4, max_length=4)]
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
MarkedPoint = Annotated[list[float], Field(min_length=3, max_length=3)]


class Shape(BaseModel):
    """A request; a key that nobody knows is refused rather than lost."""

    model_config = ConfigDict(extra="forbid")


class NewSession(Shape):
    """Asks for a session on a slide.

    Args:
        slide: The slide's id.
        weights: Their name; without it, the server's.
        mpp: µm per level-0 pixel, where the slide does not say so or wrongly.
        adapt: What it learns from the slide and its clicks: parts joined by +, or off; without it, the
            server's.
        op_id: The same id again is the same session.
    """

    slide: Annotated[str, Field(max_length=64)]
    weights: Annotated[str, Field(max_length=64)] | None = None
    mpp: Annotated[float, Field(ge=0.05, le=10, allow_inf_nan=False)] | None = None
    adapt: Annotated[str, Field(max_length=64)] | None = None
    op_id: OpId | None = None


class Operation(Shape):
    """What every operation carries.

    Args:
        op_id: Its id, made by the client: sent again, it is the same operation.
        revision: The revision that the user has seen; without it, the present one.
    """

    op_id: OpId
    revision: Revision | None = None


class NewClick(Operation):
    """A click, in slide pixels; label 1 for the class, -1 for what is not."""

    x: Pixels
    y: Pixels
    label: Literal[1, -1]
    scale: Literal["low", "high"] = "low"
    class_: Annotated[ClassName, Field(alias="class")] = DEFAULT_CLASS


class NewZoom(Operation):
    """A point, in slide pixels, around which a high patch is opened."""

    x: Pixels
    y: Pixels
    class_: Annotated[ClassName, Field(alias="class")] = DEFAULT_CLASS


class Acceptance(NewZoom):
    """A point, in slide pixels, in the patch whose proposal is taken."""


class Place(Operation):
    """A box in slide pixels; fractions are rounded outwards."""

    x: Pixels
    y: Pixels
    width: Extent
    height: Extent

    @property
    def box(self) -> Box:
        x, y = math.floor(self.x), math.floor(self.y)
        return Box(x, y, math.ceil(self.x + self.width) - x, math.ceil(self.y + self.height) - y)


class Region(Place):
    """A box of one class."""

    class_: Annotated[ClassName, Field(alias="class")] = DEFAULT_CLASS


class NewBox(Region):
    """A box around one object, for a network."""

    scale: Literal["low", "high"] = "low"


class NewScribble(Operation):
    """A line of clicks, in slide pixels."""

    points: Points
    label: Literal[1, -1]
    scale: Literal["low", "high"] = "low"
    class_: Annotated[ClassName, Field(alias="class")] = DEFAULT_CLASS


class NewStroke(Operation):
    """A line drawn by hand, in slide pixels, so many µm wide."""

    points: Points
    width_um: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
    mode: Literal["add", "erase"] = "add"
    class_: Annotated[ClassName, Field(alias="class")] = DEFAULT_CLASS


class NewPolygon(Operation):
    """An area outlined by hand: rings in slide pixels, which close by themselves."""

    rings: Annotated[list[Points], Field(min_length=1, max_length=1000)]
    mode: Literal["add", "erase"] = "add"
    class_: Annotated[ClassName, Field(alias="class")] = DEFAULT_CLASS


class Lifted(Operation):
    """Names a settled or locked region by the `op_id` of the event that made it."""

    of: OpId


class Switch(Operation):
    """Says whether the session learns from its slide from now on."""

    on: bool


class View(Shape):
    """Where the user looks, in slide pixels, and at which scale a click would speak."""

    x: Pixels
    y: Pixels
    scale: Literal["low", "high"] = "low"


class SessionMade(BaseModel):
    """A new session."""

    id: str
    revision: int


class Changed(BaseModel):
    """The answer to an operation, given once it is durable; boxes in slide pixels."""

    revision: int
    changed: list[Rectangle]


class Imported(Changed):
    """The answer to an import; `notices` are sentences for the user about what of it was left out."""

    notices: list[str]


class ClassInfo(BaseModel):
    """Something that can be outlined."""

    name: str
    colour: str


class Config(BaseModel):
    """What a client needs to know of the server."""

    version: str
    user: str
    weights: list[str]
    default_weights: str
    default_adapt: str
    classes: list[ClassInfo]
    low_mpp: float
    high_mpp: float
    high_from_mpp: float


class SessionSummary(BaseModel):
    """A session of the user in a list; times are UTC, ISO 8601."""

    id: str
    slide: str
    weights: str
    mpp: float | None
    created: str
    changed: str | None


class SlideInfo(BaseModel):
    """A slide; `mpp` is null where it has to be given when a session is made."""

    id: str
    name: str
    width: int
    height: int
    mpp: Pair | None
    objective: float | None
    thumbnail: str
    fingerprint: str
    tile_size: int
    max_level: int
    warnings: list[str]
    sessions: list[SessionSummary]


class RefusedFile(BaseModel):
    """A file of the folder that is no slide, and why."""

    name: str
    reason: str


class EventInfo(BaseModel):
    """An event in force; the keys that its kind does not have are null."""

    n: int
    op_id: str
    kind: str
    class_: Annotated[str, Field(serialization_alias="class")]
    author: str
    time: str
    x: float | None = None
    y: float | None = None
    label: int | None = None
    scale: str | None = None
    width: int | None = None
    height: int | None = None
    points: list[Pair] | None = None
    rings: list[list[Pair]] | None = None
    width_um: float | None = None
    of: str | None = None
    mode: str | None = None
    on: bool | None = None
    clicks: list[MarkedPoint] | None = None


class Patches(BaseModel):
    """Boxes in slide pixels."""

    high: list[Rectangle]
    settled: list[Rectangle]
    locked: list[Rectangle]


class SessionInfo(BaseModel):
    """A session as it is now.

    Args:
        adapt: What it learns from its slide, as it was begun; off where nothing.
        learns: Whether it does so just now.
        mask_id: Names a mask tile for ever, as `?m=`, together with the revision as `?v=`.
    """

    id: str
    slide: str
    revision: int
    saved: bool
    undoable: bool
    redoable: bool
    weights: str
    adapt: str
    learns: bool
    mask_id: str
    mpp: Pair
    events: list[EventInfo]
    classes: list[str]
    patches: Patches
    notices: list[str]


class ProposalInfo(BaseModel):
    """What is proposed for one patch.

    Args:
        revision: The events that it comes from.
        box: The patch on the slide.
        share: Of its pixels, how many would be the class.
    """

    revision: int
    box: Rectangle
    share: float


class ClassMeasure(BaseModel):
    """One class's area; its share of the tissue is null where there is no tissue."""

    name: str
    area_mm2: float
    share_of_tissue: float | None


class Measures(BaseModel):
    """Areas on glass, of the revision that they were measured at."""

    revision: int
    tissue_mm2: float
    classes: list[ClassMeasure]


def rectangle(box: Box) -> Rectangle:
    """Return a box as [x, y, width, height]."""
    return [box.x, box.y, box.width, box.height]

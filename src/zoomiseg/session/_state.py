"""The state of a session as a fold over its events: which patches saw which clicks, and what covers what."""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass, replace

from zoomiseg.errors import SessionError
from zoomiseg.geometry import (
    SCALE_FACTOR,
    Box,
    Click,
    Grids,
    PatchFrame,
    high_patch_box,
    low_crop_of,
)

from ._events import BoxSettled, ClickMade, Event, Referring, ZoomOpened
from ._journal import Journal, JournalledMap
from ._layers import Layer, LayerNames, LowView
from ._low import LowPatches
from ._options import SessionOptions
from ._overlays import Overlays
from ._patches import HighPatch, LowPatch, Painting, PlacedClick, Settled, visible_only

# A cubic interpolation reaches two pixels to each side.
CUBIC_REACH = 2


@dataclass(frozen=True, slots=True)
class Touched:
    """What a step may have changed: a patch or region under its key, as it was."""

    before: LowPatch | HighPatch | Settled | None
    after: LowPatch | HighPatch | Settled | None

    @property
    def looks_different(self) -> bool:
        return _look(self.before) != _look(self.after)

    @property
    def layer(self) -> Layer | None:
        """The layer that is shown now and was not before."""
        layer = None if self.after is None or isinstance(self.after, Settled) else self.after.layer
        return layer if self.looks_different else None


class State:
    """Patches, their layers' names, and settled regions; no pixels.

    Args:
        grids: The slide's grids.
        options: How canvases are laid out.
        names: Names the layers.
    """

    def __init__(self, grids: Grids, options: SessionOptions, names: LayerNames) -> None:
        self.journal = Journal()
        self.low = LowPatches(grids.low, stride=options.low_stride, names=names, journal=self.journal)
        self.overlays = Overlays(grids.high, margin_px=options.high_margin_px, journal=self.journal)
        self._classes: JournalledMap[str, bool] = JournalledMap(self.journal)
        self._grids = grids
        self._options = options
        self._names = names

    def apply(self, event: Event) -> None:
        """Take in a click, zoom, settle or unsettle as one step of the journal.

        Raises:
            SessionError: It cannot be applied here; nothing has changed.
        """
        self.journal.begin()
        try:
            self._dispatch(event)
        except BaseException:
            self.journal.take_back()
            raise

    def snapshot(self) -> State:
        """Return the state as it is now: for reading only, and untouched by what is applied later."""
        twin = copy(self)
        twin.low, twin.overlays = self.low.snapshot(), self.overlays.snapshot()
        twin._classes = self._classes.snapshot()
        return twin

    def classes(self) -> list[str]:
        """Return the classes that have anything, in alphabetical order."""
        return sorted(self._classes)

    def slide_box_of(self, item: LowPatch | HighPatch | Settled) -> Box | None:
        """Return the slide pixels that an item can show on; None where it lies off the slide."""
        box = item.box
        if isinstance(item, LowPatch):
            box = box.expanded(CUBIC_REACH).scaled(SCALE_FACTOR)
        inside = box.intersection(self._grids.high.box)
        return self._grids.high.slide_box(inside).intersection(self._grids.slide.box) if inside else None

    def _dispatch(self, event: Event) -> None:
        if not self._classes.get(event.class_):
            self._classes.put(event.class_, True)
        match event.payload:
            case ClickMade(x, y, label, scale):
                placed = PlacedClick(event.n, Click(x, y, label))
                if scale == "low":
                    self.low.click(event.class_, placed)
                else:
                    self._click_high(event.class_, placed)
            case ZoomOpened(x, y):
                self.overlays.put(self._opened(event.class_, event.n, (x, y)))
            case BoxSettled(box):
                self._settle(event, box)
            case Referring("unsettle", op_id):
                self.overlays.remove(self._settled_by(op_id))
            case _:
                raise AssertionError(f"{event.kind} is no step of the state")

    def _click_high(self, class_: str, placed: PlacedClick) -> None:
        patch = self.overlays.patch_for(class_, *self._grids.high.pixel_at(placed.click.slide_xy))
        if patch is None:
            patch = self._opened(class_, placed.n, placed.click.slide_xy)
        own = (*patch.clicks, placed)
        seen = sorted((*own, *self._seen_besides(patch)), key=lambda each: each.n)
        layer = self._names.layer(
            "high",
            patch.box,
            clicks=tuple(each.click for each in seen),
            source=patch.layer or self._first_mask(patch),
        )
        z = self.overlays.raised(patch)
        self.overlays.put(replace(patch, clicks=own, layer=layer, z=z, edited=placed.n))

    def _seen_besides(self, patch: HighPatch) -> list[PlacedClick]:
        """Return the clicks inside a patch that were given to others."""
        frame = PatchFrame(self._grids.high, patch.box)
        seen: list[PlacedClick] = []
        if self._options.share_high_clicks:
            under = self.overlays.over(patch.class_, patch.box)
            others = (item for item in under if isinstance(item, HighPatch) and item.n != patch.n)
            seen += [each for other in others for each in other.clicks if frame.holds(each.click)]
        if self._options.carry_low_clicks:
            seen += self.low.clicks_inside(patch.class_, frame)
        return seen

    def _opened(self, class_: str, n: int, slide_xy: tuple[float, float]) -> HighPatch:
        return HighPatch(n, class_, high_patch_box(self._grids.low, slide_xy), z=(n, 0))

    def _first_mask(self, patch: HighPatch) -> LowView | None:
        if not self._options.l2h:
            return None
        parts = self.low.under(patch.class_, low_crop_of(patch.box).expanded(CUBIC_REACH))
        return self._names.low_view(tuple(part.layer for part in parts)) if parts else None

    def _settled_by(self, op_id: str) -> Settled:
        found = next((region for region in self.overlays.settled() if region.op_id == op_id), None)
        if found is None:
            raise SessionError(f"No settled region of this session has the id {op_id!r}.")
        return found

    def _settle(self, event: Event, slide_box: Box) -> None:
        box = self._whole_low_pixels(slide_box)
        paintings = visible_only(self.paintings(event.class_, box, settling=True))
        self.overlays.put(Settled(event.n, event.op_id, event.class_, box, paintings))

    def _whole_low_pixels(self, slide_box: Box) -> Box:
        """Return the box on the high grid, its edges moved to the nearest whole low pixels."""
        slide, low = self._grids.slide, self._grids.low
        inside = slide_box.intersection(slide.box)
        if inside is None:
            raise SessionError(
                f"The box to settle ({slide_box.x}, {slide_box.y}, {slide_box.width} x {slide_box.height}) "
                f"has no pixel on the slide of {slide.width} x {slide.height} pixels."
            )
        left, top = low.from_slide((inside.x, inside.y))
        right, bottom = low.from_slide((inside.right, inside.bottom))
        # The slide's last low pixel may stand on less than half of what it covers.
        x, width = _rounded(left, low.width if inside.right == slide.width else right)
        y, height = _rounded(top, low.height if inside.bottom == slide.height else bottom)
        return Box(x, y, width, height).scaled(SCALE_FACTOR)

    def paintings(self, class_: str, box: Box, *, settling: bool = False) -> list[Painting]:
        """Return what is drawn in a box of high pixels, from the lowest up.

        Args:
            class_: The class that is drawn.
            box: In high pixels, whole low pixels.
            settling: The box is being settled: a patch that covers all of it shows its own mask, unfeathered.
        """
        reach = low_crop_of(box).expanded(CUBIC_REACH)
        drawn = [Painting(box, self.low.under(class_, reach), feathered=False)]
        inside = box.intersection(self._grids.high.box) or box
        for item in self.overlays.over(class_, box):
            if isinstance(item, Settled):
                drawn.extend(_clipped(item.paintings, box))
            elif item.layer is not None:
                whole = settling and item.box.encloses(inside)
                feathered = self._options.seam == "feather" and not whole
                drawn.extend(_clipped((Painting(item.box, item, feathered),), box))
        return drawn


def _rounded(begin: float, end: float) -> tuple[int, int]:
    """Return the (start, length) of whole pixels nearest to an interval, at least the one in its middle."""
    start, stop = round(begin), round(end)
    return (start, stop - start) if stop > start else (math.floor((begin + end) / 2), 1)


def _clipped(paintings: tuple[Painting, ...], box: Box) -> list[Painting]:
    return [
        replace(painting, clip=clip) for painting in paintings if (clip := painting.clip.intersection(box))
    ]


def _look(item: LowPatch | HighPatch | Settled | None) -> object:
    match item:
        case LowPatch():
            return item.layer.id
        case HighPatch():
            return (item.layer.id, item.z) if item.layer else None
        case Settled():
            return tuple((painting.clip, _layers_of(painting)) for painting in item.paintings)
    return None


def _layers_of(painting: Painting) -> tuple[str, ...]:
    content = painting.content if isinstance(painting.content, tuple) else (painting.content,)
    return tuple(patch.layer.id for patch in content if patch.layer)

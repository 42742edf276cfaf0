"""The state of a session as a fold over its events: which patches saw which clicks, and what covers what."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from zoomiseg.errors import SessionError
from zoomiseg.geometry import (
    SCALE_FACTOR,
    Box,
    Click,
    Grids,
    ScaleName,
    low_crop_of,
)

from ._edits import Edit, Edits, Hole
from ._events import Event
from ._high import HighPatches
from ._journal import Journal, JournalledMap
from ._layers import LayerNames, Start
from ._learning import Learning
from ._locks import Locks
from ._low import LowPatches
from ._options import SessionOptions
from ._overlays import Overlays
from ._patches import (
    CUBIC_REACH,
    Imported,
    Lock,
    LowPatch,
    Painting,
    PlacedClick,
    Settled,
    View,
    visible_only,
)
from ._payloads import (
    BoxLocked,
    BoxSettled,
    ClickMade,
    Drawn,
    LearningSwitched,
    MaskImported,
    PolygonDrawn,
    PromptGiven,
    ProposalAccepted,
    Referring,
    StrokeDrawn,
    ZoomOpened,
)
from ._regions import whole_low_pixels
from ._shapes import slide_box_of
from ._touched import Item, content_of


class State:
    """Patches, their layers' names, settled and locked regions, and edits by hand; no pixels.

    Args:
        grids: The slide's grids.
        options: How canvases are laid out.
        names: Names the layers.
    """

    def __init__(self, grids: Grids, options: SessionOptions, names: LayerNames) -> None:
        self.journal = Journal()
        self.overlays = Overlays(grids.high, margin_px=options.high_margin_px, journal=self.journal)
        self.learning = Learning(options.adaptation, self.journal)
        self.low = LowPatches(
            grids.low,
            stride=options.low_stride,
            names=names,
            journal=self.journal,
            learning=self.learning,
            overlays=self.overlays,
        )
        self.high = HighPatches(
            grids,
            options,
            names,
            low=self.low,
            overlays=self.overlays,
            journal=self.journal,
            learning=self.learning,
        )
        self.edits = Edits(grids, self.journal)
        self.locks = Locks(self.journal)
        self.imported: JournalledMap[str, Imported] = JournalledMap(self.journal)
        self._classes: JournalledMap[str, bool] = JournalledMap(self.journal)
        self._grids = grids
        self._options = options

    def apply(self, event: Event) -> None:
        """Take in an event that refers to no undo, redo or delete, as one step of the journal.

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
        twin.edits, twin.locks = self.edits.snapshot(), self.locks.snapshot()
        twin.imported, twin.learning = self.imported.snapshot(), self.learning.snapshot()
        twin._classes = self._classes.snapshot()
        return twin

    def classes(self) -> list[str]:
        """Return the classes that have anything, in alphabetical order."""
        return sorted(self._classes)

    def slide_box_of(self, item: Item) -> Box | None:
        """Return the slide pixels that an item can show on; None where it lies off the slide."""
        box = item.box
        if isinstance(item, LowPatch):
            box = box.expanded(CUBIC_REACH).scaled(SCALE_FACTOR)
        inside = box.intersection(self._grids.high.box)
        return self._grids.high.slide_box(inside).intersection(self._grids.slide.box) if inside else None

    def _dispatch(self, event: Event) -> None:
        match event.payload:
            case BoxLocked(box):
                self._lock(event, box)
                return
            case Referring("unlock", op_id):
                self.locks.unlock(op_id, event.n)
                return
            case LearningSwitched(on):
                self.learning.switch(on=on)
                return
        if not self._classes.get(event.class_):
            self._classes.put(event.class_, True)
        match event.payload:
            case ClickMade() | PromptGiven():
                self._click(event, event.payload.clicks, event.payload.scale)
            case StrokeDrawn() | PolygonDrawn():
                self._draw(event, event.payload)
            case MaskImported(sha256, box):
                high_box = self._grids.high.covering(box)
                self.imported.put(event.class_, Imported(event.n, event.class_, high_box, Start(sha256)))
            case ProposalAccepted(x, y):
                self._accept(event, (x, y))
            case ZoomOpened(x, y):
                self.overlays.put(self.high.open(event.class_, event.n, (x, y)))
            case BoxSettled(box):
                self._settle(event, box)
            case Referring("unsettle", op_id):
                self.overlays.remove(self._settled_by(op_id))
            case _:
                raise AssertionError(f"{event.kind} is no step of the state")

    def _click(self, event: Event, clicks: tuple[Click, ...], scale: ScaleName) -> None:
        placed = [PlacedClick(event.n, click) for click in clicks if not self.locks.holds(self._pixel(click))]
        together = event.kind == "box"
        if not placed or (together and placed[0].click != clicks[0]):
            x, y = clicks[0].slide_xy
            raise SessionError(
                f"The {event.kind} at ({x:g}, {y:g}) lies in a locked region.",
                hint="Unlock the region first.",
            )
        patches, imported = self.low if scale == "low" else self.high, self.imported.get(event.class_)
        for given in patches.click(event.class_, placed, imported=imported, together=together):
            box = given.box.scaled(SCALE_FACTOR) if scale == "low" else given.box
            hole = Hole(event.n, box, self.locks.boxes_in(box))
            for each in given.clicks:
                self.edits.give_way(event.class_, each.click.label, self._pixel(each.click), hole)

    def _accept(self, event: Event, slide_xy: tuple[float, float]) -> None:
        if self.locks.holds(self._grids.high.pixel_at(slide_xy)):
            raise SessionError("The proposal lies in a locked region.", hint="Unlock the region first.")
        self.low.accept(event.class_, slide_xy, imported=self.imported.get(event.class_), n=event.n)

    def _pixel(self, click: Click) -> tuple[int, int]:
        return self._grids.high.pixel_at(click.slide_xy)

    def _draw(self, event: Event, drawn: Drawn) -> None:
        slide_box = slide_box_of(drawn, self._grids)
        if slide_box is None:
            raise SessionError(f"The {drawn.kind} has no pixel on the slide.")
        box = self._grids.high.covering(slide_box)
        locked = self.locks.boxes_in(box)
        if any(each.encloses(box) for each in locked):
            raise SessionError(f"The {drawn.kind} lies in a locked region.", hint="Unlock the region first.")
        holes = tuple(Hole(event.n, each) for each in locked)
        self.edits.put(Edit(event.n, event.class_, drawn, box, holes))

    def _settled_by(self, op_id: str) -> Settled:
        found = next((region for region in self.overlays.settled() if region.op_id == op_id), None)
        if found is None:
            raise SessionError(f"No settled region of this session has the id {op_id!r}.")
        return found

    def _settle(self, event: Event, slide_box: Box) -> None:
        box = whole_low_pixels(slide_box, self._grids, to="settle")
        paintings = visible_only(self.paintings(event.class_, box, settling=True))
        self.overlays.put(Settled(event.n, event.op_id, event.class_, box, paintings))

    def _lock(self, event: Event, slide_box: Box) -> None:
        box = whole_low_pixels(slide_box, self._grids, to="lock")
        views = ((class_, self.view(class_, box)) for class_ in self.classes())
        shown = tuple(
            (class_, view)
            for class_, view in views
            if view.locks or any(each.content for each in view.paintings)
        )
        self.locks.put(Lock(event.n, event.op_id, box, shown, content_of(shown)))

    def view(self, class_: str, box: Box) -> View:
        """Return what there is of a class in a box of high pixels, whole low pixels."""
        return View(visible_only(self.paintings(class_, box)), self.locks.over(box))

    def paintings(self, class_: str, box: Box, *, settling: bool = False) -> list[Painting]:
        """Return what is drawn in a box of high pixels, from the lowest up.

        Args:
            class_: The class that is drawn.
            box: In high pixels, whole low pixels.
            settling: The box is being settled: a patch that covers all of it shows its own mask, unfeathered.
        """
        reach = low_crop_of(box).expanded(CUBIC_REACH)
        imported = self.imported.get(class_)
        below = imported if imported and imported.box.intersection(box) else None
        drawn = [Painting(box, below, seen_through=False)] if below else []
        drawn.append(Painting(box, self.low.under(class_, reach), seen_through=bool(below)))
        inside = box.intersection(self._grids.high.box) or box
        for item in self.overlays.over(class_, box):
            if isinstance(item, Settled):
                drawn.extend(_clipped(item.paintings, box))
            elif item.layer is not None:
                whole = settling and item.box.encloses(inside)
                seen_through = self._options.seam == "feather" and not whole
                drawn.extend(_clipped((Painting(item.box, item, seen_through),), box))
        return drawn


def _clipped(paintings: tuple[Painting, ...], box: Box) -> list[Painting]:
    return [
        replace(painting, clip=clip) for painting in paintings if (clip := painting.clip.intersection(box))
    ]

"""The low canvas's patches: a fixed grid, predicted where it was clicked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from zoomiseg.errors import SessionError
from zoomiseg.geometry import (
    PATCH_SIZE,
    SCALE_FACTOR,
    Box,
    Grid,
    PatchFrame,
    nearest_patch,
    patch_starts,
)

from ._holdout import HoldOuts
from ._journal import Journal, JournalledMap
from ._layers import LayerNames, Part, Start
from ._learning import Learning
from ._memory import clicked_elsewhere
from ._overlays import Overlays
from ._patches import Given, HighPatch, Imported, LowPatch, PlacedClick

# Where the last patch was moved inside, the last but one and it may both reach a third.
_NEIGHBOURS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class LowKey:
    """A patch of one class: column and row in the grid of patches."""

    class_: str
    column: int
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class _Inside:
    """The clicks in a patch, the latest and those before it: a click more costs what one click takes."""

    latest: PlacedClick
    before: _Inside | None


class LowPatches:
    """Which low patches were clicked, by class.

    Args:
        grid: The slide's low grid.
        stride: Low pixels from one patch to the next.
        names: Names the layers.
        journal: Notes every change.
        learning: Whether a patch's network is told of clicks in other patches, of what was settled, and is
            guarded.
        overlays: Where settled regions are.
    """

    def __init__(
        self,
        grid: Grid,
        *,
        stride: int,
        names: LayerNames,
        journal: Journal,
        learning: Learning,
        overlays: Overlays,
    ) -> None:
        inside = stride < PATCH_SIZE
        self._grid = grid
        self._columns = patch_starts(grid.width, stride=stride, inside=inside)
        self._rows = patch_starts(grid.height, stride=stride, inside=inside)
        self._names = names
        self._learning = learning
        self._overlays = overlays
        self._holdouts = HoldOuts(journal)
        self.patches: JournalledMap[LowKey, LowPatch] = JournalledMap(journal)
        # All clicks in a patch, whoever they were given to: looking for them among the neighbours' would make
        # every click dearer than the one before.
        self._inside: JournalledMap[LowKey, _Inside] = JournalledMap(journal)

    def snapshot(self) -> LowPatches:
        """Return the patches as they are now, to be read."""
        twin = copy(self)
        twin.patches, twin._inside = self.patches.snapshot(), self._inside.snapshot()
        twin._learning = self._learning.snapshot()
        return twin

    def frames(self) -> tuple[PatchFrame, ...]:
        """Return all patches of the grid, clicked or not, row by row."""
        return tuple(
            PatchFrame(self._grid, Box(x, y, PATCH_SIZE, PATCH_SIZE))
            for y in self._rows
            for x in self._columns
        )

    def click(
        self, class_: str, placed: Sequence[PlacedClick], *, imported: Imported | None = None, together: bool
    ) -> list[Given]:
        """Give the clicks of one event to the patches whose centres are nearest; name their next layers.

        Args:
            class_: What was clicked.
            placed: At least one.
            imported: The mask that patches start from; None without one.
            together: The first one's patch gets all that it holds, and no other any.

        Returns:
            What each patch was given, in low pixels; every patch is predicted once.
        """
        owned: dict[LowKey, list[PlacedClick]] = {}
        for each in placed[:1] if together else placed:
            owned.setdefault(self._key_of(class_, each.click.slide_xy), []).append(each)
        if together:
            (key,) = owned
            owned[key] = [each for each in placed if self._frame(key).holds(each.click)]
        after = {key: self._predicted(key, tuple(own), placed, imported) for key, own in owned.items()}
        for key, patch in after.items():
            self.patches.put(key, patch)
        self._place(owned)
        return [Given(patch.box, tuple(owned[key])) for key, patch in after.items()]

    def box_at(self, slide_xy: tuple[float, float]) -> Box:
        """Return the patch that a click here would go to, in low pixels."""
        return self._frame(self._key_of("", slide_xy)).box

    def proposal(
        self, class_: str, slide_xy: tuple[float, float], *, imported: Imported | None, n: int = 0
    ) -> LowPatch | None:
        """Return what the clicks in other patches make of an unclicked one; None where there is nothing.

        Args:
            class_: What was clicked.
            slide_xy: The patch whose centre is nearest is meant.
            imported: The mask that patches start from; None without one.
            n: The number of the event that takes it as the patch's mask.
        """
        key = self._key_of(class_, slide_xy)
        if not self._learning.now.memory or self.patches.get(key) is not None:
            return None
        frame = self._frame(key)
        memory = clicked_elsewhere(self._of_class(class_), frame)
        seen = tuple(each.click for each in _in_order(self._inside.get(key)))
        if not memory and not seen:
            return None
        source = _start(imported, frame)
        layer = self._names.layer("low", frame.box, clicks=seen, source=source, memory=memory)
        return LowPatch(frame.box, (), layer, n)

    def accept(
        self, class_: str, slide_xy: tuple[float, float], *, imported: Imported | None, n: int
    ) -> None:
        """Take what is proposed for a patch as its mask.

        Raises:
            SessionError: Nothing is.
        """
        proposed = self.proposal(class_, slide_xy, imported=imported, n=n)
        if proposed is None:
            raise SessionError(
                "Nothing is proposed there.",
                hint="It takes a session that adapts with memory, clicks elsewhere, and none in the patch.",
            )
        self.patches.put(self._key_of(class_, slide_xy), proposed)

    def _key_of(self, class_: str, slide_xy: tuple[float, float]) -> LowKey:
        u, v = self._grid.from_slide(slide_xy)
        return LowKey(class_, nearest_patch(self._columns, u), nearest_patch(self._rows, v))

    def _frame(self, key: LowKey) -> PatchFrame:
        return PatchFrame(
            self._grid, Box(self._columns[key.column], self._rows[key.row], PATCH_SIZE, PATCH_SIZE)
        )

    def _predicted(
        self,
        key: LowKey,
        own: tuple[PlacedClick, ...],
        placed: Sequence[PlacedClick],
        imported: Imported | None,
    ) -> LowPatch:
        patch, frame = self.patches.get(key), self._frame(key)
        new = own if len(own) == len(placed) else [each for each in placed if frame.holds(each.click)]
        seen = (*_in_order(self._inside.get(key)), *new)
        learnt = self._learning.now
        layer = self._names.layer(
            "low",
            frame.box,
            clicks=tuple(each.click for each in seen),
            source=patch.layer if patch else _start(imported, frame),
            memory=clicked_elsewhere(self._of_class(key.class_), frame) if learnt.memory else (),
            settled=_settled(self._overlays, key.class_, frame.box) if learnt.head else (),
            trials=self._holdouts.after(key.class_, patch.layer if patch else None, own[0].click)
            if learnt.guard
            else None,
            plain=self._learning.is_paused,
        )
        return LowPatch(frame.box, (*patch.clicks, *own) if patch else own, layer, own[0].n)

    def _of_class(self, class_: str) -> list[LowPatch]:
        known = (self.patches.get(key) for key in self.patches if key.class_ == class_)
        return [patch for patch in known if patch]

    def at(self, class_: str, box: Box) -> LowPatch | None:
        """Return the clicked patch with this box of low pixels."""
        column, row = bisect_left(self._columns, box.x), bisect_left(self._rows, box.y)
        patch = self.patches.get(LowKey(class_, column, row))
        return patch if patch and patch.box == box else None

    def under(self, class_: str, box: Box) -> tuple[LowPatch, ...]:
        """Return the clicked patches that share a pixel with a box of low pixels, row by row."""
        columns = range(*_touching(self._columns, box.x, box.right))
        rows = range(*_touching(self._rows, box.y, box.bottom))
        if len(columns) * len(rows) <= len(self.patches):
            keys = [LowKey(class_, column, row) for row in rows for column in columns]
        else:
            touched = (
                k for k in self.patches if k.class_ == class_ and k.column in columns and k.row in rows
            )
            keys = sorted(touched, key=lambda key: (key.row, key.column))
        return tuple(patch for key in keys if (patch := self.patches.get(key)))

    def clicks_inside(self, class_: str, high_patch_frame: PatchFrame) -> tuple[PlacedClick, ...]:
        """Return the low clicks that lie in a high patch, in order."""
        box = high_patch_frame.grid.slide_box(high_patch_frame.box)
        patches = self.under(class_, self._grid.covering(box))
        placed = (each for patch in patches for each in patch.clicks if high_patch_frame.holds(each.click))
        return tuple(sorted(placed, key=lambda each: each.n))

    def _place(self, owned: Mapping[LowKey, Sequence[PlacedClick]]) -> None:
        """Note the clicks of one event in all patches that hold them, in the order of those they went to."""
        for key in sorted(owned, key=lambda key: (key.row, key.column)):
            near = list(self._near(key))
            for each in owned[key]:
                for other, frame in near:
                    if frame.holds(each.click):
                        self._inside.put(other, _Inside(each, self._inside.get(other)))

    def _near(self, key: LowKey) -> Iterator[tuple[LowKey, PatchFrame]]:
        """Yield the patches of the grid, clicked or not, that may share pixels with one of them."""
        for row in (key.row + step for step in _NEIGHBOURS):
            for column in (key.column + step for step in _NEIGHBOURS):
                if 0 <= row < len(self._rows) and 0 <= column < len(self._columns):
                    other = LowKey(key.class_, column, row)
                    yield other, self._frame(other)


def _in_order(inside: _Inside | None) -> list[PlacedClick]:
    found = []
    while inside is not None:
        found.append(inside.latest)
        inside = inside.before
    return found[::-1]


def _settled(overlays: Overlays, class_: str, low_box: Box) -> tuple[Part, ...]:
    """Return the high patches that were settled in a box of low pixels, from the lowest up."""
    paintings = (
        (painting.content, painting.clip.intersection(low_box.scaled(SCALE_FACTOR)))
        for region in overlays.settled()
        if region.class_ == class_
        for painting in region.paintings
    )
    return tuple(
        Part(content.layer, clip)
        for content, clip in paintings
        if clip and isinstance(content, HighPatch) and content.layer
    )


def _start(imported: Imported | None, frame: PatchFrame) -> Start | None:
    """Return the imported mask where it shows in a low patch."""
    seen = imported and imported.box.intersection(frame.box.scaled(SCALE_FACTOR))
    return imported.start if imported and seen else None


def _touching(starts: list[int], begin: int, end: int) -> tuple[int, int]:
    return bisect_right(starts, begin - PATCH_SIZE), bisect_left(starts, end)

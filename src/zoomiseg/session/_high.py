"""High clicks: which patch takes them, and what its network is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from zoomiseg.geometry import Grids, PatchFrame, high_patch_box, low_crop_of

from ._holdout import HoldOuts
from ._journal import Journal
from ._layers import Clicked, LayerNames, LowView
from ._learning import Learning
from ._low import LowPatches
from ._memory import clicked_elsewhere
from ._options import SessionOptions
from ._overlays import Overlays
from ._patches import CUBIC_REACH, Given, HighPatch, Imported, PlacedClick


class HighPatches:
    """Opens high patches, gives them clicks, and names their layers.

    Args:
        grids: The slide's grids.
        options: What a patch sees.
        names: Names the layers.
        low: What lies under the patches.
        overlays: Where the patches are kept.
        journal: Notes every change.
        learning: Whether a patch's network is told of clicks in other patches, and is guarded.
    """

    def __init__(
        self,
        grids: Grids,
        options: SessionOptions,
        names: LayerNames,
        *,
        low: LowPatches,
        overlays: Overlays,
        journal: Journal,
        learning: Learning,
    ) -> None:
        self._grids = grids
        self._options = options
        self._names = names
        self._low = low
        self._overlays = overlays
        self._learning = learning
        self._holdouts = HoldOuts(journal)

    def open(self, class_: str, n: int, slide_xy: tuple[float, float], *, part: int = 0) -> HighPatch:
        """Return a new patch around a point, which is not put anywhere yet."""
        return HighPatch(n, class_, high_patch_box(self._grids.low, slide_xy), z=(n, 0, part), part=part)

    def click(
        self, class_: str, placed: Sequence[PlacedClick], *, imported: Imported | None = None, together: bool
    ) -> list[Given]:
        """Give the clicks of one event to patches, open those that are missing, and name their next layers.

        Args:
            class_: What was clicked.
            placed: At least one.
            imported: The mask that patches start from where no low patch lies under them; None without one.
            together: One patch gets them all, or those that it holds, the first in any case.

        Returns:
            What each patch was given, in high pixels; every patch is predicted once.
        """
        given: list[Given] = []
        waiting, opened = tuple(placed), 0
        while waiting:
            patch, taken = self._taker(class_, waiting)
            if patch is None or (together and len(taken) < len(waiting)):
                patch = self._opened_around(class_, waiting[:1] if together else waiting, part=opened)
                holds = patch.box.contains if together else partial(self._overlays.takes, patch)
                taken = [each for each in waiting if holds(*self._pixel(each))]
                opened += 1
            given.append(self._predicted(patch, tuple(taken), imported))
            waiting = () if together else tuple(each for each in waiting if each not in taken)
        return given

    def _taker(
        self, class_: str, waiting: Sequence[PlacedClick]
    ) -> tuple[HighPatch | None, list[PlacedClick]]:
        """Return the known patch that takes the first click, and what else it takes."""
        takers = [self._overlays.patch_for(class_, *self._pixel(each)) for each in waiting]
        first = takers[0]
        return first, [each for each, taker in zip(waiting, takers, strict=True) if taker is first]

    def _opened_around(self, class_: str, waiting: Sequence[PlacedClick], *, part: int) -> HighPatch:
        """Return a new patch in the middle of as many of the first clicks as it takes, at least the first."""
        n = waiting[0].n
        for count in range(len(waiting), 1, -1):
            xs, ys = zip(*(each.click.slide_xy for each in waiting[:count]), strict=True)
            middle = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
            patch = self.open(class_, n, middle, part=part)
            if all(self._takes(patch, each) for each in waiting[:count]):
                return patch
        return self.open(class_, n, waiting[0].click.slide_xy, part=part)

    def _takes(self, patch: HighPatch, placed: PlacedClick) -> bool:
        return self._overlays.takes(patch, *self._pixel(placed))

    def _pixel(self, placed: PlacedClick) -> tuple[int, int]:
        return self._grids.high.pixel_at(placed.click.slide_xy)

    def _predicted(
        self, patch: HighPatch, taken: tuple[PlacedClick, ...], imported: Imported | None
    ) -> Given:
        own = (*patch.clicks, *taken)
        seen = sorted((*own, *self._seen_besides(patch)), key=lambda each: each.n)
        learnt = self._learning.now
        layer = self._names.layer(
            "high",
            patch.box,
            clicks=tuple(each.click for each in seen),
            source=patch.layer or self._first_mask(patch, imported),
            memory=self._remembered(patch) if learnt.memory else (),
            trials=self._holdouts.after(patch.class_, patch.layer, taken[0].click) if learnt.guard else None,
            plain=self._learning.is_paused,
        )
        z = self._overlays.raised(patch)
        self._overlays.put(replace(patch, clicks=own, layer=layer, z=z, edited=taken[0].n))
        return Given(patch.box, taken)

    def _remembered(self, patch: HighPatch) -> tuple[Clicked, ...]:
        others = [each for each in self._overlays.high_patches() if each.class_ == patch.class_]
        return clicked_elsewhere(others, PatchFrame(self._grids.high, patch.box))

    def _seen_besides(self, patch: HighPatch) -> list[PlacedClick]:
        """Return the clicks inside a patch that were given to others."""
        frame = PatchFrame(self._grids.high, patch.box)
        seen: list[PlacedClick] = []
        if self._options.share_high_clicks:
            under = self._overlays.over(patch.class_, patch.box)
            others = (item for item in under if isinstance(item, HighPatch) and item.key != patch.key)
            seen += [each for other in others for each in other.clicks if frame.holds(each.click)]
        if self._options.carry_low_clicks:
            seen += self._low.clicks_inside(patch.class_, frame)
        return seen

    def _first_mask(self, patch: HighPatch, imported: Imported | None) -> LowView | None:
        if not self._options.l2h:
            return None
        parts = self._low.under(patch.class_, low_crop_of(patch.box).expanded(CUBIC_REACH))
        start = imported.start if imported and imported.box.intersection(patch.box) else None
        return self._names.low_view(tuple(part.layer for part in parts), start) if parts or start else None

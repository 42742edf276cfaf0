"""The half of a session that is read: masks, probabilities, patches and clicks of the last finished state."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import SessionError
from zoomiseg.geometry import HIGH, PATCH_SIZE, Box, Click, Grid, PatchFrame, ScaleName, high_patch_box

from ._blend import probability
from ._compose import Composer
from ._events import DEFAULT_CLASS, Event
from ._fold import Fold
from ._options import SessionOptions
from ._patches import LowPatch
from ._payloads import ClickMade, PromptGiven
from ._predictions import Predictions
from ._resample import FloatArray
from ._shown import shown
from ._sources import SlideSource
from ._state import State
from ._views import HighPatchView, Proposal


class ReadableSession:
    """What events have made of a slide. `Session` adds how events come about.

    Every answer comes from the last finished state, from any thread, without waiting for an operation that
    is being predicted or written. Answers that must fit together are taken at one `revision`.

    Args:
        slide: The open slide.
        options: How canvases are laid out and composed.
        state: An empty state.
        predictions: Gives the pixels of layers.
    """

    def __init__(
        self, slide: SlideSource, options: SessionOptions, state: State, predictions: Predictions
    ) -> None:
        self.slide = slide
        self.options = options
        self._state = state
        self._fold = Fold(state)
        self._predictions = predictions
        self._composer = Composer(slide.grids, options, state, predictions)
        self._publish(0)

    @property
    def revision(self) -> int:
        """The number of the newest event; an export names it."""
        return self._shown.revision

    @property
    def undoable(self) -> bool:
        """Whether an undo would take something back."""
        return self._shown.undoable

    @property
    def redoable(self) -> bool:
        """Whether a redo would bring something back."""
        return self._shown.redoable

    @property
    def events(self) -> tuple[Event, ...]:
        """All events but undos, redos and deletes that are neither undone nor deleted, in order."""
        return self._shown.events

    @property
    def learns(self) -> bool:
        """Whether the next click is answered with what the slide and its clicks teach."""
        return self.options.adapt != "off" and not self._shown.state.learning.is_paused

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that have anything, in alphabetical order."""
        return tuple(self._shown.state.classes())

    @property
    def settled(self) -> tuple[Box, ...]:
        """The settled regions, in slide pixels, in the order of settling."""
        state = self._shown.state
        boxes = (state.slide_box_of(region) for region in state.overlays.settled())
        return tuple(box for box in boxes if box)

    @property
    def locked(self) -> tuple[Box, ...]:
        """The locked regions, in slide pixels, in the order of locking."""
        state = self._shown.state
        boxes = (state.slide_box_of(lock) for lock in state.locks.in_force())
        return tuple(box for box in boxes if box)

    @property
    def high_patches(self) -> tuple[HighPatchView, ...]:
        """All high patches in the order of opening."""
        overlays = self._shown.state.overlays
        return tuple(
            HighPatchView(
                number,
                patch.class_,
                self._predictions.frame("high", patch.box),
                tuple(placed.click for placed in patch.clicks),
                predicted=patch.layer is not None,
                settled=overlays.is_settled(patch),
            )
            for number, patch in enumerate(overlays.high_patches(), start=1)
        )

    def clicks(self, scale: ScaleName | None = None) -> tuple[Click, ...]:
        """Return the clicks in force, those of scribbles and boxes too; of one scale, or of both."""
        return tuple(
            click
            for event in self.events
            if isinstance(event.payload, ClickMade | PromptGiven) and scale in (None, event.payload.scale)
            for click in event.payload.clicks
        )

    def read(self, box: Box, *, mpp: float | None = None, class_: str = DEFAULT_CLASS) -> FloatArray:
        """Return the class's probability, (H, W) float32 in [0, 1], 0 outside the slide.

        A pixel's value does not depend on the box it is read in. Only what is asked for is in memory, and
        where nothing was clicked nothing is computed.

        Args:
            box: In slide pixels; may reach outside.
            mpp: µm per pixel of the result, which holds the pixels of that grid that the box touches; None
                is the high scale, 0.5.
            class_: Where several classes claim a pixel, the newest edit has it and the others read 0.
        """
        grid = self.slide.grids.at(HIGH.mpp if mpp is None else mpp)
        return self._shown.composer.read(grid.covering(box), grid, class_)

    def mask(self, box: Box, *, mpp: float | None = None, class_: str = DEFAULT_CLASS) -> NDArray[np.bool_]:
        """Return where the probability is at least 0.5; arguments as for `read`."""
        return self.read(box, mpp=mpp, class_=class_) >= 0.5

    def mask_on(self, grid: Grid, box: Box, *, class_: str = DEFAULT_CLASS) -> NDArray[np.bool_]:
        """Return the mask of a box given in pixels of one of the slide's grids, which may reach outside."""
        return self._shown.composer.read(box, grid, class_) >= 0.5

    def read_mask_high(self, box: Box, *, class_: str = DEFAULT_CLASS) -> NDArray[np.bool_]:
        """Return the mask of a box given in high pixels, which may reach outside the slide."""
        return self.mask_on(self.slide.grids.high, box, class_=class_)

    def touched(self, *, class_: str = DEFAULT_CLASS) -> list[Box]:
        """Return boxes in high pixels outside of which the class is 0 everywhere; they may overlap."""
        return self._shown.composer.touched(class_)

    def look_ahead(self, *, x: float, y: float, scale: ScaleName, class_: str = DEFAULT_CLASS) -> None:
        """Do ahead what a click here would have to wait for; changes nothing that can be read.

        Args:
            x: In slide pixels, to the right; on the slide.
            y: In slide pixels, downwards.
            scale: Where the click would be made.
            class_: What would be clicked.

        Raises:
            SlideError: The slide cannot be read there.
        """
        grids = self.slide.grids
        if scale == "low":
            self._predictions.look_ahead("low", self._state.low.box_at((x, y)))
        elif patch := self._shown.state.overlays.patch_for(class_, *grids.high.pixel_at((x, y))):
            self._predictions.look_ahead("high", patch.box)
        else:
            # A new patch will lie around the very click, so only its pixels are worth having.
            self.slide.read(high_patch_box(grids.low, (x, y)), grids.high)

    def low_patches(self) -> tuple[PatchFrame, ...]:
        """Return all patches of the low grid, clicked or not, row by row."""
        return self._state.low.frames()

    def low_probability(self, frame: PatchFrame, *, class_: str = DEFAULT_CLASS) -> FloatArray:
        """Return a low patch's own prediction, (1024, 1024) float32 in [0, 1], 0 before its first click.

        It is not blended with its neighbours, nor covered by high patches.
        """
        patch = self._shown.state.low.at(class_, frame.box)
        if patch is None:
            return np.zeros((PATCH_SIZE, PATCH_SIZE), np.float32)
        return probability(self._predictions.values(patch.layer))

    def proposal(self, x: float, y: float, *, class_: str = DEFAULT_CLASS) -> Proposal | None:
        """Return what the clicks made so far propose for a low patch; None where they propose nothing.

        Only sessions that adapt with `memory` propose anything, and only where nothing was clicked. It may
        have to be predicted, and changes nothing; `accept` takes it.

        Args:
            x: In slide pixels; the patch whose centre is nearest is meant.
            y: In slide pixels.
            class_: The class that is outlined.
        """
        patch = self._proposed(x, y, class_)
        if patch is None:
            return None
        values = probability(self._predictions.values(patch.layer))
        return Proposal(self._predictions.frame("low", patch.box), values)

    def proposing(
        self, x: float, y: float, *, wanted: Callable[[], bool], class_: str = DEFAULT_CLASS
    ) -> Iterator[None]:
        """Predict ahead what `proposal` would wait for, with a pause after each answer of a network.

        Args:
            x: In slide pixels; as for `proposal`.
            y: In slide pixels.
            wanted: Whether there is something else to do first. A network that runs in OpenVINO is stopped
                then, and asked anew after the pause.
            class_: The class that is outlined.
        """
        patch = self._proposed(x, y, class_)
        if patch is not None:
            yield from self._predictions.steps(patch.layer, wanted=wanted)

    def _proposed(self, x: float, y: float, class_: str) -> LowPatch | None:
        state = self._shown.state
        return state.low.proposal(class_, (float(x), float(y)), imported=state.imported.get(class_))

    def high_probability(self, number: int) -> FloatArray:
        """Return a high patch's own prediction, (1024, 1024) float32 in [0, 1], 0 before its first click.

        Args:
            number: As in `high_patches`.

        Raises:
            SessionError: There is no patch of that number.
        """
        patches = self._shown.state.overlays.high_patches()
        if not 1 <= number <= len(patches):
            raise SessionError(
                f"The session has {len(patches)} high patches, but number {number} was asked for."
            )
        layer = patches[number - 1].layer
        if layer is None:
            return np.zeros((PATCH_SIZE, PATCH_SIZE), np.float32)
        return probability(self._predictions.values(layer))

    def _publish(self, revision: int) -> None:
        """Let readers see what the fold has made up to a revision; one assignment, so never half of it."""
        self._shown = shown(self._fold, self._composer, revision=revision)

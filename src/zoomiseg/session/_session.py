"""A session: the only place where clicks become a mask."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from zoomiseg.errors import ClickOutside, SessionError
from zoomiseg.geometry import Box, Click, ScaleName

from ._events import DEFAULT_CLASS, BoxSettled, ClickMade, Payload, Referring, ZoomOpened
from ._folder import CACHE_NAME, Opened, facts_for, open_folder
from ._layers import LayerNames
from ._log import log_in_memory
from ._operations import Operations, Request
from ._options import SessionOptions
from ._predictions import Predictions, Progress
from ._reading import ReadableSession
from ._sources import PredictorPair, SlideSource
from ._state import State
from ._store import FolderShelf, LayerStore
from ._views import Change

if TYPE_CHECKING:
    from zoomiseg.predict import Engine

DECODED_LAYERS = 64
PATCH_IMAGES = 16


class Session(ReadableSession):
    """Clicks on one slide, and the masks that they make.

    An operation is answered once its event is on disk, and shown only then. Operations may come from any
    thread and are done one after the other, each predicted on the outcome of the one before; reads never
    wait for them.

    Args:
        slide: An open slide; the session does not close it.
        weights: A name as `zoomiseg weights list` prints it, or a folder as a Path.
        folder: Where the session is kept, `NAME.zoomiseg`; None keeps it in memory.
        predictors: Loaded networks instead of `weights` and `engine`.
        options: What a new session shall be; an old one has its own, and None takes those.
        engine: What runs the networks.
        author: Who clicks; stored with each event.
        on_progress: Told (done, all) where several layers have to be predicted in a row.

    Raises:
        SessionMismatch: The session in the folder belongs to another slide.
        SessionDamaged: Nothing of its event log can be read.
        SessionError: It was made by a newer version or with other options, or is locked.
        OutputError: It cannot be written.
        WeightsError: The weights are missing or damaged.
    """

    def __init__(
        self,
        slide: SlideSource,
        weights: str | Path = "compact",
        *,
        folder: Path | str | None = None,
        predictors: PredictorPair | None = None,
        options: SessionOptions | None = None,
        engine: Engine = "openvino",
        author: str = "local",
        on_progress: Progress | None = None,
    ) -> None:
        self.folder = None if folder is None else Path(folder)
        self.predictors = predictors or _load(weights, engine)
        opened = _open(self.folder, slide, self.predictors, options)
        self._opening_notices = opened.notices
        self._log = opened.log
        shelf = FolderShelf(self.folder / CACHE_NAME) if self.folder else None
        self._store = LayerStore(shelf, decoded=DECODED_LAYERS)
        predictions = Predictions(
            slide, self.predictors, self._store, images=PATCH_IMAGES, on_progress=on_progress
        )
        # Layers are named after the slide too: the same clicks on another one are other layers.
        named = {"slide": facts_for(slide, opened.options)["slide"]}
        names = LayerNames(self.predictors.low, self.predictors.high, slide=named)
        state = State(slide.grids, opened.options, names)
        super().__init__(slide, opened.options, state, predictions)
        self._turn = threading.RLock()
        try:
            self._operations = Operations(self._log, self._fold, predictions, author=author)
        except BaseException:
            self._log.close()
            raise
        self._publish(self._operations.revision)

    @property
    def notices(self) -> list[str]:
        """Sentences that a user should read: what was damaged, lost, or cannot be written."""
        return [*self._log.notices, *self._opening_notices, *self._store.notices]

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Wait for the operation that is being done and release the files; nothing has to be saved.

        Closing twice is harmless.
        """
        with self._turn:
            self._log.close()

    def click(
        self,
        *,
        x: float,
        y: float,
        label: int,
        scale: ScaleName = "low",
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Record a click, predict its patch, and say where the mask changed.

        Args:
            x: In slide pixels, to the right.
            y: In slide pixels, downwards.
            label: +1 for the class, -1 for what is not.
            scale: Which network answers.
            class_: The class that is outlined.
            op_id: The same id again is the same click.
            revision: The revision that the user has seen; None means the present one.

        Raises:
            ClickOutside: It lies outside the slide.
            ClickError: Coordinates or label make no sense.
            RevisionConflict: Somebody else changed the session first.
            SessionError: Another scale, or an id that was used for something else.
            OutputError: It cannot be saved; nothing has changed.
            SlideError: The slide cannot be read there; nothing has changed.
        """
        if scale not in ("low", "high"):
            raise SessionError(f"A click's scale is 'low' or 'high', got {scale!r}.")
        made = Click(float(x), float(y), label)
        self._require_inside(made.x, made.y, "click")
        return self._perform(ClickMade(made.x, made.y, int(label), scale), class_, op_id, revision)

    def zoom(
        self,
        *,
        x: float,
        y: float,
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Open a high patch around a point in slide pixels; no mask changes before its first click.

        Raises:
            ClickOutside, RevisionConflict, SessionError, OutputError: As for `click`.
        """
        point = Click(float(x), float(y), 1)
        self._require_inside(point.x, point.y, "zoom")
        return self._perform(ZoomOpened(point.x, point.y), class_, op_id, revision)

    def settle(
        self,
        box: Box,
        *,
        class_: str = DEFAULT_CLASS,
        op_id: str | None = None,
        revision: int | None = None,
    ) -> Change:
        """Freeze a region, in slide pixels, as it is: low predictions no longer change it.

        Its edges move to the nearest low pixels. Where one high patch covers all of it, it shows that
        patch's mask, without a feathered seam. A later high click in it lifts its patch above it again.

        Raises:
            SessionError: The box has no pixel on the slide.
            RevisionConflict, OutputError: As for `click`.
        """
        return self._perform(BoxSettled(box), class_, op_id, revision)

    def unsettle(
        self, op_id_of_settle: str, *, op_id: str | None = None, revision: int | None = None
    ) -> Change:
        """Lift a settled region by the id of its event.

        Raises:
            SessionError: No settled region has that id.
            RevisionConflict, OutputError: As for `click`.
        """
        return self._refer(Referring("unsettle", op_id_of_settle), op_id, revision)

    def delete(self, op_id_of_click: str, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Take one earlier click out, as if it had never been made; an undo brings it back.

        Raises:
            SessionError: No click in force has that id.
            RevisionConflict, OutputError, SlideError: As for `click`.
        """
        return self._refer(Referring("delete", op_id_of_click), op_id, revision)

    def undo(self, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Take back the newest operation in force.

        Raises:
            SessionError: There is nothing to undo.
            RevisionConflict, OutputError, SlideError: As for `click`.
        """
        with self._one_turn():
            if (answer := self._operations.answer_of(op_id, "undo")) is not None:
                return answer
            self._operations.require_current(revision)
            return self._refer(Referring("undo", self._fold.to_undo().op_id), op_id, revision)

    def redo(self, *, op_id: str | None = None, revision: int | None = None) -> Change:
        """Bring back what was undone last, unless something was done since.

        Raises:
            SessionError: There is nothing to redo.
            RevisionConflict, OutputError, SlideError: As for `click`.
        """
        with self._one_turn():
            if (answer := self._operations.answer_of(op_id, "redo")) is not None:
                return answer
            self._operations.require_current(revision)
            return self._refer(Referring("redo", self._fold.to_redo().op_id), op_id, revision)

    def _refer(self, payload: Referring, op_id: str | None, revision: int | None) -> Change:
        with self._one_turn():
            return self._perform(payload, self._operations.class_of(payload.op_id), op_id, revision)

    def _perform(self, payload: Payload, class_: str, op_id: str | None, revision: int | None) -> Change:
        if not class_:
            raise SessionError("A class needs a name.")
        with self._one_turn():
            return self._operations.perform(Request(payload, class_, op_id, revision))

    @contextmanager
    def _one_turn(self) -> Iterator[None]:
        """Keep other operations waiting, and let readers see the outcome."""
        with self._turn:
            try:
                yield
            finally:
                # Also after a refusal: the events of another process may have come in.
                if self._operations.revision != self.revision:
                    self._publish(self._operations.revision)

    def _require_inside(self, x: float, y: float, what: str) -> None:
        width, height = self.slide.width, self.slide.height
        if not (0 <= x < width and 0 <= y < height):
            raise ClickOutside(
                f"The {what} at ({x:g}, {y:g}) lies outside the slide of {width} x {height} pixels."
            )


def _open(
    folder: Path | None, slide: SlideSource, predictors: PredictorPair, options: SessionOptions | None
) -> Opened:
    if folder is not None:
        return open_folder(folder, slide, predictors, options)
    chosen = options or SessionOptions()
    return Opened(log_in_memory(facts_for(slide, chosen)), chosen, ())


def _load(weights: str | Path, engine: Engine) -> PredictorPair:
    from zoomiseg.predict import load_predictors  # noqa: PLC0415  # brings in a whole engine

    return load_predictors(weights, engine=engine, allow_path=isinstance(weights, Path))

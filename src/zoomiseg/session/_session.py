"""A session: the only place where clicks become a mask."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, cast

from ._folder import CACHE_NAME, Opened, facts_for, open_folder
from ._importing import StartedSession
from ._imports import ImportStore
from ._layers import LayerNames
from ._log import log_in_memory
from ._options import SessionOptions
from ._predictions import Predictions, Progress
from ._sources import LearningPredictor, PredictorPair, SlideSource
from ._state import State
from ._store import FolderShelf, LayerStore

if TYPE_CHECKING:
    from zoomiseg.predict import Engine, Predictors
    from zoomiseg.slide import Slide

DECODED_LAYERS = 48
PATCH_IMAGES = 8


class Session(StartedSession):
    """Clicks on one slide, and the masks that they make.

    An operation is answered once its event is on disk, and shown only then. Operations may come from any
    thread and are done one after the other, each predicted on the outcome of the one before; reads never
    wait for them.

    Args:
        slide: An open slide; the session does not close it.
        weights: A name as `zoomiseg weights list` prints it, or a folder as a Path.
        folder: Where the session is kept, `NAME.zoomiseg`; None keeps it in memory.
        predictors: Loaded networks instead of `weights` and `engine`; those that learn already are taken as
            they are.
        database: `postgresql://...` of the database that keeps the event log of a new session, and of an old
            one that was made in it; None keeps it in the folder.
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
        MissingExtra: A database is named, and what speaks to it is not installed.
    """

    def __init__(
        self,
        slide: SlideSource,
        weights: str | Path = "compact",
        *,
        folder: Path | str | None = None,
        database: str | None = None,
        predictors: PredictorPair | None = None,
        options: SessionOptions | None = None,
        engine: Engine = "openvino",
        author: str = "local",
        on_progress: Progress | None = None,
    ) -> None:
        self.folder = None if folder is None else Path(folder)
        self.predictors = predictors or _load(weights, engine)
        opened = _open(self.folder, slide, self.predictors, options, database)
        self._opening_notices = opened.notices
        self._log = opened.log
        try:
            self.predictors = _learning(self.predictors, opened.options, slide)
            shelf = FolderShelf(self.folder / CACHE_NAME) if self.folder else None
            imports = ImportStore(self.folder)
            self._store = LayerStore(shelf, decoded=DECODED_LAYERS)
            predictions = Predictions(
                slide,
                self.predictors,
                self._store,
                imports=imports,
                images=PATCH_IMAGES,
                on_progress=on_progress,
            )
            # Layers are named after the slide too: the same clicks on another one are other layers.
            named = {"slide": facts_for(slide, opened.options)["slide"]}
            names = LayerNames(self.predictors.low, self.predictors.high, slide=named)
            state = State(slide.grids, opened.options, names)
            super().__init__(
                slide, opened.options, state, predictions, imports=imports, log=self._log, author=author
            )
        except BaseException:
            self._log.close()
            raise

    @property
    def notices(self) -> list[str]:
        """Sentences that a user should read: what was damaged, lost, or cannot be written."""
        return [*self._log.notices, *self._opening_notices, *self._store.notices, *self._imports.notices]

    def checksum_at(self, revision: int) -> str:
        """Return the SHA-256, in hex, of all events up to a revision, of the slide and of the options."""
        return self._log.checksum_at(revision)

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


def _open(
    folder: Path | None,
    slide: SlideSource,
    predictors: PredictorPair,
    options: SessionOptions | None,
    database: str | None,
) -> Opened:
    if folder is not None:
        return open_folder(folder, slide, predictors, options, database=database)
    chosen = options or SessionOptions()
    return Opened(log_in_memory(facts_for(slide, chosen)), chosen, ())


def _load(weights: str | Path, engine: Engine) -> PredictorPair:
    from zoomiseg.predict import load_predictors  # noqa: PLC0415  # brings in a whole engine

    return load_predictors(weights, engine=engine, allow_path=isinstance(weights, Path))


def _learning(predictors: PredictorPair, options: SessionOptions, slide: SlideSource) -> PredictorPair:
    if options.adapt == "off" or isinstance(predictors.low, LearningPredictor):
        return predictors
    from zoomiseg.adapt import adapted_pair  # noqa: PLC0415  # brings in torch

    return adapted_pair(cast("Predictors", predictors), options.adaptation, cast("Slide", slide))

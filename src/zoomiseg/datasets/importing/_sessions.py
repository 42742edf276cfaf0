"""Finished sessions of our own: what the clicks made of a slide is its truth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from zoomiseg.annotations import is_called
from zoomiseg.errors import AnnotationError, SessionError, SlideError
from zoomiseg.geometry import Box
from zoomiseg.predict import load_predictors
from zoomiseg.session import DEFAULT_CLASS, Origin, Session, find_slide, read_origin
from zoomiseg.slide import Slide

from ._case import Case, DrawnTruth, Found, ImportOptions, OpenTruth
from ._folder import SESSION_ENDING, Folder, stem_of
from ._outlined import mask_grid

if TYPE_CHECKING:
    from zoomiseg.predict import Engine, Predictors

_LOG = "events.sqlite"
_RESULTS = ("{}.geojson", "{}-mask.ome.tif", "{}-overview.png")
"""What `segment` writes beside its session, and is no annotation of its own."""


class Sessions:
    """The class `tumour` is the target; others are chosen by name."""

    name = "session"
    title = "sessions of ZoomISEG"

    def find(self, folder: Folder) -> Found:
        cases: list[Case] = []
        left_out: dict[Path, str] = {}
        for path in folder.files:
            if path.suffix == SESSION_ENDING:
                try:
                    cases.append(_case(path, folder))
                except (SessionError, SlideError) as error:
                    left_out[path] = str(error)
        return Found(tuple(cases), left_out)


def _case(path: Path, folder: Folder) -> Case:
    origin = read_origin(path)
    # A square pixel's size can be given again; one that is not square only the slide knows.
    mpp = origin.mpp[0] if origin.mpp[0] == origin.mpp[1] else None
    ignored = tuple(path.with_name(name.format(path.stem)) for name in _RESULTS)
    # The log is the truth; what else is in the folder may change by looking at it.
    log = path / _LOG
    files = (log if log.is_file() else path,)
    return Case(_slide(path, origin, folder), files, _truth(path, origin), mpp=mpp, ignored=ignored)


def _slide(path: Path, origin: Origin, folder: Folder) -> Path:
    try:
        return find_slide(path, origin)
    except SlideError as error:
        found = folder.slides_called(stem_of(Path(f"{origin.slide_name}.svs")), near=path)
        if len(found) != 1:
            raise SlideError(error.message, hint="Put the slide into the folder that is imported.") from error
        return found[0]


def _truth(path: Path, origin: Origin) -> OpenTruth:
    @contextmanager
    def open_it(slide: Slide, options: ImportOptions) -> Iterator[DrawnTruth]:
        predictors = _predictors(origin.weights, origin.engine)
        with Session(slide, folder=path, predictors=predictors) as session:
            wanted = options.target or (DEFAULT_CLASS,)
            classes = [name for name in session.classes if is_called(name, wanted)]
            if not classes:
                has = ", ".join(session.classes) or "nothing"
                raise AnnotationError(f"The session {path.name} has no {' or '.join(wanted)}; it has {has}.")
            grid = mask_grid(slide)

            def read(box: Box) -> NDArray[np.bool_]:
                found = (session.mask_on(grid, box, class_=name) for name in classes)
                return np.asarray(np.logical_or.reduce(list(found)), np.bool_)

            yield DrawnTruth(grid, read, tuple(session.notices))

    return open_it


@lru_cache(maxsize=1)
def _predictors(weights: str, engine: Engine) -> Predictors:
    return load_predictors(weights, engine=engine, allow_path=True)

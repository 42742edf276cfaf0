"""Routes of results: mask tiles, exports and measures, each of one revision that it names."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from zoomiseg.export import export
from zoomiseg.geometry import Box
from zoomiseg.session import DEFAULT_CLASS, Session

from ._caching import answer, matches, not_modified
from ._context import Context, ContextOf, Live
from ._live import LiveSession
from ._mask_tiles import probability_of
from ._measures import measures_of
from ._openapi import binary
from ._pictures import mask_png, probability_png
from ._problems import not_found
from ._routes_slides import Index, Level
from ._shapes import ClassName, MaskId, Measures, Revision

router = APIRouter(prefix="/sessions/{session_id}", tags=["results"])
OfClass = Annotated[ClassName, Query(alias="class")]
Kind = Literal["mask", "probability"]
Form = Literal["geojson", "tiff"]


@router.get("/tiles/{level}/{x}_{y}.prob.png", response_class=Response, responses=binary("image/png"))
async def probability_tile(
    *,
    level: Level,
    x: Index,
    y: Index,
    live: Live,
    request: Request,
    context: ContextOf,
    v: Revision | None = None,
    m: MaskId | None = None,
    class_: OfClass = DEFAULT_CLASS,
) -> Response:
    """A tile of the probability: 8-bit grey, 255 for 1."""
    tile = _tile_at(live, level, x, y)
    wish = _Wish(level, tile, "probability", class_)
    return await _tile(request, context, live, wish, named=(m, v))


@router.get("/tiles/{level}/{x}_{y}.png", response_class=Response, responses=binary("image/png"))
async def mask_tile(
    *,
    level: Level,
    x: Index,
    y: Index,
    live: Live,
    request: Request,
    context: ContextOf,
    v: Revision | None = None,
    m: MaskId | None = None,
    class_: OfClass = DEFAULT_CLASS,
) -> Response:
    """A tile of the mask: red and opaque inside, transparent outside."""
    tile = _tile_at(live, level, x, y)
    wish = _Wish(level, tile, "mask", class_)
    return await _tile(request, context, live, wish, named=(m, v))


@router.get("/measures")
async def measures(live: Live, request: Request, context: ContextOf) -> Measures:
    """Areas of the classes on glass, and their shares of the tissue."""
    return await context.exports.read(request, partial(_measured, live))


@router.get("/mask.geojson", response_class=Response, responses=binary("application/geo+json"))
async def geojson(
    live: Live, request: Request, context: ContextOf, class_: OfClass = DEFAULT_CLASS
) -> Response:
    """The mask's regions as QuPath reads them, in slide pixels; names its revision."""
    return await _export(request, context, live, "geojson", class_)


@router.get("/mask.tiff", response_class=Response, responses=binary("image/tiff"))
async def tiff(live: Live, request: Request, context: ContextOf, class_: OfClass = DEFAULT_CLASS) -> Response:
    """The mask as a pyramidal OME-TIFF of 0 and 255."""
    return await _export(request, context, live, "tiff", class_)


def _measured(live: LiveSession) -> Measures:
    return live.steadily(partial(measures_of, tissue=live.tissue_mm2))


def _tile_at(live: LiveSession, level: int, x: int, y: int) -> Box:
    tile = live.zoom.tile(level, x, y)
    if tile is None:
        raise not_found("tile")
    return tile


@dataclass(frozen=True, slots=True)
class _Wish:
    """A tile, in pixels of its level, and what is shown of it."""

    level: int
    tile: Box
    kind: Kind
    class_: str


async def _tile(
    request: Request,
    context: Context,
    live: LiveSession,
    wish: _Wish,
    *,
    named: tuple[str | None, int | None],
) -> Response:
    # Taken before the pixels are read: a tile may be newer than its tag says, never older.
    newest = live.history.revision
    revision = live.history.last_change(wish.tile.scaled(live.zoom.downsample(wish.level)))
    tag = f'"{live.tag(revision)}"'
    mask_id, version = named
    for_ever = mask_id == live.mask_id and version is not None and revision <= version <= newest
    if matches(request, tag):
        return not_modified(tag, for_ever=for_ever, private=True)
    data = context.pictures.get((tag, wish))
    if data is None:
        data = await context.tiles.read(request, partial(_encoded, live, wish))
        context.pictures.put((tag, wish), data)
    return answer(data, "image/png", tag, for_ever=for_ever, private=True)


def _encoded(live: LiveSession, wish: _Wish) -> bytes:
    values = probability_of(live, wish.level, wish.tile, class_=wish.class_)
    return mask_png(values >= 0.5) if wish.kind == "mask" else probability_png(values)


async def _export(request: Request, context: Context, live: LiveSession, form: Form, class_: str) -> Response:
    tag = f'"{live.tag(live.history.revision)}-{form}"'
    if matches(request, tag):
        return not_modified(tag, for_ever=False, private=True)
    folder = Path(tempfile.mkdtemp(prefix="zoomiseg-"))
    cleaning = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    try:
        path = folder / _file_name(live, form, class_)
        revision = await context.exports.read(
            request, partial(live.steadily, partial(_exported, path=path, form=form, class_=class_))
        )
    except BaseException:
        await cleaning()
        raise
    return FileResponse(
        path,
        media_type="application/geo+json" if form == "geojson" else "image/tiff",
        filename=path.name,
        headers={"ETag": f'"{live.tag(revision)}-{form}"', "Cache-Control": "private, no-cache"},
        background=cleaning,
    )


def _exported(session: Session, *, path: Path, form: Form, class_: str) -> int:
    revision = session.revision
    export(session, path, to=form, class_=class_)
    return revision


def _file_name(live: LiveSession, form: Form, class_: str) -> str:
    stem = re.sub(r"[^\w.-]+", "-", f"{Path(live.record.slide_name).stem}-{class_}")
    return f"{stem[:100]}.{form}"

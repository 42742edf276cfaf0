"""The route by which a mask that was made elsewhere becomes a session's start."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from zoomiseg.session import DEFAULT_CLASS, Change, Session

from ._context import ContextOf, Live
from ._live import LiveSession
from ._overdrawn import outlines
from ._routes_operations import answered, known_class
from ._shapes import ClassName, Imported, OpId, Revision
from ._uploads import UploadKind, decoded

Mode = Literal["replace", "add"]
router = APIRouter(prefix="/sessions/{session_id}", tags=["operations"])
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/geo+json": {"schema": {"type": "object"}}, "image/tiff": _BINARY},
    }
}


@router.post("/import", openapi_extra=_BODY)
async def import_mask(
    *,
    request: Request,
    live: Live,
    context: ContextOf,
    op_id: Annotated[OpId, Query()],
    class_: Annotated[ClassName, Query(alias="class")] = DEFAULT_CLASS,
    mode: Annotated[Mode, Query()] = "replace",
    revision: Annotated[Revision | None, Query()] = None,
) -> Imported:
    """Take in a mask: GeoJSON in slide pixels, or a TIFF or PNG with the slide's aspect.

    Of a GeoJSON file with classes only areas of the named one are taken, `tumour` by its usual names as well,
    and those without a class.

    `replace` starts the class from it: it lies under all that was or will be clicked and drawn, and replaces
    an earlier import of the class. `add` draws its outlines over all that is there, as one polygon by hand.
    """
    name = known_class(class_, context)
    is_json = "json" in request.headers.get("content-type", "")
    data = await request.body()
    kind: UploadKind = "geojson" if is_json else "tiff"
    wish = _Wish(name, op_id, revision, mode)
    loop = asyncio.get_running_loop()
    change, notices = await asyncio.to_thread(_taken_in, live, data, kind, loop=loop, wish=wish)
    return Imported(**dict(answered(change)), notices=notices)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What becomes of the mask: of which class it is, and how it is taken in."""

    class_: str
    op_id: str
    revision: int | None
    mode: Mode


def _taken_in(
    live: LiveSession, data: bytes, kind: UploadKind, *, loop: asyncio.AbstractEventLoop, wish: _Wish
) -> tuple[Change, list[str]]:
    with decoded(data, kind, live.slide, wish.class_) as found:
        mask = found.mask
        rings = outlines(mask, live.slide) if wish.mode == "add" else []

        def operation(session: Session) -> Change:
            if rings:
                return session.polygon(rings, class_=wish.class_, op_id=wish.op_id, revision=wish.revision)
            return session.import_mask(mask, class_=wish.class_, op_id=wish.op_id, revision=wish.revision)

        # The decoded file has to stay until the operation is done.
        change = asyncio.run_coroutine_threadsafe(live.operate(operation), loop).result()
        return change, found.notices

"""The route by which a mask that was made elsewhere becomes a session's start."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from zoomiseg.session import DEFAULT_CLASS, Change, Session

from ._context import ContextOf, Live
from ._live import LiveSession
from ._routes_operations import answered, known_class
from ._shapes import Changed, ClassName, OpId, Revision
from ._uploads import UploadKind, decoded

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
    mode: Annotated[Literal["replace"], Query()] = "replace",
    revision: Annotated[Revision | None, Query()] = None,
) -> Changed:
    """Start a class from a mask: GeoJSON in slide pixels, or a TIFF or PNG with the slide's aspect.

    It lies under all that was or will be clicked and drawn, and replaces an earlier import of the class.
    """
    name = known_class(class_, context)
    is_json = "json" in request.headers.get("content-type", "")
    data = await request.body()
    kind: UploadKind = "geojson" if is_json else "tiff"
    change = await asyncio.to_thread(
        _started, live, data, kind, loop=asyncio.get_running_loop(), wish=(name, op_id, revision)
    )
    return answered(change)


def _started(
    live: LiveSession,
    data: bytes,
    kind: UploadKind,
    *,
    loop: asyncio.AbstractEventLoop,
    wish: tuple[str, str, int | None],
) -> Change:
    class_, op_id, revision = wish
    with decoded(data, kind, live.slide) as mask:

        def operation(session: Session) -> Change:
            return session.import_mask(mask, class_=class_, op_id=op_id, revision=revision)

        # The decoded file has to stay until the operation is done.
        return asyncio.run_coroutine_threadsafe(live.operate(operation), loop).result()

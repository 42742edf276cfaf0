"""Routes of sessions: made, listed, read, looked at, listened to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from zoomiseg.session import Session

from ._broadcast import stream
from ._context import ContextOf, Live, User
from ._events import described
from ._live import LiveSession
from ._openapi import binary
from ._routes_slides import summary
from ._shapes import (
    NewSession,
    Patches,
    Revision,
    SessionInfo,
    SessionMade,
    SessionSummary,
    View,
    rectangle,
)

router = APIRouter(tags=["sessions"])


@router.post("/sessions", status_code=201)
async def make(wish: NewSession, context: ContextOf, user: User) -> SessionMade:
    """Make a session on a slide."""
    record = await context.sessions.make(wish, user)
    async with context.sessions.lent(record.id, user) as live:
        return SessionMade(id=record.id, revision=live.history.revision)


@router.get("/sessions")
async def sessions(context: ContextOf, user: User) -> list[SessionSummary]:
    """The user's own sessions, in the order of making."""
    return [summary(record) for record in context.sessions.of(user)]


@router.get("/sessions/{session_id}")
async def session(live: Live) -> SessionInfo:
    """A session: its events in force, in order, and what a user can do with it."""
    return await asyncio.to_thread(live.steadily, lambda session: _info(live, session))


@router.post("/sessions/{session_id}/view", status_code=202, response_class=Response)
async def view(live: Live, wish: View) -> Response:
    """Say where the user looks: what a click there needs is read before it comes. Changes nothing."""
    inside_x, inside_y = 0 <= wish.x < live.zoom.width, 0 <= wish.y < live.zoom.height
    if inside_x and inside_y:
        live.look(wish.x, wish.y, wish.scale)
    return Response(status_code=202)


@router.get(
    "/sessions/{session_id}/events", response_class=StreamingResponse, responses=binary("text/event-stream")
)
async def events(live: Live, request: Request, since: Revision | None = None) -> StreamingResponse:
    """Server-sent events: `changed` {revision changed}, `saved` {revision}, `busy` {jobs}.

    A client that names the revision that it knows, by `since` or when it comes back by `Last-Event-ID`, is
    told at once what changed after it.
    """
    known = request.headers.get("last-event-id", "")
    revision = int(known) if re.fullmatch(r"[0-9]{1,15}", known) else since
    return StreamingResponse(
        _news(live, revision),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _news(live: LiveSession, revision: int | None) -> AsyncIterator[str]:
    with live.broadcast.listening() as listener:
        # The first line opens the connection; without it a browser waits for the first event.
        yield "retry: 1000\n\n"
        for news in live.missed(revision):
            yield news.text
        async for text in stream(listener):
            yield text


def _info(live: LiveSession, session: Session) -> SessionInfo:
    return SessionInfo(
        id=live.record.id,
        slide=live.record.slide,
        revision=session.revision,
        # What is in the log is on the disk: an operation that could not be saved was not answered.
        saved=True,
        undoable=session.undoable,
        redoable=session.redoable,
        weights=live.record.weights,
        adapt=session.options.adapt,
        learns=session.learns,
        mask_id=live.mask_id,
        mpp=list(session.slide.mpp),
        events=[described(event) for event in session.events],
        classes=list(session.classes),
        patches=Patches(
            high=[rectangle(patch.slide_box) for patch in session.high_patches],
            settled=[rectangle(box) for box in session.settled],
            locked=[rectangle(box) for box in session.locked],
        ),
        notices=session.notices,
    )

"""What the routes share, and how a route gets at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from ._engines import Engines
from ._live import LiveSession
from ._pictures import PictureCache
from ._readers import Readers
from ._registry import Sessions
from ._settings import ServerSettings
from ._slides import SlideFolder
from ._users import Users


@dataclass(frozen=True)
class Context:
    """The parts of one running server."""

    settings: ServerSettings
    users: Users
    slides: SlideFolder
    engines: Engines
    sessions: Sessions
    pictures: PictureCache
    tiles: Readers
    exports: Readers


def context_of(request: Request) -> Context:
    """Return the parts of the server that a request came to."""
    return cast(Context, request.app.state.context)


ContextOf = Annotated[Context, Depends(context_of)]


def user_of(request: Request, context: ContextOf) -> str:
    """Return who asks.

    Raises:
        Refusal: Nobody who is known.
    """
    return context.users.of(request)


User = Annotated[str, Depends(user_of)]


async def lent(session_id: str, user: User, context: ContextOf) -> AsyncIterator[LiveSession]:
    """Lend the session of a route to its owner until the answer is sent."""
    async with context.sessions.lent(session_id, user) as live:
        yield live


Live = Annotated[LiveSession, Depends(lent)]

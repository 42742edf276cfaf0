"""What is looked at before a request reaches the app, and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ._problems import problem
from ._users import COOKIE, Users

MAX_BODY_BYTES = 1 << 20
MAX_IMPORT_BYTES = 64 << 20
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_COOKIE_SECONDS = 180 * 24 * 3600
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        # The canvas shows tiles that were fetched by scripts; nothing else comes from elsewhere.
        "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)


class Guard:
    """An ASGI middleware: names, origins, sizes, and a link's secret that becomes a cookie.

    Args:
        app: What is guarded.
        users: Whose secrets are known.
        hosts: Names under which the server may be addressed, so that no web page can call it by a name of
            its own that leads here; empty for any.
    """

    def __init__(self, app: ASGIApp, users: Users, hosts: Sequence[str]) -> None:
        self._app = app
        self._users = users
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refused(scope, headers) or self._signed_in(scope)
        if answer is not None:
            await answer(scope, receive, _with_headers(send))
            return
        await self._app(scope, _limited(scope, receive), _with_headers(send))

    def _refused(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        host = headers.get("host", "")
        if self._hosts and _host_name(host) not in self._hosts:
            return problem(403, code="host", detail=f"This server is not called {host[:80]!r}.")
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != host
        reads = scope["method"] in _SAFE
        embedded = headers.get("sec-fetch-site") == "cross-site" and scope["path"].startswith("/api/")
        if (foreign and not reads) or embedded:
            return problem(403, code="origin", detail="Another web site sent this request.")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length[:12]) > _limit(scope):
            return problem(413, code="too-large", detail=_too_large(scope))
        return None

    def _signed_in(self, scope: Scope) -> ASGIApp | None:
        """Return the answer to a link with a secret: a cookie, and the same page without the secret."""
        if scope["path"] != "/" or scope["method"] != "GET":
            return None
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if not tokens or self._users.owner_of(tokens[0]) is None:
            return None
        answer = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
        answer.set_cookie(COOKIE, tokens[0], max_age=_COOKIE_SECONDS, httponly=True, samesite="strict")
        return answer


def _host_name(host: str) -> str:
    return (urlsplit(f"//{host}").hostname or "") if "@" not in host else ""


def _limit(scope: Scope) -> int:
    return MAX_IMPORT_BYTES if scope["path"].endswith("/import") else MAX_BODY_BYTES


def _too_large(scope: Scope) -> str:
    return f"The request is larger than {_limit(scope) >> 20} MB."


def _limited(scope: Scope, receive: Receive) -> Receive:
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > _limit(scope):
            raise HTTPException(413, _too_large(scope))
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending

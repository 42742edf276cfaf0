"""Answers that a browser may keep, and asks after by their tag."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

_YEAR = 31_536_000


def matches(request: Request, tag: str) -> bool:
    """Say whether the client has what a tag names."""
    known = request.headers.get("if-none-match", "")
    return any(each.strip().removeprefix("W/") == tag for each in known.split(","))


def answer(data: bytes, media_type: str, tag: str, *, for_ever: bool, private: bool) -> Response:
    """Return bytes with their tag.

    Args:
        data: The body.
        media_type: Its type.
        tag: In quotes; equal for equal bytes.
        for_ever: The address names these very bytes, so that nobody has to ask for them again.
        private: Not for a cache that several users share.
    """
    return Response(data, media_type=media_type, headers=_headers(tag, for_ever, private))


def not_modified(tag: str, *, for_ever: bool, private: bool) -> Response:
    """Return the answer to a client that has the bytes already."""
    return Response(status_code=304, headers=_headers(tag, for_ever, private))


def _headers(tag: str, for_ever: bool, private: bool) -> dict[str, str]:
    whose = "private" if private else "public"
    age = f"max-age={_YEAR}, immutable" if for_ever else "no-cache"
    return {"ETag": tag, "Cache-Control": f"{whose}, {age}"}

"""Errors as RFC 9457 problem details, each with a sentence for the user."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from zoomiseg.errors import ZoomisegError

PROBLEM_TYPE = "application/problem+json"
_LOG = logging.getLogger("zoomiseg.server")

_STATUS: Mapping[str, int] = MappingProxyType(
    {
        "click": 422,
        "click-outside": 422,
        "annotation": 422,
        "weights": 422,
        "slide": 422,
        "scale-unknown": 422,
        "session": 409,
        "session-mismatch": 409,
        "session-damaged": 409,
        "revision-conflict": 409,
        "output": 507,
        "missing-extra": 501,
    }
)
# What the command line would advise is no help in a browser.
_HINTS: Mapping[str, str] = MappingProxyType(
    {"scale-unknown": "Give the slide's µm per pixel, for example 0.25 for a scan at 40x."}
)
_SENTENCES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("bad-request", "The request's body could not be read."),
        404: ("not-found", "There is nothing at this address."),
        405: ("method", "This address does not answer that method."),
        413: ("too-large", "The request is larger than the server accepts."),
    }
)


class Refusal(Exception):
    """A request that the server itself refuses.

    Args:
        status: The HTTP status.
        code: A word for scripts.
        detail: A sentence for the user.
        hint: What the user can do, or None.
    """

    def __init__(self, status: int, code: str, detail: str, *, hint: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint


def not_found(what: str, *, hint: str | None = None) -> Refusal:
    """Return the answer to an id that is unknown or somebody else's; the two look alike."""
    return Refusal(404, "not-found", f"There is no such {what}.", hint=hint)


def problem(status: int, *, code: str, detail: str, hint: str | None = None) -> JSONResponse:
    """Return a problem as a response."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "hint": hint,
    }
    headers = {"Retry-After": "1"} if status == 429 else None
    return JSONResponse(content, status, headers, media_type=PROBLEM_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of an app by a problem."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(ZoomisegError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def of_error(error: ZoomisegError) -> JSONResponse:
    """Return an error of the package as a problem."""
    hint = _HINTS.get(error.code, error.hint)
    return problem(_STATUS.get(error.code, 422), code=error.code, detail=error.message, hint=hint)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return problem(error.status, code=error.code, detail=error.detail, hint=error.hint)


async def _known(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ZoomisegError)
    return of_error(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(each["type"] == "json_invalid" for each in error.errors()):
        return problem(422, code="invalid", detail="The body of the request is no JSON.")
    # The value itself is left out: it may be no JSON, and it may be long.
    faults = [f"{_place(each['loc'])}: {each['msg']}" for each in error.errors()[:3]]
    return problem(422, code="invalid", detail=f"The request cannot be understood: {'; '.join(faults)}.")


def _place(location: tuple[int | str, ...]) -> str:
    # A misspelt key is the caller's own text and may be of any length.
    names = [str(each)[:40] for each in location if each not in ("body", "query", "path")]
    return " of ".join(reversed(names)) or "the body"


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code, detail = _SENTENCES.get(error.status_code, ("http", str(error.detail)))
    response = problem(error.status_code, code=code, detail=detail)
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("%s %s failed", request.method, request.url.path)
    return problem(
        500,
        code="unexpected",
        detail="Something went wrong in the server; what was saved before is safe.",
        hint="Try it again. If it stays, report it with what the server printed.",
    )

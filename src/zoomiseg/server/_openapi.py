"""What the API says of itself."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from ._problems import PROBLEM_TYPE

DESCRIPTION = (
    "Segmentation of whole slide images by clicks. Coordinates are pixels of the slide at full resolution, "
    "origin top left, x to the right, y down. For research; not a medical device."
)

_JSON = {"type": "object"}
_BYTES = {"type": "string", "format": "binary"}


class Problem(BaseModel):
    """An error as RFC 9457 has it; `detail` is a sentence for the user, `hint` what he can do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str | None


def binary(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Return the description of an answer that is a file of one of these types."""
    content = {each: {"schema": _JSON if each.endswith("json") else _BYTES} for each in media_types}
    return {
        200: {"description": "The file.", "content": content},
        304: {"description": "The client has it already."},
    }


def _problem(what: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": what, "content": {PROBLEM_TYPE: schema}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": _problem("Refused, with a sentence for the user."),
    "5XX": _problem("Failed, with a sentence for the user."),
}


class DescribedApp(FastAPI):
    """An app whose description knows the shape of its errors."""

    def openapi(self) -> dict[str, Any]:
        schema = super().openapi()
        schema["components"]["schemas"].setdefault("Problem", Problem.model_json_schema())
        return schema

"""Events of a session as clients read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from zoomiseg.session import (
    BoxLocked,
    BoxSettled,
    ClickMade,
    Event,
    LearningSwitched,
    MaskImported,
    Payload,
    PolygonDrawn,
    PromptGiven,
    ProposalAccepted,
    Referring,
    StrokeDrawn,
    ZoomOpened,
)

from ._shapes import EventInfo

# A list is read again at every change: of what is drawn in more points than these it tells only the place.
_MOST_POINTS = 2000


def described(event: Event) -> EventInfo:
    """Return an event with all that it takes to show it."""
    return EventInfo(
        n=event.n,
        op_id=event.op_id,
        kind=event.kind,
        class_=event.class_,
        author=event.author,
        time=event.time,
        **_keys_of(event.payload),
    )


def _keys_of(payload: Payload) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    match payload:
        case ClickMade(x, y, label, scale):
            keys = {"x": x, "y": y, "label": label, "scale": scale}
        case ZoomOpened(x, y) | ProposalAccepted(x, y):
            keys = {"x": x, "y": y}
        case BoxSettled(box) | BoxLocked(box) | MaskImported(_, box):
            keys = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        case PromptGiven(_, outline, clicks, scale):
            told = [[click.x, click.y, click.label] for click in clicks]
            keys = {"points": _lists(outline), "clicks": told, "scale": scale, "label": clicks[0].label}
        case StrokeDrawn(points, width_um, mode):
            keys = {"points": _lists(points), "width_um": width_um, "mode": mode}
        case PolygonDrawn(rings, mode) if sum(map(len, rings)) > _MOST_POINTS:
            keys = {**_place_of(rings), "mode": mode}
        case PolygonDrawn(rings, mode):
            keys = {"rings": [_lists(ring) for ring in rings], "mode": mode}
        case LearningSwitched(on):
            keys = {"on": on}
        case Referring(_, op_id):
            keys = {"of": op_id}
    return keys


def _place_of(rings: Sequence[Sequence[tuple[float, float]]]) -> dict[str, int]:
    xs, ys = ([point[axis] for ring in rings for point in ring] for axis in (0, 1))
    x, y = math.floor(min(xs)), math.floor(min(ys))
    return {"x": x, "y": y, "width": math.ceil(max(xs)) - x, "height": math.ceil(max(ys)) - y}


def _lists(points: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [list(point) for point in points]

"""How what was done stands in the event log, as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TypeAlias, get_args

from zoomiseg.geometry import Box, Click, ScaleName

from ._payloads import (
    BoxLocked,
    BoxSettled,
    ClickMade,
    Drawn,
    LearningSwitched,
    MaskImported,
    Payload,
    Points,
    PolygonDrawn,
    PromptGiven,
    PromptKind,
    ProposalAccepted,
    Referring,
    ReferringKind,
    StrokeDrawn,
    ZoomOpened,
    mode_of,
    points_of,
)

Values: TypeAlias = Mapping[str, object]


def to_json(payload: Payload) -> dict[str, object]:
    """Return what `from_json` reads."""
    match payload:
        case StrokeDrawn() | PolygonDrawn():
            return _drawn_to_json(payload)
        case MaskImported() | BoxSettled() | BoxLocked():
            return _box_to_json(payload)
        case ClickMade(x, y, label, scale):
            return {"x": x, "y": y, "label": label, "scale": scale}
        case PromptGiven(_, outline, clicks, scale):
            told = [[click.x, click.y, click.label] for click in clicks]
            return {"outline": outline, "clicks": told, "scale": scale}
        case ZoomOpened(x, y) | ProposalAccepted(x, y):
            return {"x": x, "y": y}
    return {"on": payload.on} if isinstance(payload, LearningSwitched) else {"of": payload.op_id}


def _box_to_json(payload: BoxSettled | BoxLocked | MaskImported) -> dict[str, object]:
    box = payload.box
    named = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
    return {"sha256": payload.sha256, **named} if isinstance(payload, MaskImported) else {**named}


def _drawn_to_json(drawn: Drawn) -> dict[str, object]:
    if isinstance(drawn, StrokeDrawn):
        return {"points": drawn.points, "width_um": drawn.width_um, "mode": drawn.mode}
    return {"rings": drawn.rings, "mode": drawn.mode}


def from_json(kind: str, values: Values) -> Payload | None:
    """Return the payload of an event, or None where the kind is unknown.

    Raises:
        KeyError, TypeError, ValueError: It is not what the kind has.
    """
    read = _READERS.get(kind)
    return read(values) if read else None


def _click(values: Values) -> ClickMade:
    label = _whole(values["label"])
    return ClickMade(_number(values["x"]), _number(values["y"]), label, _scale(values["scale"]))


def _prompt(kind: PromptKind) -> Callable[[Values], PromptGiven]:
    def read(values: Values) -> PromptGiven:
        told = [_list(each) for each in _list(values["clicks"])]
        clicks = tuple(Click(_number(x), _number(y), _whole(label)) for x, y, label in told)
        return PromptGiven(kind, _points(values["outline"]), clicks, _scale(values["scale"]))

    return read


def _stroke(values: Values) -> StrokeDrawn:
    return StrokeDrawn(_points(values["points"]), _number(values["width_um"]), mode_of(values["mode"]))


def _polygon(values: Values) -> PolygonDrawn:
    return PolygonDrawn(tuple(map(_points, _list(values["rings"]))), mode_of(values["mode"]))


def _referring(kind: ReferringKind) -> Callable[[Values], Referring]:
    return lambda values: Referring(kind, str(values["of"]))


_READERS: Mapping[str, Callable[[Values], Payload]] = {
    "click": _click,
    "zoom": lambda values: ZoomOpened(_number(values["x"]), _number(values["y"])),
    "accept": lambda values: ProposalAccepted(_number(values["x"]), _number(values["y"])),
    "learn": lambda values: LearningSwitched(_truth(values["on"])),
    "settle": lambda values: BoxSettled(_box(values)),
    "lock": lambda values: BoxLocked(_box(values)),
    "stroke": _stroke,
    "polygon": _polygon,
    "import": lambda values: MaskImported(str(values["sha256"]), _box(values)),
    "scribble": _prompt("scribble"),
    "box": _prompt("box"),
    **{kind: _referring(kind) for kind in get_args(ReferringKind)},
}


def _points(value: object) -> Points:
    return points_of([[_number(x), _number(y)] for x, y in map(_list, _list(value))])


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list")
    return value


def _box(values: Values) -> Box:
    return Box(*(_whole(values[name]) for name in ("x", "y", "width", "height")))


def _scale(value: object) -> ScaleName:
    match value:
        case "low" | "high":
            return value
    raise ValueError(f"the scale is {value!r}")


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return value

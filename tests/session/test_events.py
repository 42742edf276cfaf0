from __future__ import annotations

import json
from dataclasses import replace

import pytest

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box, Click
from zoomiseg.session import (
    BoxLocked,
    BoxSettled,
    ClickMade,
    Event,
    MaskImported,
    Payload,
    PolygonDrawn,
    PromptGiven,
    Referring,
    StrokeDrawn,
    ZoomOpened,
)
from zoomiseg.session._events import chained, event_of, row_of

PAYLOADS: list[Payload] = [
    ClickMade(1.5, 2.25, -1, "high"),
    ClickMade(3.0, 4.0, 1, "low"),
    PromptGiven("scribble", ((1.0, 2.5), (9.0, 9.0)), (Click(1.0, 2.5, 1), Click(9.0, 9.0, 1)), "high"),
    PromptGiven("box", ((0.0, 0.0), (4.0, 4.0)), (Click(2.0, 2.0, 1), Click(2.0, -7.0, -1)), "low"),
    ZoomOpened(0.1, 7.0),
    BoxSettled(Box(-3, 4, 5, 6)),
    BoxLocked(Box(-3, 4, 5, 6)),
    StrokeDrawn(((1.5, 2.0), (3.0, 4.25)), 12.5, "add"),
    PolygonDrawn((((0.0, 0.0), (9.0, 0.0), (0.0, 9.5)), ((1.0, 1.0), (2.0, 1.0), (1.0, 2.0))), "erase"),
    MaskImported("5" * 64, Box(1, 2, 3, 4)),
    Referring("unsettle", "a"),
    Referring("unlock", "a"),
    Referring("delete", "b"),
    Referring("undo", "c"),
    Referring("redo", "d"),
]


def event(payload: Payload) -> Event:
    return Event(3, "op", payload, "tumour", "me", "2026-01-02T03:04:05.678+00:00", 2)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: payload.kind)
def test_an_event_survives_the_way_to_its_row_and_back(payload: Payload) -> None:
    row = row_of(event(payload), previous="x")
    assert event_of(row) == event(payload)
    assert row.kind == payload.kind
    assert row.follows("x")
    assert not row.follows("y")


def test_the_checksum_is_sha256_over_all_columns_and_the_checksum_before() -> None:
    row = row_of(event(ZoomOpened(1.0, 2.0)), previous="before")
    assert row.checksum == chained("before", row.values[:-1])
    for field in ("op_id", "kind", "payload", "class_", "author", "time"):
        assert not replace(row, **{field: getattr(row, field) + "x"}).follows("before")
    assert not replace(row, n=4).follows("before")
    assert not replace(row, revision=1).follows("before")


def test_an_unknown_kind_is_refused_by_name() -> None:
    row = replace(row_of(event(ZoomOpened(1.0, 2.0)), previous=""), kind="dance")
    with pytest.raises(SessionError, match="a kind that this version does not know: 'dance'"):
        event_of(row)


@pytest.mark.parametrize(
    "values",
    [
        {"x": 1, "y": 2, "label": 1, "scale": "middle"},
        {"x": "1", "y": 2, "label": 1, "scale": "low"},
        {"x": float("inf"), "y": 2, "label": 1, "scale": "low"},
        {"x": 1, "y": 2, "label": 0.5, "scale": "low"},
        {"x": 1, "y": 2, "scale": "low"},
        [],
    ],
)
def test_a_payload_without_sense_is_refused_with_the_events_number(values: object) -> None:
    row = replace(row_of(event(PAYLOADS[0]), previous=""), payload=json.dumps(values))
    with pytest.raises(SessionError, match="Event 3 of the session is a 'click' without sense"):
        event_of(row)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("stroke", '{"points":[],"width_um":1,"mode":"add"}'),
        ("stroke", '{"points":[[1,2]],"width_um":0,"mode":"add"}'),
        ("stroke", '{"points":[[1,2,3]],"width_um":1,"mode":"add"}'),
        ("stroke", '{"points":[[1,NaN]],"width_um":1,"mode":"add"}'),
        ("stroke", '{"points":"12","width_um":1,"mode":"add"}'),
        ("stroke", '{"points":[[1,2]],"width_um":1,"mode":"paint"}'),
        ("polygon", '{"rings":[],"mode":"add"}'),
        ("polygon", '{"rings":[[[1,2],[3,4]]],"mode":"add"}'),
        ("scribble", '{"outline":[],"clicks":[],"scale":"low"}'),
        ("box", '{"outline":[],"clicks":[[1,2,0]],"scale":"low"}'),
        ("lock", '{"x":1,"y":2,"width":3}'),
        ("unlock", "{}"),
    ],
)
def test_a_drawing_without_sense_is_refused_with_the_events_number(kind: str, payload: str) -> None:
    row = replace(row_of(event(PAYLOADS[0]), previous=""), kind=kind, payload=payload)
    with pytest.raises(SessionError, match=f"Event 3 of the session is a '{kind}' without sense"):
        event_of(row)


def test_a_settled_box_of_negative_extent_is_refused() -> None:
    row = replace(
        row_of(event(BoxSettled(Box(0, 0, 1, 1))), previous=""), payload='{"x":0,"y":0,"width":-1,"height":1}'
    )
    with pytest.raises(SessionError, match="negative extent"):
        event_of(row)

"""Sessions over HTTP: clicks become masks, operations are done once, and a tile says when it changed."""

from __future__ import annotations

import io
import json

import httpx
import numpy as np
import pytest
from PIL import Image

from zoomiseg.geometry import Box
from zoomiseg.predict import load_predictors
from zoomiseg.session import Session
from zoomiseg.slide import open_slide

from .program import HEIGHT, WIDTH, click, new_session, sentence, slide_named

LEVEL = 10


def pixels(answer: httpx.Response, mode: str) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert(mode))


def whole(client: httpx.Client, session: str, *, level: int = LEVEL, kind: str = "png", mode: str = "RGBA"):
    """All tiles of a level, put together."""
    width, height = -(-WIDTH >> (LEVEL - level)), -(-HEIGHT >> (LEVEL - level))
    rows = [
        np.hstack(
            [
                pixels(client.get(f"sessions/{session}/tiles/{level}/{x}_{y}.{kind}"), mode)
                for x in range(-(-width // 256))
            ]
        )
        for y in range(-(-height // 256))
    ]
    return np.vstack(rows)


def test_a_click_is_answered_with_the_new_revision_and_where_the_mask_changed(client, session):
    answer = click(client, session, "a1")
    assert answer.status_code == 200
    assert answer.json() == {"revision": 1, "changed": [[0, 0, WIDTH, HEIGHT]]}
    state = client.get(f"sessions/{session}").json()
    assert (state["id"], state["revision"], state["saved"]) == (session, 1, True)
    assert (state["undoable"], state["redoable"]) == (True, False)
    (event,) = state["events"]
    assert event | {"n": 1, "op_id": "a1", "kind": "click", "x": 200.5, "y": 150.25, "label": 1} == event
    assert (event["scale"], event["class"], event["author"]) == ("low", "tumour", "local")
    assert event["time"].endswith("+00:00")


def test_the_tiles_are_what_the_same_clicks_make_in_python(client, session, slides):
    click(client, session, "a1")
    click(client, session, "a2", x=300, y=200, label=-1, scale="high")
    with (
        open_slide(slides / "case.tif") as slide,
        Session(slide, predictors=load_predictors("tiny")) as ours,
    ):
        ours.click(x=200.5, y=150.25, label=1)
        ours.click(x=300, y=200, label=-1, scale="high")
        full = ours.read(Box(0, 0, WIDTH, HEIGHT), mpp=0.25)
        half = ours.read(Box(0, 0, WIDTH, HEIGHT), mpp=0.5)
    shown = whole(client, session)
    assert 0 < (full >= 0.5).mean() < 1
    assert np.array_equal(shown[..., 3] == 255, full >= 0.5)
    assert np.array_equal(shown[..., 0], shown[..., 3])
    probability = whole(client, session, level=LEVEL - 1, kind="prob.png", mode="L")
    assert np.array_equal(probability, np.rint(half * np.float32(255)).astype(np.uint8))


def test_a_slide_whose_scale_is_no_power_of_two_has_tiles_of_the_same_size(client):
    session = new_session(client, "inner/other case.tif")
    click(client, session, "a1")
    assert whole(client, session).shape == (HEIGHT, WIDTH, 4)
    assert whole(client, session, level=8).shape == (121, 151, 4)


def test_an_untouched_tile_is_tiny_and_empty(client, session):
    answer = client.get(f"sessions/{session}/tiles/{LEVEL}/0_0.png")
    assert pixels(answer, "RGBA").any() == np.False_
    assert len(answer.content) < 200


def test_a_tile_changes_its_tag_when_it_changes_and_only_then(client, session):
    path = f"sessions/{session}/tiles/{LEVEL}/0_0.png"
    empty = client.get(path).headers["etag"]
    click(client, session, "a1")
    named = {"m": client.get(f"sessions/{session}").json()["mask_id"]}
    first = client.get(path, params={"v": 1} | named)
    assert first.headers["etag"] != empty
    assert first.headers["cache-control"] == "private, max-age=31536000, immutable"
    client.post(f"sessions/{session}/zoom", json={"x": 10, "y": 10, "op_id": "z"})
    again = client.get(path, params={"v": 2} | named, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.headers["cache-control"]) == (304, first.headers["cache-control"])
    for query in ({"v": 0} | named, {"v": 9} | named, {"v": 2}, {"v": 2, "m": "another"}):
        assert client.get(path, params=query).headers["cache-control"] == "private, no-cache"
    click(client, session, "a2", label=-1)
    assert client.get(path).headers["etag"] != first.headers["etag"]


def test_the_same_op_id_is_the_same_click(client, session):
    first = click(client, session, "a1")
    again = click(client, session, "a1")
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(client.get(f"sessions/{session}").json()["events"]) == 1
    other = click(client, session, "a1", x=20)
    assert other.status_code == 409
    assert "'a1' was used before" in sentence(other)


def test_undo_redo_and_delete_restore_masks_to_the_byte(client, session):
    click(client, session, "a1")
    one = whole(client, session)
    click(client, session, "a2", x=400, y=300, label=-1)
    two = whole(client, session)
    operation = f"sessions/{session}"
    assert client.post(f"{operation}/undo", json={"op_id": "u"}).json()["revision"] == 3
    assert client.get(operation).json()["redoable"] is True
    assert np.array_equal(whole(client, session), one)
    assert client.post(f"{operation}/redo", json={"op_id": "r"}).json()["revision"] == 4
    assert np.array_equal(whole(client, session), two)
    assert client.delete(f"{operation}/clicks/a2", params={"op_id": "d"}).json()["revision"] == 5
    assert client.delete(f"{operation}/clicks/a2", params={"op_id": "d"}).json()["revision"] == 5
    assert np.array_equal(whole(client, session), one)


def test_a_settled_region_can_be_lifted(client, session):
    click(client, session, "a1")
    box = {"x": 100, "y": 80.5, "width": 200, "height": 100.25, "op_id": "s"}
    assert client.post(f"sessions/{session}/settle", json=box).status_code == 200
    state = client.get(f"sessions/{session}").json()
    (settled,) = state["patches"]["settled"]
    assert settled[0] % 8 == settled[1] % 8 == 0
    assert [state["events"][-1][key] for key in ("kind", "x", "y", "width", "height")] == [
        *("settle", 100, 80, 200, 101),
    ]
    lifted = client.post(f"sessions/{session}/unsettle", json={"of": "s", "op_id": "t"})
    assert lifted.status_code == 200
    assert client.get(f"sessions/{session}").json()["patches"]["settled"] == []


def test_who_has_not_seen_the_newest_revision_is_told(client, session):
    click(client, session, "a1", revision=0)
    late = click(client, session, "a2", revision=0)
    assert (late.status_code, late.json()["code"]) == (409, "revision-conflict")
    assert "at revision 1" in sentence(late)
    assert client.get(f"sessions/{session}").json()["revision"] == 1


def test_a_session_of_a_slide_without_scale_needs_one(client):
    slide = slide_named(client, "photo.png")["id"]
    refused = client.post("sessions", json={"slide": slide})
    assert (refused.status_code, refused.json()["code"]) == (422, "scale-unknown")
    assert "0.25" in refused.json()["hint"]
    session = client.post("sessions", json={"slide": slide, "mpp": 0.5}).json()["id"]
    assert client.get(f"sessions/{session}").json()["mpp"] == [0.5, 0.5]


def test_making_a_session_twice_with_one_id_makes_one(client):
    slide = slide_named(client, "case.tif")["id"]
    first, second = (client.post("sessions", json={"slide": slide, "op_id": "once"}).json() for _ in "ab")
    assert first == second
    listed = [each["id"] for each in slide_named(client, "case.tif")["sessions"]]
    assert listed.count(first["id"]) == 1
    assert first["id"] in [each["id"] for each in client.get("sessions").json()]


def test_weights_go_by_name_only(client, home):
    slide = slide_named(client, "case.tif")["id"]
    for name in (str(home / "weights" / "tiny"), "../tiny", "no-such", ""):
        answer = client.post("sessions", json={"slide": slide, "weights": name})
        assert (answer.status_code, answer.json()["code"]) == (422, "weights")


def test_an_export_is_the_mask_on_the_screen_and_names_its_revision(client, session):
    click(client, session, "a1")
    answer = client.get(f"sessions/{session}/mask.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    assert answer.headers["content-disposition"] == 'attachment; filename="case-tumour.geojson"'
    features = json.loads(answer.content)["features"]
    assert {each["properties"]["metadata"]["revision"] for each in features} == {"1"}
    again = client.get(f"sessions/{session}/mask.geojson", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    measured = client.get(f"sessions/{session}/measures").json()
    (tumour,) = measured["classes"]
    area = sum(each["properties"]["measurements"]["Area µm^2"] for each in features) / 1e6
    assert tumour["area_mm2"] == pytest.approx(area, rel=0.02)
    assert tumour["share_of_tissue"] == pytest.approx(tumour["area_mm2"] / measured["tissue_mm2"])
    tiff = client.get(f"sessions/{session}/mask.tiff")
    assert tiff.content[:2] == b"II"


def test_classes_have_masks_of_their_own(client, session):
    click(client, session, "a1")
    click(client, session, "a2", x=210, y=160, **{"class": "stroma"})
    tumour = whole(client, session)[..., 3]
    path = f"sessions/{session}/tiles/{LEVEL}/0_0.png"
    stroma = pixels(client.get(path, params={"class": "stroma"}), "RGBA")[..., 3]
    assert stroma.any()
    assert not (stroma & tumour[:256, :256]).any()
    refused = click(client, session, "a3", **{"class": "bone"})
    assert (refused.status_code, refused.json()["code"]) == (422, "class")


def test_listeners_hear_of_changes_and_are_told_what_they_missed(client, session):
    with client.stream("GET", f"sessions/{session}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 1000"
        click(client, session, "a1")
        heard = _until(lines, "saved")
    changed = {"revision": 1, "changed": [[0, 0, WIDTH, HEIGHT]]}
    assert ["id: 1", "event: changed", f"data: {json.dumps(changed)}"] == [
        line for line in heard if "busy" not in line and "jobs" not in line and line
    ][:3]
    click(client, session, "a2")
    with client.stream("GET", f"sessions/{session}/events", headers={"Last-Event-ID": "1"}) as stream:
        lines = stream.iter_lines()
        assert json.loads(_until(lines, "data")[-1].removeprefix("data: "))["revision"] == 2


def _until(lines, word: str) -> list[str]:
    heard = []
    for line in lines:
        heard.append(line)
        if word in line:
            return heard
    raise AssertionError(heard)


def test_where_the_user_looks_is_read_ahead_and_changes_nothing(client, session):
    for x in (10.5, -4, 1e6):
        assert (
            client.post(f"sessions/{session}/view", json={"x": x, "y": 20, "scale": "high"}).status_code
            == 202
        )
    assert client.get(f"sessions/{session}").json()["revision"] == 0


def test_what_is_drawn_changes_the_mask_and_comes_back_as_it_was_drawn(client, session):
    path = f"sessions/{session}"
    stroke = {"points": [[100, 100], [200, 100]], "width_um": 10, "op_id": "s"}
    assert client.post(f"{path}/strokes", json=stroke).status_code == 200
    drawn = whole(client, session)[..., 3] == 255
    # 10 µm are 40 pixels of 0.25 µm.
    assert drawn[100, 100:200].all()
    assert drawn[60:140, 150].sum() == pytest.approx(40, abs=4)
    hole = {"rings": [[[120, 90], [180, 90], [180, 110], [120, 110]]], "mode": "erase", "op_id": "p"}
    assert client.post(f"{path}/polygons", json=hole).status_code == 200
    assert not whole(client, session)[95:105, 130:170, 3].any()
    state = client.get(path).json()
    assert [event["kind"] for event in state["events"]] == ["stroke", "polygon"]
    assert [state["events"][0][key] for key in ("points", "width_um", "mode")] == [
        *([[100, 100], [200, 100]], 10, "add"),
    ]
    assert state["events"][1]["rings"] == hole["rings"]


def test_a_scribble_and_a_box_end_as_clicks_of_one_event_each(client, session):
    path = f"sessions/{session}"
    line = {"points": [[100, 100], [300, 200]], "label": -1, "scale": "high", "op_id": "s"}
    assert client.post(f"{path}/scribbles", json=line).json()["revision"] == 1
    box = {"x": 300, "y": 200, "width": 120, "height": 100, "op_id": "b"}
    assert client.post(f"{path}/boxes", json=box).json()["revision"] == 2
    scribble, around = client.get(path).json()["events"]
    assert len(scribble["clicks"]) > 2
    assert {label for _, _, label in scribble["clicks"]} == {-1}
    assert around["clicks"][0] == [360, 250, 1]


def test_a_locked_region_keeps_its_mask_until_it_is_unlocked(client, session):
    path = f"sessions/{session}"
    click(client, session, "a1")
    before = whole(client, session)
    lock = {"x": 96, "y": 96, "width": 96, "height": 96, "op_id": "l"}
    assert client.post(f"{path}/locks", json=lock).status_code == 200
    assert client.get(path).json()["patches"]["locked"] == [[96, 96, 96, 96]]
    refused = click(client, session, "a2", x=120, y=120, label=-1)
    assert (refused.status_code, refused.json()["code"]) == (409, "session")
    click(client, session, "a3", x=400, y=300, label=-1)
    assert np.array_equal(whole(client, session)[96:192, 96:192], before[96:192, 96:192])
    assert client.post(f"{path}/unlock", json={"of": "l", "op_id": "u"}).status_code == 200
    assert client.get(path).json()["patches"]["locked"] == []

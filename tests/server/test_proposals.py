"""Proposals over HTTP: none without memory, and one that is accepted becomes the mask."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from zoomiseg.geometry import Box
from zoomiseg.slide import write_pyramid

from .program import click, new_session, sentence, serving, tissue

SIZE = (10_000, 1200)
HERE, FAR = {"x": 700, "y": 700}, {"x": 9000, "y": 700}
LEARNING = {"weights": "compact", "adapt": "memory"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A server of one slide, wide enough for two patches, and networks that can learn."""
    folder = tmp_path_factory.mktemp("wide")
    pixels = tissue(*SIZE)

    def read(box: Box) -> np.ndarray:
        return pixels[box.y : box.bottom, box.x : box.right]

    write_pyramid(folder / "wide.tif", read, width=SIZE[0], height=SIZE[1], mpp=(0.25, 0.25), kind="slide")
    with (
        serving(folder, "--sessions", tmp_path_factory.mktemp("proposals")) as server,
        server.client() as made,
    ):
        yield made


def test_an_unknown_way_to_learn_is_refused(client):
    (slide,) = client.get("slides").json()
    refused = client.post("sessions", json={"slide": slide["id"], "weights": "compact", "adapt": "glow"})
    assert refused.status_code == 422
    assert "There is no adaptation 'glow'" in sentence(refused)


@pytest.mark.parametrize("adapt", ["head", "statistics"])
def test_networks_that_cannot_learn_are_refused_and_no_session_is_left(client, adapt):
    (slide,) = client.get("slides").json()
    before = client.get("sessions").json()
    refused = client.post("sessions", json={"slide": slide["id"], "weights": "tiny", "adapt": adapt})
    assert refused.status_code == 422
    assert "cannot be adapted to a slide" in sentence(refused)
    assert client.get("sessions").json() == before


def test_without_memory_nothing_is_proposed(client):
    session = new_session(client, "wide.tif")
    assert click(client, session, "a1", **HERE).status_code == 200
    assert client.get(f"sessions/{session}/proposal", params=FAR).status_code == 404
    assert client.get(f"sessions/{session}/proposal.png", params=FAR).status_code == 404
    refused = client.post(f"sessions/{session}/accept", json=FAR | {"op_id": "a2"})
    assert "Nothing is proposed there" in sentence(refused)


def test_learning_is_told_and_switched_and_a_switch_is_undone(client):
    assert client.get("config").json()["default_adapt"] == "off"
    session = new_session(client, "wide.tif", **LEARNING)

    def told() -> tuple[str, bool]:
        info = client.get(f"sessions/{session}").json()
        return info["adapt"], info["learns"]

    def switch(op_id: str, *, on: bool):
        return client.post(f"sessions/{session}/learn", json={"on": on, "op_id": op_id})

    assert told() == ("memory", True)
    assert click(client, session, "a1", **HERE).status_code == 200
    assert switch("a2", on=False).json() == {"revision": 2, "changed": []}
    assert told() == ("memory", False)
    assert client.get(f"sessions/{session}").json()["events"][1]["on"] is False
    assert client.get(f"sessions/{session}/proposal", params=FAR).status_code == 404
    assert "off already" in sentence(switch("a3", on=False))
    client.post(f"sessions/{session}/undo", json={"op_id": "a4"})
    assert told() == ("memory", True)
    assert client.get(f"sessions/{session}/proposal", params=FAR).status_code == 200


def test_a_session_that_learns_nothing_says_so(client):
    session = new_session(client, "wide.tif")
    info = client.get(f"sessions/{session}").json()
    assert (info["adapt"], info["learns"]) == ("off", False)
    refused = client.post(f"sessions/{session}/learn", json={"on": True, "op_id": "a1"})
    assert "does not learn from its slide" in sentence(refused)


def test_a_proposal_is_seen_then_accepted_then_undone(client):
    session = new_session(client, "wide.tif", **LEARNING)
    assert client.get(f"sessions/{session}/proposal", params=FAR).status_code == 404
    assert click(client, session, "a1", **HERE).status_code == 200
    told = client.get(f"sessions/{session}/proposal", params=FAR).json()
    x, y, width, height = told["box"]
    assert x <= FAR["x"] < x + width
    assert y <= FAR["y"] < y + height
    picture = client.get(f"sessions/{session}/proposal.png", params=FAR)
    opaque = np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGBA"))[..., 3] > 0
    assert opaque.mean() == pytest.approx(told["share"])
    body = FAR | {"op_id": "a2", "revision": told["revision"]}
    assert client.post(f"sessions/{session}/accept", json=body).json()["revision"] == 2
    events = client.get(f"sessions/{session}").json()["events"]
    assert [event["kind"] for event in events] == ["click", "accept"]
    assert (events[1]["x"], events[1]["y"]) == (9000, 700)
    client.post(f"sessions/{session}/undo", json={"op_id": "a3"})
    assert len(client.get(f"sessions/{session}").json()["events"]) == 1

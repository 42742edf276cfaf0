"""Twenty users at once on one slide: each finds what he did and nothing else, and nobody meets an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from zoomiseg.geometry import Box
from zoomiseg.predict import load_predictors
from zoomiseg.session import Session
from zoomiseg.slide import open_slide

from .program import HEIGHT, WIDTH, Server, click, new_session, serving
from .test_sessions import whole

USERS = 20
REPLAYED = (3, 16)


def clicks_of(number: int) -> list[dict[str, Any]]:
    """What a user does: no two of them click at the same places, all with the same ids."""
    x, y = 20 + 27 * number, 15 + 22 * number
    return [
        {"op_id": "a", "x": x, "y": y, "label": 1, "scale": "low"},
        {"op_id": "b", "x": WIDTH - x, "y": y, "label": 1 if number % 2 else -1, "scale": "high"},
    ]


def work(server: Server, number: int) -> tuple[str, dict[str, Any], np.ndarray]:
    """Do all that one user does; return his session, what it holds, and its mask."""
    with server.client(**{"X-User": f"user-{number}"}) as client:
        session = new_session(client)
        for revision, each in enumerate(clicks_of(number), 1):
            answer = click(client, session, **each)
            assert (answer.status_code, answer.json()["revision"]) == (200, revision), answer.text
            assert client.get(f"sessions/{session}/mask.geojson").status_code == 200
        assert [each["id"] for each in client.get("sessions").json()] == [session]
        return session, client.get(f"sessions/{session}").json(), whole(client, session)[..., 3] == 255


def replayed(slides, number: int) -> np.ndarray:
    with (
        open_slide(slides / "case.tif") as slide,
        Session(slide, predictors=load_predictors("tiny")) as session,
    ):
        for each in clicks_of(number):
            session.click(**each)
        return session.mask(Box(0, 0, WIDTH, HEIGHT), mpp=0.25)


def test_twenty_users_at_once_find_their_own_work_and_no_error(slides, tmp_path):
    with (
        serving(slides, "--sessions", tmp_path, "--user-header", "X-User") as server,
        ThreadPoolExecutor(USERS) as pool,
    ):
        found = list(pool.map(lambda number: work(server, number), range(USERS)))
        code, said = server.end()
    assert code == 130
    assert not any(word in said for word in ("Traceback", "ERROR", "WARNING")), said
    assert len({session for session, _, _ in found}) == USERS
    for number, (_, info, _) in enumerate(found):
        made = [(each["op_id"], each["x"], each["y"], each["author"]) for each in info["events"]]
        expected = [(each["op_id"], each["x"], each["y"], f"user-{number}") for each in clicks_of(number)]
        assert made == expected
    for number in REPLAYED:
        assert np.array_equal(found[number][2], replayed(slides, number))

"""What was answered is there after the server was killed, and one folder has one server."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx
import numpy as np
import pytest

from zoomiseg.geometry import Box
from zoomiseg.predict import load_predictors
from zoomiseg.session import Session
from zoomiseg.slide import open_slide

from .kept import ScriptedUser
from .program import HEIGHT, WIDTH, click, new_session, serving
from .test_sessions import whole

KILLS = int(os.environ.get("ZOOMISEG_SERVER_KILLS", "3"))


def test_every_answered_operation_is_there_after_kills_at_random_instants(slides, tmp_path):
    chance, user = random.Random(7), None
    for _ in range(KILLS):
        with serving(slides, "--sessions", tmp_path) as server:
            with server.client() as client:
                user = user or ScriptedUser(new_session(client), seed=3)
                _require_all(client, user)
            clicking = threading.Thread(target=user.work, args=(server,))
            clicking.start()
            _wait_for_more(user, than=len(user.acknowledged))
            time.sleep(chance.uniform(0, 0.3))
            server.kill()
            clicking.join()
    assert user is not None
    assert len(user.acknowledged) >= KILLS
    with serving(slides, "--sessions", tmp_path) as server, server.client() as client:
        _require_all(client, user)
        shown = whole(client, user.session)[..., 3] == 255
    _require_logged(user, tmp_path)
    assert np.array_equal(shown, _replayed(slides, tmp_path))


def _wait_for_more(user: ScriptedUser, *, than: int) -> None:
    deadline = time.monotonic() + 60
    while len(user.acknowledged) <= than and time.monotonic() < deadline:
        time.sleep(0.01)


def _require_all(client: httpx.Client, user: ScriptedUser) -> None:
    """Nothing that was answered is lost; of one more the answer may have been cut off."""
    state = client.get(f"sessions/{user.session}")
    assert state.status_code == 200, state.text
    newest = user.acknowledged[-1][1] if user.acknowledged else 0
    assert newest <= state.json()["revision"] <= newest + 1
    assert state.json()["notices"] == []


def _require_logged(user: ScriptedUser, sessions: Path) -> None:
    """Every acknowledged operation stands in the log, under the number that it was answered with."""
    (folder,) = sessions.glob("case-*.zoomiseg")
    with closing(sqlite3.connect(folder / "events.sqlite")) as database:
        rows = set(database.execute("SELECT op_id, n FROM events"))
    assert rows >= set(user.acknowledged)


def _replayed(slides: Path, sessions: Path) -> np.ndarray:
    """The mask that the log makes with an empty cache."""
    (folder,) = sessions.glob("*.zoomiseg")
    copy = shutil.copytree(folder, sessions / "copy", ignore=shutil.ignore_patterns("cache"))
    with (
        open_slide(slides / "case.tif") as slide,
        Session(slide, folder=copy, predictors=load_predictors("tiny")) as session,
    ):
        return session.mask(Box(0, 0, WIDTH, HEIGHT), mpp=0.25)


def test_a_retry_after_a_restart_is_the_same_click_with_author_and_time(slides, tmp_path):
    with serving(slides, "--sessions", tmp_path) as server, server.client() as client:
        session = new_session(client)
        first = click(client, session, "a1").json()
        code, said = server.end()
    assert (code, "Traceback" in said) == (130, False)
    with serving(slides, "--sessions", tmp_path) as server, server.client() as client:
        assert click(client, session, "a1").json()["revision"] == first["revision"]
        (event,) = client.get(f"sessions/{session}").json()["events"]
        assert (event["op_id"], event["author"]) == ("a1", "local")
        assert [each["id"] for each in client.get("sessions").json()] == [session]
        _require_refusal(slides, tmp_path)
    (folder,) = tmp_path.glob("case-*.zoomiseg")
    with closing(sqlite3.connect(folder / "events.sqlite")) as database:
        assert database.execute("SELECT op_id, author FROM events").fetchall() == [("a1", "local")]


def _require_refusal(slides: Path, sessions: Path) -> None:
    refused = pytest.raises(AssertionError, match="Another server has the sessions in")
    with refused, serving(slides, "--sessions", sessions):
        pass

"""What was answered is there after the server was killed, and one folder has one server."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from zoomiseg.geometry import Box
from zoomiseg.predict import load_predictors
from zoomiseg.session import Session
from zoomiseg.slide import open_slide

from .forked import nursery
from .kept import ScriptedUser
from .program import HEIGHT, WIDTH, click, new_session, serving
from .test_sessions import whole

KILLS = int(os.environ.get("ZOOMISEG_SERVER_KILLS", "3"))
# What is special about a database shows after fewer.
KILLS_WITH_DATABASE = max(2, KILLS // 10)
TIMEOUT = 600 + 10 * KILLS


@dataclass(frozen=True)
class Kept:
    """Where a server keeps what is clicked.

    Args:
        folder: Its sessions.
        database: The URL of the database that keeps their logs; None for files.
    """

    folder: Path
    database: str | None

    @property
    def arguments(self) -> tuple[str | Path, ...]:
        database = ("--database", self.database) if self.database else ()
        return ("--sessions", self.folder, *database)

    @property
    def session(self) -> Path:
        (folder,) = self.folder.glob("case-*.zoomiseg")
        return folder

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        """Some columns of all events, as another program reads them."""
        if self.database is None:
            with closing(sqlite3.connect(self.session / "events.sqlite")) as file:
                return file.execute(f"SELECT {columns} FROM events").fetchall()
        import psycopg

        with psycopg.connect(self.database) as database:
            return database.execute(f"SELECT {columns} FROM zoomiseg_events").fetchall()


@pytest.fixture(params=["files", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    database = request.getfixturevalue("postgres") if request.param == "postgres" else None
    return Kept(tmp_path, database)


@pytest.mark.timeout(TIMEOUT)
def test_every_answered_operation_is_there_after_kills_at_random_instants(slides, kept):
    chance, user = random.Random(7), None
    kills = KILLS_WITH_DATABASE if kept.database else KILLS
    with nursery() as servers:
        for _ in range(kills):
            with servers.serving(slides, *kept.arguments) as server:
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
    assert len(user.acknowledged) >= kills
    with (
        serving(slides, *kept.arguments, "--engine", "torch") as last,
        last.client() as client,
    ):
        _require_all(client, user)
        shown = whole(client, user.session)[..., 3] == 255
    # Every acknowledged operation stands in the log, under the number that it was answered with.
    assert set(kept.rows("op_id, n")) >= set(user.acknowledged)
    assert np.array_equal(shown, _replayed(slides, kept))


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


def _replayed(slides: Path, kept: Kept) -> np.ndarray:
    """The mask that the log makes with an empty cache."""
    copy = shutil.copytree(kept.session, kept.folder / "copy", ignore=shutil.ignore_patterns("cache"))
    with (
        open_slide(slides / "case.tif") as slide,
        Session(
            slide, folder=copy, database=kept.database, predictors=load_predictors("tiny", engine="torch")
        ) as session,
    ):
        return session.mask(Box(0, 0, WIDTH, HEIGHT), mpp=0.25)


def test_a_retry_after_a_restart_is_the_same_click_with_author_and_time(slides, kept):
    with serving(slides, *kept.arguments) as server, server.client() as client:
        session = new_session(client)
        first = click(client, session, "a1").json()
        code, said = server.end()
    assert (code, "Traceback" in said) == (130, False)
    with serving(slides, *kept.arguments) as server, server.client() as client:
        assert click(client, session, "a1").json()["revision"] == first["revision"]
        (event,) = client.get(f"sessions/{session}").json()["events"]
        assert (event["op_id"], event["author"]) == ("a1", "local")
        assert [each["id"] for each in client.get("sessions").json()] == [session]
        assert client.get("sessions").json()[0]["changed"]
        _require_refusal(slides, kept.folder)
    assert kept.rows("op_id, author") == [("a1", "local")]


def _require_refusal(slides: Path, sessions: Path) -> None:
    refused = pytest.raises(AssertionError, match="Another server has the sessions in")
    with refused, serving(slides, "--sessions", sessions):
        pass


def test_after_a_loss_no_tag_names_another_mask_than_before(slides, tmp_path):
    def tag_of_first_click(x: int) -> str:
        with serving(slides, "--sessions", tmp_path) as server, server.client() as client:
            known = client.get("sessions").json()
            session = known[0]["id"] if known else new_session(client)
            assert click(client, session, f"at-{x}", x=x).json()["revision"] == 1
            tag = client.get(f"sessions/{session}/tiles/9/0_0.png").headers["etag"]
            server.kill()
            return tag

    before = tag_of_first_click(100)
    folder = Kept(tmp_path, None).session
    (folder / "events.jsonl").unlink()
    with closing(sqlite3.connect(folder / "events.sqlite")) as file:
        file.execute("DELETE FROM events")
        file.commit()
    assert tag_of_first_click(500) != before


def test_what_is_kept_for_ever_is_not_asked_for_by_the_same_name_after_a_restart(slides, tmp_path):
    """Another engine, upgraded weights or a repaired log may show another mask at the same revision."""
    tile = "sessions/{}/tiles/10/0_0.png"
    with serving(slides, "--sessions", tmp_path) as server, server.client() as client:
        session = new_session(client)
        click(client, session, "a1")
        before = {"v": 1, "m": client.get(f"sessions/{session}").json()["mask_id"]}
        kept = client.get(tile.format(session), params=before)
        server.end()
    assert "immutable" in kept.headers["cache-control"]
    with (
        serving(slides, "--sessions", tmp_path, "--engine", "torch") as server,
        server.client() as client,
    ):
        state = client.get(f"sessions/{session}").json()
        assert state["revision"] == 1
        assert state["mask_id"] != before["m"]
        old = client.get(tile.format(session), params=before)
        assert old.headers["cache-control"] == "private, no-cache"
        assert old.headers["etag"] != kept.headers["etag"]
        new = client.get(tile.format(session), params={"v": 1, "m": state["mask_id"]})
        assert "immutable" in new.headers["cache-control"]

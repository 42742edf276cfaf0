"""A session is its owner's alone, whatever route is tried; who does not say who he is gets nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from zoomiseg.errors import OutputError
from zoomiseg.server import ServerSettings, create_app, local_user, users_of_file
from zoomiseg.server._users import local_user_with_token

from .program import Server, click, new_session, sentence, serving

BODIES = {
    "clicks": {"x": 10, "y": 10, "label": 1, "op_id": "b"},
    "zoom": {"x": 10, "y": 10, "op_id": "b"},
    "settle": {"x": 10, "y": 10, "width": 50, "height": 50, "op_id": "b"},
    "unsettle": {"of": "a1", "op_id": "b"},
    "undo": {"op_id": "b"},
    "redo": {"op_id": "b"},
    "view": {"x": 10, "y": 10},
    "scribbles": {"points": [[10, 10]], "label": 1, "op_id": "b"},
    "boxes": {"x": 10, "y": 10, "width": 50, "height": 50, "op_id": "b"},
    "strokes": {"points": [[10, 10]], "width_um": 20, "op_id": "b"},
    "polygons": {"rings": [[[10, 10], [90, 10], [10, 90]]], "op_id": "b"},
    "locks": {"x": 10, "y": 10, "width": 50, "height": 50, "op_id": "b"},
    "unlock": {"of": "a1", "op_id": "b"},
}


def session_routes(app: Any) -> list[tuple[str, str]]:
    """Every (method, path) of the app that names a session."""
    paths = app.openapi()["paths"]
    found = [
        (method, path) for path, methods in paths.items() if "{session_id}" in path for method in methods
    ]
    assert len(found) >= 21
    return found


@pytest.fixture(scope="module")
def behind_proxy(slides: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    sessions = tmp_path_factory.mktemp("sessions")
    with serving(slides, "--sessions", sessions, "--user-header", "X-User") as server:
        yield server


def test_a_second_user_cannot_read_or_change_a_session_by_any_route(behind_proxy, slides):
    app = create_app(ServerSettings(slides=slides), local_user())
    with (
        behind_proxy.client(**{"X-User": "anna"}) as anna,
        behind_proxy.client(**{"X-User": "bela"}) as bela,
        behind_proxy.client() as nobody,
    ):
        session = new_session(anna)
        click(anna, session, "a1")
        before = anna.get(f"sessions/{session}").json()
        assert before["events"][0]["author"] == "anna"
        for method, path in session_routes(app):
            _require_closed(bela, 404, method, path, session)
            _require_closed(nobody, 401, method, path, session)
        assert bela.get("sessions").json() == []
        assert all(slide["sessions"] == [] for slide in bela.get("slides").json())
        assert anna.get(f"sessions/{session}").json() == before


def _require_closed(client: httpx.Client, status: int, method: str, path: str, session: str) -> None:
    address = path.removeprefix("/api/v1/").format(session_id=session, level=0, x=0, y=0, click_id="a1")
    body = BODIES.get(path.rsplit("/", 1)[-1]) if method == "post" else None
    answer = client.request(method.upper(), address, json=body)
    assert answer.status_code == status, (method, path, answer.text)
    assert sentence(answer)


def test_nothing_but_the_viewer_itself_is_shown_to_nobody(behind_proxy, slides):
    app = create_app(ServerSettings(slides=slides), local_user())
    with behind_proxy.client() as nobody:
        for path, methods in app.openapi()["paths"].items():
            address = path.removeprefix("/api/v1/").format_map(_Anything())
            for method in methods:
                body = {"slide": "x"} if path.endswith("/sessions") else BODIES.get(path.rsplit("/", 1)[-1])
                answer = nobody.request(method.upper(), address, json=body if method == "post" else None)
                assert answer.status_code == 401, (method, path, answer.text)


class _Anything(dict):
    def __missing__(self, key: str) -> str:
        return {"form": "jpg"}.get(key, "0")


def test_a_file_of_users_gives_links_once_and_keeps_only_checksums(slides, tmp_path):
    file = tmp_path / "users.txt"
    file.write_text("# pathologists\nanna\nbela\n", "utf-8")
    arguments = ("--sessions", tmp_path / "sessions", "--users", file)
    with serving(slides, *arguments) as server:
        _, said = server.end()
    links = {line.split()[2].rstrip(","): line.split()[-1] for line in said.splitlines() if "Link" in line}
    assert set(links) == {"anna", "bela"}
    token = links["anna"].partition("token=")[2]
    kept = file.read_text("utf-8")
    assert kept.startswith("# pathologists\nanna:")
    assert token not in kept
    with serving(slides, *arguments) as server:
        with server.client(Authorization=f"Bearer {token}") as anna:
            assert anna.get("config").json()["user"] == "anna"
        with server.client(Authorization="Bearer wrong") as nobody:
            assert nobody.get("config").status_code == 401
        with server.client() as browser:
            signed_in = browser.get(f"{server.origin}/", params={"token": token})
            assert signed_in.headers["location"] == "/"
            cookie = signed_in.headers["set-cookie"].lower()
            assert all(word in cookie for word in ("httponly", "samesite=strict"))
            assert browser.get("config").json()["user"] == "anna"
        assert "Link" not in server.end()[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no user"),
        ("anna\nanna\n", "names the user 'anna' twice"),
        ("anna:short\n", "has a line that is no user: 'anna:short'"),
    ],
)
def test_a_file_that_names_nobody_rightly_is_refused(tmp_path, text, message):
    file = tmp_path / "users.txt"
    file.write_text(text, "utf-8")
    with pytest.raises(OutputError, match=message):
        users_of_file(file)


def test_an_open_address_has_one_secret_that_stays_and_that_only_its_owner_can_read(tmp_path):
    first, again = local_user_with_token(tmp_path), local_user_with_token(tmp_path)
    assert first.links == again.links
    assert first.are_told_apart
    assert (tmp_path / ".server.token").stat().st_mode & 0o077 == 0

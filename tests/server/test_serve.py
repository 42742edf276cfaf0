"""The verb: what it prints, and the sentence it ends with where it cannot serve."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time

import pytest

from .program import new_session, program, serving


def refused(*arguments) -> str:
    """What the verb says when it does not start."""
    run = subprocess.run(
        program("serve", *arguments), capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 1, run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""
    return run.stderr.strip()


def test_the_first_line_is_the_address_as_json_where_that_is_asked_for(slides, tmp_path):
    with serving(slides, "--sessions", tmp_path, "--json") as server:
        assert json.loads(server.url)["url"].startswith("http://127.0.0.1:")
        code, said = server.end()
        assert (code, "every click that was answered is saved" in said) == (130, True)


def test_the_address_is_opened_in_the_browser_only_where_that_is_asked_for_or_somebody_watches(
    slides, tmp_path, monkeypatch
):
    opened, browser = tmp_path / "opened", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {opened}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    monkeypatch.setenv("DISPLAY", ":9")
    with serving(slides, "--sessions", tmp_path / "quiet") as server, server.client() as client:
        client.get("config")
    with serving(slides, "--sessions", tmp_path / "loud", "--open") as server:
        while not opened.exists():
            time.sleep(0.05)
        assert opened.read_text() == f"{server.url}\n"


def test_an_end_does_not_wait_for_those_who_listen(slides, tmp_path):
    with serving(slides, "--sessions", tmp_path) as server, server.client() as client:
        session = new_session(client)
        with client.stream("GET", f"sessions/{session}/events") as stream:
            lines = stream.iter_lines()
            assert next(lines) == "retry: 1000"
            code, said = server.end()
            assert list(lines) == [""]
    # One that had to be cut off would be complained of.
    assert (code, "ERROR" in said) == (130, False)


def test_sessions_that_cannot_be_kept_are_refused_with_the_option_that_helps(slides, tmp_path):
    if os.geteuid() == 0:
        blocked = tmp_path / "file"
        blocked.write_text("no folder", "utf-8")
        place = blocked / "sessions"
    else:
        place = tmp_path / "closed" / "sessions"
        place.parent.mkdir(mode=0o500)
    said = refused(slides, "--sessions", place)
    assert said.startswith(f"Sessions cannot be kept in {place}")
    assert said.endswith("Name a folder that can be written with --sessions.")


def test_a_folder_that_is_not_there_and_a_port_that_is_taken_are_named(slides, tmp_path):
    assert refused(tmp_path / "none").startswith("There is no folder")
    assert not (tmp_path / "none").exists()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(slides, "--sessions", tmp_path, "--port", str(port))
    assert said.startswith(f"The address 127.0.0.1:{port} cannot be used")


def test_without_the_option_sessions_are_kept_beside_the_slides(slides):
    with serving(slides) as server, server.client() as client:
        assert client.get("sessions").json() == []
    assert (slides / "zoomiseg-sessions" / ".server.lock").exists()


def test_the_viewer_is_served_where_it_is_and_the_api_without_it(client, server):
    import zoomiseg.server as room

    static = room.ServerSettings(slides=None).static
    expected = 200 if (static / "index.html").exists() else 404
    assert client.get(f"{server.origin}/").status_code == expected
    assert client.get("openapi.json").json()["openapi"].startswith("3.")


@pytest.mark.parametrize("path", ["/../../pyproject.toml", "/%2e%2e/_app.py", "/..%2f_app.py"])
def test_no_file_beside_the_viewer_is_served(client, server, path):
    assert client.get(f"{server.origin}{path}").status_code == 404


def test_no_network_is_loaded_before_the_address_answers():
    """They take seconds; they are loaded while the first tiles are looked at."""
    heavy = "torch openvino zarr lightning scipy"
    code = f"import sys, zoomiseg.server; print(*set({heavy.split()!r}) & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "\n"
    )


def test_a_first_start_waits_until_a_click_need_not_and_says_so(slides, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    said = []
    for _ in range(2):
        with serving(slides, "--sessions", tmp_path / "sessions") as server:
            assert list((tmp_path / "cache" / "zoomiseg" / "openvino").glob("*.ir"))
            said.append(server.end()[1])
    assert ["only a first start waits" in each for each in said] == [True, False]


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "mysql://host/name",
            "The database's address is none of PostgreSQL. It looks like postgresql://host/name.",
        ),
        ("postgresql://me:secret@127.0.0.1:1/none", "The database cannot be used (connection failed"),
    ],
)
def test_a_database_that_cannot_be_used_ends_it_before_anything_is_made(slides, tmp_path, url, sentence):
    said = refused(slides, "--sessions", tmp_path / "sessions", "--database", url)
    assert sentence in said
    assert "secret" not in said
    assert not (tmp_path / "sessions").exists()

"""The first click after a program has just been started, as a user of the viewer makes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from zoomiseg.geometry import Click

from ._clock import Times

_WAIT_S = 2.0
_TILE_LEVEL = 12
# Of 9216 pixels the whole pyramid's top is level 14; 2 µm are three steps below.
_LOW_LEVEL = 11
_HEADERS = {"Content-Type": "application/json", "X-User": "bench"}


@dataclass(frozen=True, slots=True)
class _Served:
    url: str

    def ask(self, way: str, body: dict[str, Any] | None = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}api/v1/{way}", data, _HEADERS)
        with urlopen(request, timeout=300) as answer:
            content: bytes = answer.read()
        return content

    def asked(self, way: str, body: dict[str, Any] | None = None) -> Any:
        return json.loads(self.ask(way, body))


def time_fresh_program(
    times: Times, name: str, slide: Path, clicks: list[Click], *, cache: Path, sessions: Path, engine: str
) -> None:
    """Start a server, open a slide, look at it, wait two seconds, and click; then go on clicking.

    Adds "NAME start", from the command to the address, and "NAME first" and "NAME later", from sending a
    click to having the mask tile around it.

    Args:
        times: Where to.
        name: What to call it.
        slide: The only slide in its folder.
        clicks: On one low patch.
        cache: The user's cache folder, empty or full.
        sessions: Where the server keeps its session.
        engine: What runs the networks.
    """
    command = [sys.executable, "-c", "from zoomiseg.cli import main; main()", "serve", str(slide.parent)]
    command += ["--port", "0", "--sessions", str(sessions), "--user-header", "X-User", "--engine", engine]
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    before = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            served = _Served(process.stdout.readline().strip())
            times.add(f"{name} start", time.perf_counter() - before)
            _click_all(times, name, served, clicks)
        finally:
            process.terminate()


def _click_all(times: Times, name: str, served: _Served, clicks: list[Click]) -> None:
    (slide,) = served.asked("slides")
    session = f"sessions/{served.asked('sessions', {'slide': slide['id']})['id']}"
    opened = time.perf_counter()
    served.ask(f"slides/{slide['id']}/tiles/{_TILE_LEVEL}/0_0.jpg")
    served.ask(f"{session}/view", {"x": clicks[0].x, "y": clicks[0].y, "scale": "low"})
    time.sleep(max(0.0, opened + _WAIT_S - time.perf_counter()))
    for number, click in enumerate(clicks):
        before = time.perf_counter()
        made = {"x": click.x, "y": click.y, "label": click.label, "scale": "low", "op_id": f"click-{number}"}
        served.ask(f"{session}/clicks", made)
        # The tile of 256 pixels at the low scale, where the click lies.
        column, row = (int(each) >> 11 for each in click.slide_xy)
        served.ask(f"{session}/tiles/{_LOW_LEVEL}/{column}_{row}.png")
        times.add(f"{name} {'later' if number else 'first'}", time.perf_counter() - before)

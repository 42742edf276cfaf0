"""What the tests of the server share: a server as a process of its own, and clients of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

WIDTH, HEIGHT = 601, 481


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        url: As it was printed, with the secret if there is one.
        process: The program.
    """

    url: str
    process: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=f"{self.origin}/api/v1/", timeout=120, headers=headers)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> tuple[int, str]:
        """Ask it to end; return how it did, and what it said. To stdout goes nothing but its address."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=180)
        assert out == ""
        return self.process.returncode, err


def program(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", "from zoomiseg.cli import main; main()", *map(str, arguments)]


@contextmanager
def serving(slides: Path, *arguments: str | Path) -> Iterator[Server]:
    """Start a server on a free port, and end it at the latest with the block."""
    command = program("serve", slides, "--port", "0", "--weights", "tiny", *arguments)
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background of a shell would hand down that SIGINT is ignored.
        preexec_fn=_hear_ctrl_c,  # noqa: PLW1509
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise AssertionError(process.communicate()[1])
        yield Server(url, process)
    finally:
        process.kill()
        process.communicate()


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def tissue(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """Pink with dark nests, without sharp edges, (H, W, 3) uint8."""
    y, x = np.mgrid[:height, :width]
    nests = 0.5 + 0.5 * np.sin(x / 61) * np.cos(y / 47)
    return np.stack([225 - 110 * nests, 160 - 110 * nests, 200 - 60 * nests], axis=2).astype(np.uint8)


def slide_named(client: httpx.Client, name: str) -> dict[str, Any]:
    return next(slide for slide in client.get("slides").json() if slide["name"] == name)


def new_session(client: httpx.Client, name: str = "case.tif", **wishes: Any) -> str:
    answer = client.post("sessions", json={"slide": slide_named(client, name)["id"], **wishes})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def click(client: httpx.Client, session: str, op_id: str, **changes: Any) -> httpx.Response:
    body = {"x": 200.5, "y": 150.25, "label": 1, "scale": "low", "op_id": op_id} | changes
    return client.post(f"sessions/{session}/clicks", json=body)


def sentence(answer: httpx.Response) -> str:
    """The user's sentence of a problem, which has the shape that was promised."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "code", "hint"}
    assert problem["status"] == answer.status_code
    assert "Traceback" not in problem["detail"]
    return problem["detail"]

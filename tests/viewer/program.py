"""The real program on a folder of real slides, which can be killed and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

_START_SECONDS = 120


class Program:
    """`zoomiseg serve` at an address that stays the same when it is started again.

    Args:
        slides: The folder.
        sessions: Where it keeps sessions.
        options: More options of the verb.
    """

    def __init__(self, slides: Path, sessions: Path, *options: str) -> None:
        self._command = [
            *(sys.executable, "-c", "from zoomiseg.cli import main; main()", "serve", str(slides)),
            *("--sessions", str(sessions), *options),
        ]
        self._port = _free_port()
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [*self._command, "--port", str(self._port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("http"), "the server did not start"

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is None:
            return
        self._process.kill()
        self._process.communicate(timeout=_START_SECONDS)
        self._process = None


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port

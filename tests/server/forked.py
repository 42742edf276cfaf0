"""Servers forked from a process that has imported everything, so that hundreds can be started and killed.

Run as a program, it reads the arguments of each server as a line of JSON, and says when it has ended.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ENDED = "ended"
IMPORTED = ("openvino", "psycopg", "torch", "zarr", "zoomiseg.predict", "zoomiseg.server")


@dataclass(frozen=True)
class ForkedServer:
    """A running server; it may be killed in any way.

    Args:
        url: As it was printed.
        pid: Its own process.
    """

    url: str
    pid: int

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}api/v1/", timeout=120)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


class Nursery:
    """The process that servers are forked from."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @contextmanager
    def serving(self, slides: Path, *arguments: str | Path) -> Iterator[ForkedServer]:
        """Start a server on a free port, which the block has to kill."""
        assert self._process.stdin is not None
        command = ["serve", slides, "--port", "0", "--weights", "tiny", "--engine", "torch", *arguments]
        self._process.stdin.write(json.dumps([*map(str, command)]) + "\n")
        self._process.stdin.flush()
        said = {line[:4]: line for line in (self._line(), self._line())}
        yield ForkedServer(said["http"], int(said["pid "][4:]))
        assert self._line() == ENDED

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Lend the process."""
    command = [sys.executable, __file__]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    ) as process:
        yield Nursery(process)


def _fork_servers() -> None:
    from importlib import import_module

    from zoomiseg.cli import main

    for name in IMPORTED:
        import_module(name)
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            sys.argv = ["zoomiseg", *json.loads(line)]
            main()
            os._exit(0)
        _say(f"pid {pid}")
        os.waitpid(pid, 0)
        _say(ENDED)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _fork_servers()

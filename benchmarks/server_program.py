"""A server as a process of its own, for the measurements of this folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx


@dataclass(frozen=True)
class Server:
    """A running server that takes a header's word for who asks."""

    url: str
    process: subprocess.Popen[str]

    def client(self, user: str) -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}api/v1/", headers={"X-User": user}, timeout=300)


@contextmanager
def serving(
    slides: Path, *arguments: str | Path, code: str = "from zoomiseg.cli import main"
) -> Iterator[Server]:
    """Start it on a free port, and end it with the block.

    Args:
        slides: The folder.
        arguments: More for the command line.
        code: What it runs first; defines `main`.
    """
    command = [sys.executable, "-c", f"{code}; main()", "serve", slides, "--port", "0", *arguments]
    with subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(process.stdout.readline().strip(), process)
        finally:
            process.kill()

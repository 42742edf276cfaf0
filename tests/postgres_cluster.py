"""A real PostgreSQL server in a folder of its own, as an unprivileged user; it flushes as a real one does."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_UNPRIVILEGED = ("postgres", "nobody")


class Cluster:
    """A server that is reached by a socket in its folder.

    Args:
        programs: The folder of `initdb` and `pg_ctl`.
        folder: Empty; the server's user may write in it.
        user: Who runs it; None is who runs the tests.
    """

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs = programs
        self._folder = folder
        self._user = user
        self._databases = 0
        self._run("initdb", "-A", "trust", "-U", "zoomiseg", "-E", "UTF8", "--no-locale")
        self.start()

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        self._databases += 1
        name = f"case{self._databases}"
        self.execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def execute(self, statement: str, *values: Any, url: str | None = None) -> list[tuple[Any, ...]]:
        """Do a statement as another program would, and return its rows."""
        import psycopg

        with psycopg.connect(url or self._url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self._folder}' -c fsync=on"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def crash(self) -> None:
        """End it at once, as a power cut would: nothing is written any more."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _url(self, name: str) -> str:
        return f"postgresql://zoomiseg@/{name}?host={self._folder}"

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._programs / name), "-D", str(self._folder / "data"), *arguments]
        user = {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid} if self._user else {}
        # Into a file: the server that pg_ctl starts keeps its outputs for ever.
        with (self._folder / "said").open("w") as said:
            done = subprocess.run(
                command,
                cwd="/",
                stdout=said,
                stderr=said,
                check=False,
                extra_groups=[] if user else None,
                **user,
            )
        assert done.returncode == 0, (self._folder / "said").read_text()


def _programs() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in installed), key=lambda path: int(path.parts[-2]), default=None)


def _unprivileged() -> str | None:
    """Whom to be instead of root, for whom PostgreSQL does not work."""
    if os.geteuid():
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL, started once for all tests that want it."""
    pytest.importorskip("psycopg", reason="PostgreSQL needs the package psycopg")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's server is not installed: apt-get install postgresql")
    user = _unprivileged()
    # Not below pytest's own folder, into which no other user can look; a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix="zoomiseg-pg-", dir="/tmp") as name:
        folder = Path(name)
        if user:
            shutil.chown(folder, user)
        cluster = Cluster(programs, folder, user)
        yield cluster
        cluster.crash()


@pytest.fixture
def postgres(cluster: Cluster) -> str:
    """The URL of a database of the test's own."""
    return cluster.new_database()

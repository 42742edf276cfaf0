"""One server for one folder of sessions."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import TracebackType

from zoomiseg.errors import OutputError, SessionError

LOCK_NAME = ".server.lock"


class FolderLock:
    """Holds a folder until it is closed or the process ends, however that ends.

    The lock is SQLite's own, which every system that keeps our event logs has to honour anyway.

    Args:
        folder: The sessions' folder; made if it is not there.
    Raises:
        OutputError: Nothing can be written there.
        SessionError: Another server has it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(folder / LOCK_NAME, isolation_level=None, timeout=0)
            try:
                self._connection.execute("BEGIN EXCLUSIVE")
                # Only a page that is written proves that the disk takes one.
                self._connection.execute("PRAGMA user_version = 1")
            except BaseException:
                self._connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise _refused(folder, error) from error

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _refused(folder: Path, error: Exception) -> OutputError | SessionError:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
        return SessionError(
            f"Another server has the sessions in {folder}.",
            hint="Use that one, end it, or name another folder with --sessions.",
        )
    return OutputError(
        f"Sessions cannot be kept in {folder} ({getattr(error, 'strerror', None) or error}).",
        hint="Name a folder that can be written with --sessions.",
    )

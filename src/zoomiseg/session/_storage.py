"""Where the rows of an event log are kept: what SQLite's file and PostgreSQL have in common."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from . import _database
from ._damage import keep_copy
from ._database import Values
from ._evidence import Evidence


class StorageError(Exception):
    """The storage failed; what stood in it stands there still."""


class RowTaken(StorageError):
    """A row of this number or operation id is there already."""


class StorageBusy(StorageError):
    """Another program has it."""


class Storage(Protocol):
    """Keeps the header and the rows of one session; each method may raise a StorageError or an OSError."""

    def exists(self) -> bool:
        """Say whether anything is kept there."""
        ...

    def read(self) -> Evidence:
        """Return what is kept, unjudged."""
        ...

    def open(self) -> None:
        """Make ready to append."""
        ...

    def append(self, values: Values) -> None:
        """Add a row; when this returns, it is on disk.

        Raises:
            RowTaken: Its number or its id is there already.
        """
        ...

    def rows_after(self, n: int) -> list[tuple[object, ...]]:
        """Return the columns of all rows with a number above `n`, in order."""
        ...

    def write_anew(self, header: str, rows: Iterable[Values]) -> None:
        """Put these in place of all that is kept, or leave that as it is."""
        ...

    def keep_damaged(self) -> str:
        """Lay a copy of all that is kept aside, and say where in a sentence."""
        ...

    def close(self) -> None: ...


class SqliteStorage:
    """A SQLite file in the session's folder.

    Args:
        path: The file.
        connection: An open one, for a database that has no file.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection | None = None) -> None:
        self.connection = connection
        self._path = path

    def exists(self) -> bool:
        return self._path.exists()

    def read(self) -> Evidence:
        try:
            return _database.read(self._path)
        except sqlite3.OperationalError as error:
            raise StorageError(str(error)) from error

    def open(self) -> None:
        try:
            self.connection = _database.connect(self._path)
        except sqlite3.Error as error:
            kind = StorageBusy if _database.is_busy(error) else StorageError
            raise kind(str(error)) from error

    def append(self, values: Values) -> None:
        assert self.connection is not None, "rows are appended once it is open"
        try:
            _database.insert(self.connection, values)
        except sqlite3.IntegrityError as error:
            raise RowTaken(str(error)) from error
        except sqlite3.Error as error:
            raise StorageError(str(error)) from error

    def rows_after(self, n: int) -> list[tuple[object, ...]]:
        assert self.connection is not None, "others are asked after once it is open"
        try:
            return _database.select_after(self.connection, n)
        except sqlite3.Error as error:
            raise StorageError(str(error)) from error

    def write_anew(self, header: str, rows: Iterable[Values]) -> None:
        try:
            _database.write_anew(self._path, header, rows)
        except sqlite3.Error as error:
            raise StorageError(str(error)) from error

    def keep_damaged(self) -> str:
        return f"The damaged file is kept as {keep_copy(self._path).name}."

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()


def storage_in_memory(header: str) -> SqliteStorage:
    """Return a storage that lives until it is closed."""
    return SqliteStorage(Path(), _database.connect_in_memory(header))

"""The event log's SQLite file: how it is made, opened, and read when it is damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from zoomiseg.durable import flush_folder

from ._evidence import Evidence, row_from

# With a checkpoint after every commit, the main file holds all but the event being written.
_SETTINGS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=1")
_SCHEMA = """
CREATE TABLE header (text TEXT NOT NULL);
CREATE TABLE events (
    n INTEGER PRIMARY KEY, op_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload TEXT NOT NULL,
    class TEXT NOT NULL, author TEXT NOT NULL, time TEXT NOT NULL, revision INTEGER NOT NULL,
    checksum TEXT NOT NULL
);
"""
_COLUMNS = "n, op_id, kind, payload, class, author, time, revision, checksum"
_INSERT = f"INSERT INTO events ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SELECT = f"SELECT {_COLUMNS} FROM events NOT INDEXED WHERE n > ? ORDER BY n"
_BUSY_SECONDS = 10.0
_SIDE_FILES = ("-wal", "-shm")
_HEADER_BYTES = 100
_LARGEST_LOG = 1 << 32
_NO_DAMAGE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
)

Values = tuple[int | str, ...]


def connect(path: Path) -> sqlite3.Connection:
    """Open the database for writing, with every commit flushed to disk.

    Raises:
        sqlite3.Error: It is damaged, locked, or cannot be written.
    """
    connection = _open(f"{path.absolute().as_uri()}?mode=rw")
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
        # A file that can only be read shows it here rather than at the first click.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_in_memory(header: str) -> sqlite3.Connection:
    """Return a database that lives as long as its connection."""
    connection = _open("file:?mode=memory")
    _fill(connection, header, ())
    return connection


def insert(connection: sqlite3.Connection, values: Values) -> None:
    """Append a row; when this returns, it is on disk.

    Raises:
        sqlite3.IntegrityError: Its number or its id is taken.
        sqlite3.Error: It cannot be written; the database is as before.
    """
    connection.execute(_INSERT, values)


def select_after(connection: sqlite3.Connection, n: int) -> list[tuple[object, ...]]:
    """Return the columns of all rows with a number above `n`, in order."""
    return connection.execute(_SELECT, (n,)).fetchall()


def write_anew(path: Path, header: str, rows: Iterable[Values]) -> None:
    """Put a database with these rows in place of what stands at `path`, or leave that as it is.

    Raises:
        sqlite3.Error: It cannot be written.
        OSError: Likewise.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    try:
        with closing(_open(f"{beside.absolute().as_uri()}?mode=rwc")) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            _fill(connection, header, rows)
        # A log that belongs to the old file would be played into the new one.
        for ending in _SIDE_FILES:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    flush_folder(path.parent)


def read(path: Path) -> Evidence:
    """Return what the file says, as far as it can be read.

    Raises:
        sqlite3.OperationalError: It is locked, or the disk fails; that is no damage.
    """
    evidence = Evidence()
    if not path.exists() or not path.stat().st_size:
        evidence.complain("it is missing or empty")
        return evidence
    _collect(path, evidence)
    if evidence.complaints:
        _salvage(path, evidence)
    return evidence


def is_read_only(error: sqlite3.Error, path: Path) -> bool:
    """Say whether SQLite failed because nothing may be written there.

    SQLite also calls a file read-only whose header asks for an unknown version: that is damage.
    """
    code = _code(error)
    if code not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return False
    return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def is_busy(error: sqlite3.Error) -> bool:
    """Say whether another program holds the file."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether SQLite failed because of what stands in the file."""
    return _code(error) not in _NO_DAMAGE


def _code(error: sqlite3.Error) -> int:
    # Errors of Python's own layer, such as text that is not UTF-8, have no code: they are damage.
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)) & 0xFF


def _open(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(
        uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS, check_same_thread=False
    )


def _fill(connection: sqlite3.Connection, header: str, rows: Iterable[Values]) -> None:
    connection.executescript(_SCHEMA)
    connection.execute("BEGIN")
    connection.execute("INSERT INTO header VALUES (?)", (header,))
    connection.executemany(_INSERT, rows)
    connection.execute("COMMIT")


def _collect(path: Path, evidence: Evidence) -> None:
    uri = path.absolute().as_uri()
    try:
        _collect_from(f"{uri}?mode=rw", evidence)
    except sqlite3.DatabaseError as error:
        # A full disk has no room for the shared index of the WAL, without which SQLite calls it an I/O error.
        if is_read_only(error, path) or _code(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL):
            _collect_from(f"{uri}?mode=ro&immutable=1", evidence)
        elif is_damage(error) or _code(error) == sqlite3.SQLITE_READONLY:
            evidence.complain(str(error))
        else:
            raise


def _collect_from(uri: str, evidence: Evidence) -> None:
    with closing(_open(uri)) as connection:
        evidence.headers.extend(str(text) for (text,) in connection.execute("SELECT text FROM header"))
        for values in connection.execute(_SELECT, (0,)):
            row = row_from(values)
            if row is None:
                evidence.complain("a row is no event")
            else:
                evidence.rows.append(row)
        for (verdict,) in connection.execute("PRAGMA integrity_check(1)"):
            if verdict != "ok":
                evidence.complain(str(verdict))


def _salvage(path: Path, evidence: Evidence) -> None:
    """Read what is left in a copy that has its old length again: SQLite refuses a file that was cut.

    What its write-ahead log held is in the file by now: the first attempt to read it played the log back.
    """
    with tempfile.TemporaryDirectory(prefix="zoomiseg-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        _restore_length(copy)
        _collect(copy, evidence)


def _restore_length(copy: Path) -> None:
    with copy.open("r+b") as file:
        head = file.read(_HEADER_BYTES)
        length = int.from_bytes(head[16:18], "big") * int.from_bytes(head[28:32], "big")
        found = copy.stat().st_size
        # A header that was damaged itself must not make us write gigabytes.
        if found < length <= _LARGEST_LOG:
            file.truncate(length)

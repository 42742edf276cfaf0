"""The event logs of many sessions in a PostgreSQL database: the same rows, chained in the same way."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoomiseg.durable import replace_file
from zoomiseg.errors import MissingExtra, OutputError

from ._database import Values
from ._evidence import Evidence, row_from
from ._storage import RowTaken, StorageBusy, StorageError

if TYPE_CHECKING:
    import psycopg

MARKER_NAME = "events.postgresql"
_SCHEMES = ("postgresql://", "postgres://")
_COLUMNS = "n, op_id, kind, payload, class, author, time, revision, checksum"
_EVENT_COLUMNS = """
    session text NOT NULL, n integer NOT NULL, op_id text NOT NULL, kind text NOT NULL, payload text NOT NULL,
    class text NOT NULL, author text NOT NULL, time text NOT NULL, revision integer NOT NULL,
    checksum text NOT NULL
"""
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS zoomiseg_sessions (session text PRIMARY KEY, header text NOT NULL);
CREATE TABLE IF NOT EXISTS zoomiseg_events (
    {_EVENT_COLUMNS},
    PRIMARY KEY (session, n), UNIQUE (session, op_id)
);
CREATE TABLE IF NOT EXISTS zoomiseg_damaged_events (
    kept timestamptz NOT NULL DEFAULT now(),
    {_EVENT_COLUMNS}
);
"""
_INSERT = f"INSERT INTO zoomiseg_events (session, {_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_SELECT = f"SELECT {_COLUMNS} FROM zoomiseg_events WHERE session = %s AND n > %s ORDER BY n"
_KEEP = f"""
INSERT INTO zoomiseg_damaged_events (session, {_COLUMNS})
SELECT session, {_COLUMNS} FROM zoomiseg_events WHERE session = %s
"""
_HEADER = """
INSERT INTO zoomiseg_sessions VALUES (%s, %s)
ON CONFLICT (session) DO UPDATE SET header = excluded.header
"""
# Whatever the database's own defaults are: what was answered is on the disk, and a dead connection or a
# server that hangs keeps nobody waiting for ever.
_SETTINGS = """
SET synchronous_commit = on; SET lock_timeout = '5s'; SET statement_timeout = '30s';
SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3
"""
_LOCK = "SELECT pg_advisory_lock(hashtextextended(%s, 0))"
_NEWEST_TABLE = "SELECT to_regclass('zoomiseg_damaged_events')"
_SCHEMA_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('zoomiseg schema', 0))"
_CONNECT_SECONDS = 10
_SILENT_MS = 20_000


def require_database(url: str) -> None:
    """Check that sessions can be kept in a database, and make its tables.

    Args:
        url: `postgresql://...`, as PostgreSQL's own programs take it.
    Raises:
        MissingExtra: The package that speaks to PostgreSQL is not installed.
        OutputError: It is no such address, or the database cannot be used.
    """
    if not url.startswith(_SCHEMES):
        raise OutputError(
            "The database's address is none of PostgreSQL.", hint="It looks like postgresql://host/name."
        )
    try:
        with _failures_told(), _connected(url) as connection:
            answer = connection.execute("SHOW fsync").fetchone()
    except StorageError as error:
        raise OutputError(f"The database cannot be used ({error}).") from error
    if answer != ("on",):
        raise OutputError(
            "The database does not flush to its disk (fsync is off), so that clicks could be lost.",
            hint="Set fsync = on in its postgresql.conf.",
        )


class PostgresStorage:
    """One session's rows in a database. While it is open, no other program can open it.

    Args:
        url: Of the database.
        marker: The file in the session's folder that says which of the database's sessions it is.
    """

    def __init__(self, url: str, marker: Path) -> None:
        self._url = url
        self._marker = marker
        self._key: str | None = None
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    def exists(self) -> bool:
        return self._marker.exists()

    def read(self) -> Evidence:
        evidence = Evidence()
        self._key = _key_in(self._marker)
        with _failures_told():
            connection = self._open()
            headers = connection.execute(
                "SELECT header FROM zoomiseg_sessions WHERE session = %s", [self._key]
            )
            evidence.headers.extend(str(text) for (text,) in headers)
        if not evidence.headers:
            evidence.complain("the database does not know it")
        for values in self.rows_after(0):
            row = row_from(values)
            assert row is not None, "the columns have types"
            evidence.rows.append(row)
        return evidence

    def open(self) -> None:
        with _failures_told():
            self._open()

    def append(self, values: Values) -> None:
        row = (self._key, *values)
        with _failures_told():
            connection = self._open()
            try:
                connection.execute(_INSERT, row)
            except _psycopg().OperationalError:
                if not connection.closed:
                    raise
                # The database was restarted. If the row came in all the same, it is taken now, and known
                # by its id.
                self._open().execute(_INSERT, row)

    def rows_after(self, n: int) -> list[tuple[object, ...]]:
        with _failures_told():
            return list(self._open().execute(_SELECT, (self._key, n)).fetchall())

    def write_anew(self, header: str, rows: Iterable[Values]) -> None:
        self._key = self._key or uuid.uuid4().hex
        with _failures_told():
            connection = self._open()
            with connection.transaction(), connection.cursor() as cursor:
                cursor.execute("DELETE FROM zoomiseg_events WHERE session = %s", [self._key])
                cursor.execute(_HEADER, (self._key, header))
                cursor.executemany(_INSERT, [(self._key, *values) for values in rows])
        # Last: a folder without it is one in which nothing was made yet.
        replace_file(self._marker, [json.dumps({"session": self._key}).encode() + b"\n"])

    def keep_damaged(self) -> str:
        with _failures_told():
            self._open().execute(_KEEP, [self._key])
        return f"The damaged rows are kept as session {self._key} in the table zoomiseg_damaged_events."

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return the connection that holds the session's lock; a new one where the last was cut."""
        if self._connection is None or self._connection.closed:
            connection = _connected(self._url)
            try:
                connection.execute(_LOCK, [f"zoomiseg {self._key}"])
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection


def _key_in(marker: Path) -> str:
    try:
        return str(json.loads(marker.read_bytes())["session"])
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{marker.name} is damaged; it names the session in the database") from error


def _connected(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    connection: psycopg.Connection[tuple[Any, ...]] = _psycopg().connect(
        url, autocommit=True, connect_timeout=_CONNECT_SECONDS, tcp_user_timeout=_SILENT_MS
    )
    try:
        connection.execute(_SETTINGS)
        # Who may only use the tables, not make any, is not refused where they stand.
        if connection.execute(_NEWEST_TABLE).fetchone() == (None,):
            with connection.transaction():
                connection.execute(_SCHEMA_LOCK)
                connection.execute(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _failures_told() -> Iterator[None]:
    """Turn the driver's errors into the storage's."""
    psycopg = _psycopg()
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise RowTaken(_first_line(error)) from error
    except psycopg.errors.LockNotAvailable as error:
        raise StorageBusy("another server has the session") from error
    except psycopg.ProgrammingError as error:
        # An address that cannot be parsed is quoted by the driver, with the password that may be in it.
        shown = _first_line(error) if error.sqlstate else "its address cannot be understood"
        raise StorageError(shown) from error
    except psycopg.Error as error:
        raise StorageError(_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _psycopg() -> Any:
    try:
        import psycopg  # noqa: PLC0415  # an extra, and needed only where a database is named
    except ImportError as error:
        raise MissingExtra(
            "PostgreSQL needs the package psycopg.", hint="Install it: pip install 'zoomiseg[postgres]'."
        ) from error
    return psycopg

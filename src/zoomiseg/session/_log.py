"""The event log: the truth of a session, on disk before anything is acknowledged."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from zoomiseg.errors import OutputError, RevisionConflict, SessionDamaged, SessionError

from . import _database
from ._damage import keep_copy
from ._events import Event, Row, event_of, row_of
from ._evidence import Evidence, History, facts_of, first_checksum, proven, row_from, sealed
from ._mirror import Mirror

DATABASE_NAME = "events.sqlite"
MIRROR_NAME = "events.jsonl"


class EventLog:
    """Rows that are appended, never changed, each chained by a checksum to the one before.

    Made by `create_log`, `open_log` or `log_in_memory`.

    Args:
        history: The header and the rows that stand already.
        connection: Where rows are appended; None where nothing may be written.
        mirror: The plain copy, or None in memory.
        name: What the user knows the log as.
    """

    def __init__(
        self, history: History, connection: sqlite3.Connection | None, *, mirror: Mirror | None, name: str
    ) -> None:
        self.header = history.header
        self.notices: list[str] = []
        self._rows = list(history.rows)
        self._connection = connection
        self._mirror = mirror
        self._mirror_lags = False
        self._name = name

    @property
    def facts(self) -> dict[str, object]:
        """What the header says of the session."""
        return facts_of(self.header) or {}

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    def append(self, event: Event) -> None:
        """Add an event; when this returns, it is on disk.

        Raises:
            RevisionConflict: Another process has added an event of this number; see `catch_up`.
            OutputError: It cannot be written; the log is as before.
        """
        if self._connection is None:
            raise OutputError(f"{self._name} can only be read, so the operation was not saved.")
        row = row_of(event, previous=self._last_checksum)
        try:
            _database.insert(self._connection, row.values)
        except sqlite3.IntegrityError as error:
            raise RevisionConflict(
                f"{self._name} was changed by somebody else after revision {event.revision}.",
                hint="The operation was not saved; look at the new state and repeat it.",
            ) from error
        except sqlite3.Error as error:
            raise OutputError(
                f"The operation could not be saved in {self._name} ({error}); all earlier ones are intact.",
                hint="Make room or restore the folder, then repeat it.",
            ) from error
        self._accept(row)

    def catch_up(self, revision: int) -> list[Event]:
        """Return the events after a revision, those of other processes included.

        Raises:
            SessionDamaged: Another program wrote what does not follow from what was read.
            SessionError: The log cannot be read.
        """
        for values in self._rows_of_others():
            row = row_from(values)
            if row is None or not row.follows(self._last_checksum):
                raise SessionDamaged(
                    f"{self._name} was changed by another program.",
                    hint="Close the session and open it again.",
                )
            self._rows.append(row)
        return [event_of(row) for row in self._rows[revision:]]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _rows_of_others(self) -> list[tuple[object, ...]]:
        if self._connection is None:
            return []
        try:
            return _database.select_after(self._connection, len(self._rows))
        except sqlite3.Error as error:
            raise SessionError(f"{self._name} cannot be read ({error}).") from error

    @property
    def _last_checksum(self) -> str:
        return self._rows[-1].checksum if self._rows else first_checksum(self.header)

    def _accept(self, row: Row) -> None:
        self._rows.append(row)
        if self._mirror is None:
            return
        try:
            if self._mirror_lags:
                self._mirror.rewrite(self.header, (row.values for row in self._rows))
            else:
                self._mirror.append(row.values)
            self._mirror_lags = False
        except OSError as error:
            # The event is safe in the database; the copy is made good at the next one.
            if not self._mirror_lags:
                self.notices.append(f"The copy of the event log could not be written ({error}).")
            self._mirror_lags = True


def log_in_memory(facts: dict[str, object]) -> EventLog:
    """Return a log that lives as long as the session."""
    header = sealed(facts)
    connection = _database.connect_in_memory(header)
    return EventLog(History(header, (), 0), connection, mirror=None, name="The session")


def create_log(folder: Path, facts: dict[str, object]) -> EventLog:
    """Return a new, empty log in an existing folder.

    Raises:
        OutputError: It cannot be written.
    """
    header = sealed(facts)
    path, mirror = folder / DATABASE_NAME, Mirror(folder / MIRROR_NAME)
    try:
        mirror.rewrite(header, ())
        _database.write_anew(path, header, ())
        connection = _database.connect(path)
    except (OSError, sqlite3.Error) as error:
        raise OutputError(f"No session can be made in {folder} ({error}).") from error
    return EventLog(History(header, (), 0), connection, mirror=mirror, name=folder.name)


def log_exists(folder: Path) -> bool:
    return (folder / DATABASE_NAME).exists() or (folder / MIRROR_NAME).exists()


def open_log(folder: Path) -> EventLog:
    """Return the log in a folder; where it was damaged, what is proven of it, with notices of what is lost.

    Raises:
        SessionDamaged: Nothing of it can be read; no file was touched.
        SessionError: It is locked, or the disk fails.
    """
    path, mirror = folder / DATABASE_NAME, Mirror(folder / MIRROR_NAME)
    try:
        # The mirror first: what another process adds in between is then in the database, not ahead of it.
        copy = mirror.read()
        original = _database.read(path)
    except (OSError, sqlite3.OperationalError) as error:
        raise SessionError(f"The event log in {folder} cannot be read ({error}).") from error
    history = proven(original, copy)
    if history is None:
        raise SessionDamaged(
            f"Nothing of the event log in {folder} can be read; its files were not touched.",
            hint="Restore the folder from a backup.",
        )
    return _opened(folder, history, original=original, copy=copy)


def _opened(folder: Path, history: History, *, original: Evidence, copy: Evidence) -> EventLog:
    path, mirror = folder / DATABASE_NAME, Mirror(folder / MIRROR_NAME)
    notices, connection = [], None
    try:
        if not history.is_all_of(original):
            notices.append(_repair(path, history, original))
        connection = _database.connect(path)
        if not history.is_all_of(copy):
            notices.extend(_repair_mirror(mirror, history, copy))
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, sqlite3.Error) and _database.is_busy(error):
            raise SessionError(
                f"The event log in {folder} is in use by another program ({error})."
            ) from error
        notices.append(
            f"{folder.name} cannot be written ({error}): it can be read, and changes will be refused."
        )
    log = EventLog(history, connection, mirror=mirror, name=folder.name)
    log.notices.extend(notices)
    return log


def _repair(path: Path, history: History, original: Evidence) -> str:
    kept = keep_copy(path).name if path.exists() else None
    _database.write_anew(path, history.header, (row.values for row in history.rows))
    reason = (
        original.complaints[0] if original.complaints else "operations are missing or do not fit together"
    )
    found = len(history.rows)
    lost = (
        f"operations 1 to {found} were read and at least {history.seen - found} after them are lost"
        if history.seen > found
        else f"all {found} operations that are known of were brought back"
    )
    return f"The event log was damaged ({reason}): {lost}." + (
        f" The damaged file is kept as {kept}." if kept else ""
    )


def _repair_mirror(mirror: Mirror, history: History, copy: Evidence) -> list[str]:
    mirror.rewrite(history.header, (row.values for row in history.rows))
    # A copy that merely lags was cut off by a kill, as it may be.
    lags = not copy.complaints and copy.rows == list(history.rows[: len(copy.rows)])
    return [] if lags else ["The copy of the event log was damaged and was written anew."]

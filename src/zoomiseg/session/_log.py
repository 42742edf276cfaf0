"""The event log: the truth of a session, on disk before anything is acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoomiseg.errors import OutputError, RevisionConflict, SessionDamaged, SessionError

from ._events import Event, Row, event_of, row_of
from ._evidence import Evidence, History, facts_of, first_checksum, proven, row_from, sealed
from ._mirror import Mirror
from ._postgres import MARKER_NAME, PostgresStorage
from ._storage import RowTaken, SqliteStorage, Storage, StorageBusy, StorageError, storage_in_memory

DATABASE_NAME = "events.sqlite"
MIRROR_NAME = "events.jsonl"


class EventLog:
    """Rows that are appended, never changed, each chained by a checksum to the one before.

    Made by `create_log`, `open_log` or `log_in_memory`.

    Args:
        history: The header and the rows that stand already.
        storage: Where rows are appended, open; None where nothing may be written.
        mirror: The plain copy, or None in memory.
        name: What the user knows the log as.
    """

    def __init__(
        self, history: History, storage: Storage | None, *, mirror: Mirror | None, name: str
    ) -> None:
        self.header = history.header
        self.notices: list[str] = []
        self._rows = list(history.rows)
        self._storage = storage
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
        if self._storage is None:
            raise OutputError(f"{self._name} can only be read, so the operation was not saved.")
        row = row_of(event, previous=self._last_checksum)
        try:
            self._storage.append(row.values)
        except RowTaken as error:
            raise RevisionConflict(
                f"{self._name} was changed by somebody else after revision {event.revision}.",
                hint="The operation was not saved; look at the new state and repeat it.",
            ) from error
        except StorageError as error:
            raise OutputError(
                f"The operation could not be saved in {self._name} ({error}); all earlier ones are intact.",
                hint="Make room or restore what keeps it, then repeat it.",
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
        if self._storage is not None:
            self._storage.close()

    def _rows_of_others(self) -> list[tuple[object, ...]]:
        if self._storage is None:
            return []
        try:
            return self._storage.rows_after(len(self._rows))
        except StorageError as error:
            raise SessionError(f"{self._name} cannot be read ({error}).") from error

    def checksum_at(self, revision: int) -> str:
        """Return the checksum that the rows up to a number are chained to."""
        return self._rows[revision - 1].checksum if revision else first_checksum(self.header)

    @property
    def _last_checksum(self) -> str:
        return self.checksum_at(len(self._rows))

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
    return EventLog(History(header, (), 0), storage_in_memory(header), mirror=None, name="The session")


def create_log(folder: Path, facts: dict[str, object], *, database: str | None = None) -> EventLog:
    """Return a new, empty log of an existing folder.

    Args:
        folder: The session's.
        facts: What never changes in it.
        database: The URL of the PostgreSQL database that keeps it; None keeps it in the folder.
    Raises:
        OutputError: It cannot be written.
        MissingExtra: What speaks to the database is not installed.
    """
    header = sealed(facts)
    storage, mirror = _storage_in(folder, database), Mirror(folder / MIRROR_NAME)
    try:
        mirror.rewrite(header, ())
        storage.write_anew(header, ())
        storage.open()
    except (OSError, StorageError) as error:
        storage.close()
        raise OutputError(f"No session can be made in {folder} ({error}).") from error
    return EventLog(History(header, (), 0), storage, mirror=mirror, name=folder.name)


def log_exists(folder: Path) -> bool:
    return any((folder / name).exists() for name in (DATABASE_NAME, MIRROR_NAME, MARKER_NAME))


def open_log(folder: Path, *, database: str | None = None) -> EventLog:
    """Return the log of a folder; where it was damaged, what is proven of it, with notices of what is lost.

    Args:
        folder: The session's.
        database: The URL of the PostgreSQL database, for a session that was made in one.
    Raises:
        SessionDamaged: Nothing of it can be read; no file was touched.
        SessionError: It is locked, the disk or the database fails, or the latter was not named.
        MissingExtra: What speaks to the database is not installed.
    """
    in_database = (folder / MARKER_NAME).exists()
    if in_database and database is None:
        raise SessionError(
            f"The operations of {folder.name} are kept in a PostgreSQL database.",
            hint="Start with --database and its address.",
        )
    storage = _storage_in(folder, database if in_database else None)
    try:
        return _opened(folder, storage)
    except BaseException:
        storage.close()
        raise


def _storage_in(folder: Path, database: str | None) -> Storage:
    if database is None:
        return SqliteStorage(folder / DATABASE_NAME)
    return PostgresStorage(database, folder / MARKER_NAME)


def _opened(folder: Path, storage: Storage) -> EventLog:
    mirror = Mirror(folder / MIRROR_NAME)
    try:
        # The mirror first: what another process adds in between is then in the storage, not ahead of it.
        copy = mirror.read()
        original = storage.read()
    except (OSError, StorageError) as error:
        raise SessionError(f"The event log in {folder} cannot be read ({error}).") from error
    history = proven(original, copy)
    if history is None:
        raise SessionDamaged(
            f"Nothing of the event log in {folder} can be read; its files were not touched.",
            hint="Restore the folder from a backup.",
        )
    return _ready(folder, storage, history, original=original, copy=copy)


def _ready(
    folder: Path, storage: Storage, history: History, *, original: Evidence, copy: Evidence
) -> EventLog:
    mirror, notices = Mirror(folder / MIRROR_NAME), []
    writable: Storage | None = None
    try:
        if not history.is_all_of(original):
            notices.append(_repair(storage, history, original))
        storage.open()
        writable = storage
        if not history.is_all_of(copy):
            notices.extend(_repair_mirror(mirror, history, copy))
    except StorageBusy as error:
        raise SessionError(f"The event log in {folder} is in use by another program ({error}).") from error
    except (OSError, StorageError) as error:
        notices.append(
            f"{folder.name} cannot be written ({error}): it can be read, and changes will be refused."
        )
    log = EventLog(history, writable, mirror=mirror, name=folder.name)
    log.notices.extend(notices)
    return log


def _repair(storage: Storage, history: History, original: Evidence) -> str:
    kept = storage.keep_damaged() if storage.exists() else None
    storage.write_anew(history.header, (row.values for row in history.rows))
    reason = (
        original.complaints[0] if original.complaints else "operations are missing or do not fit together"
    )
    found = len(history.rows)
    lost = (
        f"operations 1 to {found} were read and at least {history.seen - found} after them are lost"
        if history.seen > found
        else f"all {found} operations that are known of were brought back"
    )
    return f"The event log was damaged ({reason}): {lost}." + (f" {kept}" if kept else "")


def _repair_mirror(mirror: Mirror, history: History, copy: Evidence) -> list[str]:
    mirror.rewrite(history.header, (row.values for row in history.rows))
    # A copy that merely lags was cut off by a kill, as it may be.
    lags = not copy.complaints and copy.rows == list(history.rows[: len(copy.rows)])
    return [] if lags else ["The copy of the event log was damaged and was written anew."]

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from zoomiseg.errors import OutputError, RevisionConflict, SessionDamaged, SessionError
from zoomiseg.session import ClickMade, Event, _database
from zoomiseg.session._log import (
    DATABASE_NAME,
    MIRROR_NAME,
    EventLog,
    create_log,
    log_exists,
    log_in_memory,
    open_log,
)
from zoomiseg.session._mirror import Mirror
from zoomiseg.session._storage import SqliteStorage

COUNT = 60


def event(n: int, *, op_id: str | None = None) -> Event:
    return Event(
        n, op_id or f"op-{n}", ClickMade(n * 1.5, 7.0, 1, "low"), "tumour", "me", "2026-01-01T00:00:00", n - 1
    )


def fill(log: EventLog, count: int) -> None:
    for n in range(len(log.rows) + 1, count + 1):
        log.append(event(n))


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed log of 60 events, some pages long."""
    folder = tmp_path_factory.mktemp("intact")
    log = create_log(folder, {"format": 1})
    fill(log, COUNT)
    log.close()
    return folder


@pytest.fixture
def copy(intact: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(intact, tmp_path / "copy"))


def numbers(log: EventLog) -> list[int]:
    return [row.n for row in log.rows]


def opened(folder: Path) -> tuple[list[int], list[str]]:
    log = open_log(folder)
    log.close()
    return numbers(log), log.notices


def test_what_is_appended_is_there_after_reopening_without_a_word(copy: Path) -> None:
    log = open_log(copy)
    assert numbers(log) == list(range(1, COUNT + 1))
    assert log.facts == {"format": 1}
    assert log.notices == []
    log.append(event(COUNT + 1))
    log.close()
    assert opened(copy) == (list(range(1, COUNT + 2)), [])


def test_commits_are_flushed_and_the_main_file_holds_them_at_once(copy: Path, tmp_path: Path) -> None:
    log = open_log(copy)
    log.append(event(COUNT + 1))
    assert isinstance(log._storage, SqliteStorage)
    assert log._storage.connection is not None
    assert log._storage.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert log._storage.connection.execute("PRAGMA synchronous").fetchone() == (2,)
    (tmp_path / "main").mkdir()
    shutil.copyfile(copy / DATABASE_NAME, tmp_path / "main" / DATABASE_NAME)
    evidence = _database.read(tmp_path / "main" / DATABASE_NAME)
    assert evidence.rows[-1].n == COUNT + 1
    log.close()


@pytest.mark.parametrize("clash", [event(COUNT + 1), event(COUNT + 2, op_id="op-7")])
def test_a_number_or_id_that_is_taken_is_a_conflict_and_changes_nothing(copy: Path, clash: Event) -> None:
    mine, theirs = open_log(copy), open_log(copy)
    theirs.append(event(COUNT + 1))
    with pytest.raises(RevisionConflict, match=f"changed by somebody else after revision {clash.revision}"):
        mine.append(clash)
    assert [each.n for each in mine.catch_up(COUNT)] == [COUNT + 1]
    mine.append(event(COUNT + 2))
    assert numbers(mine) == list(range(1, COUNT + 3))
    mine.close()
    theirs.close()
    assert opened(copy)[1] == []


def test_rows_that_another_program_wrote_are_refused(copy: Path) -> None:
    log = open_log(copy)
    with sqlite3.connect(copy / DATABASE_NAME) as other:
        other.execute("INSERT INTO events VALUES (61, 'x', 'click', '{}', 't', 'a', 'now', 60, 'sum')")
    other.close()
    with pytest.raises(SessionDamaged, match="changed by another program"):
        log.catch_up(COUNT)
    log.close()


def test_a_log_that_cannot_be_read_any_more_says_so(copy: Path) -> None:
    log = open_log(copy)
    log.close()
    with pytest.raises(SessionError, match=r"cannot be read .*closed"):
        log.catch_up(COUNT)


def test_a_log_in_memory_chains_and_refuses_like_one_on_disk() -> None:
    log = log_in_memory({"format": 1})
    fill(log, 3)
    assert all(row.follows(before.checksum) for before, row in zip(log.rows, log.rows[1:], strict=False))
    with pytest.raises(RevisionConflict):
        log.append(event(2))
    log.close()


def sweep(copy: Path, name: str, damage: Callable[[bytes, int], bytes], step: int) -> list[int]:
    """Damage one file at many places; return how many events each opening gave."""
    content = (copy / name).read_bytes()
    kept = {path.name: path.read_bytes() for path in copy.iterdir() if path.name != name}
    found = []
    for place in range(0, len(content), step):
        for path in copy.iterdir():
            path.unlink()
        for other, data in kept.items():
            (copy / other).write_bytes(data)
        damaged = damage(content, place)
        (copy / name).write_bytes(damaged)
        try:
            have, notices = opened(copy)
        except SessionDamaged:
            assert (copy / name).read_bytes() == damaged
            found.append(-1)
            continue
        assert have == list(range(1, len(have) + 1))
        assert len(have) == COUNT or notices
        assert opened(copy) == (have, [])
        if notices and "damaged file is kept as" in notices[0]:
            copies = list(copy.glob("events.damaged-1.*"))
            assert [path.name in notices[0] for path in copies] == [True]
        found.append(len(have))
    return found


def flip(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def cut(content: bytes, place: int) -> bytes:
    return content[:place]


@pytest.mark.parametrize("damage", [flip, cut])
def test_the_copy_heals_whatever_happens_to_the_database(copy: Path, damage) -> None:
    assert set(sweep(copy, DATABASE_NAME, damage, 1201)) == {COUNT}


@pytest.mark.parametrize("damage", [flip, cut])
def test_the_database_outlives_whatever_happens_to_the_copy(copy: Path, damage) -> None:
    assert set(sweep(copy, MIRROR_NAME, damage, 1201)) == {COUNT}


@pytest.mark.parametrize("damage", [flip, cut])
def test_without_a_copy_all_before_the_damage_opens_and_the_loss_is_told(copy: Path, damage) -> None:
    (copy / MIRROR_NAME).unlink()
    found = sweep(copy, DATABASE_NAME, damage, 797)
    assert min(found) == -1, "the header's own page cannot be read"
    assert any(0 < count < COUNT for count in found)
    assert found[-1] > 20, "what was written first survives a hit at the end"


def test_a_row_changed_by_a_byte_ends_what_is_believed(copy: Path) -> None:
    (copy / MIRROR_NAME).unlink()
    with sqlite3.connect(copy / DATABASE_NAME) as other:
        other.execute("UPDATE events SET author = 'mf' WHERE n = 41")
    other.close()
    have, notices = opened(copy)
    assert have == list(range(1, 41))
    assert "operations 1 to 40 were read and at least 20 after them are lost" in notices[0]
    assert "kept as events.damaged-1.sqlite" in notices[0]


def test_a_lost_tail_is_noticed_and_brought_back(copy: Path) -> None:
    with sqlite3.connect(copy / DATABASE_NAME) as other:
        other.execute("DELETE FROM events WHERE n > 55")
    other.close()
    have, notices = opened(copy)
    assert have == list(range(1, COUNT + 1))
    assert "all 60 operations that are known of were brought back" in notices[0]


def test_a_second_damage_gets_a_name_of_its_own(copy: Path) -> None:
    for number in (1, 2):
        (copy / DATABASE_NAME).write_bytes(b"no database" * 100)
        _, notices = opened(copy)
        assert f"events.damaged-{number}.sqlite" in notices[0]


def test_a_lost_database_comes_back_from_the_copy(copy: Path) -> None:
    (copy / DATABASE_NAME).unlink()
    have, notices = opened(copy)
    assert have == list(range(1, COUNT + 1))
    assert "missing or empty" in notices[0]
    assert "kept as" not in notices[0]


@pytest.mark.parametrize("content", [b"", b"garbage" * 999, None])
def test_a_log_of_which_nothing_can_be_read_is_left_as_it_was(copy: Path, content: bytes | None) -> None:
    for name in (DATABASE_NAME, MIRROR_NAME):
        (copy / name).unlink()
        if content is not None:
            (copy / name).write_bytes(content)
    with pytest.raises(SessionDamaged, match=r"Nothing of the event log .* files were not touched"):
        open_log(copy)
    for name in (DATABASE_NAME, MIRROR_NAME):
        assert content is None or (copy / name).read_bytes() == content
    assert log_exists(copy) == (content is not None)


@pytest.mark.parametrize("cut_to", [0, 32, 1000, 4000])
def test_a_write_ahead_log_cut_after_a_kill_loses_nothing(copy: Path, tmp_path: Path, cut_to: int) -> None:
    log = open_log(copy)
    log.append(event(COUNT + 1))
    killed = Path(shutil.copytree(copy, tmp_path / "killed"))  # as a kill leaves it: not closed
    log.close()
    (killed / MIRROR_NAME).unlink()
    wal = killed / (DATABASE_NAME + "-wal")
    wal.write_bytes(wal.read_bytes()[:cut_to])
    assert opened(killed)[0] == list(range(1, COUNT + 2))


def test_a_database_cut_beside_its_write_ahead_log_gives_what_is_left(copy: Path, tmp_path: Path) -> None:
    log = open_log(copy)
    log.append(event(COUNT + 1))
    killed = Path(shutil.copytree(copy, tmp_path / "killed"))
    log.close()
    (killed / MIRROR_NAME).unlink()
    database = killed / DATABASE_NAME
    database.write_bytes(database.read_bytes()[: 5 * 4096 + 17])
    have, notices = opened(killed)
    assert have == list(range(1, len(have) + 1))
    assert "was damaged" in notices[0]


def test_a_line_cut_off_by_a_kill_is_made_good_without_a_word(copy: Path) -> None:
    mirror = copy / MIRROR_NAME
    whole = mirror.read_bytes()
    mirror.write_bytes(whole[:-20])
    assert opened(copy) == (list(range(1, COUNT + 1)), [])
    assert mirror.read_bytes() == whole


@pytest.mark.parametrize("line", [b"{}\n", b"[1,2]\n", b"\xff\n"])
def test_a_foreign_line_in_the_copy_is_told(copy: Path, line: bytes) -> None:
    mirror = copy / MIRROR_NAME
    mirror.write_bytes(mirror.read_bytes() + line)
    assert opened(copy)[1] == ["The copy of the event log was damaged and was written anew."]
    assert opened(copy)[1] == []


def test_a_row_of_the_wrong_shape_in_the_database_is_damage(copy: Path) -> None:
    with sqlite3.connect(copy / DATABASE_NAME) as other:
        other.execute("UPDATE events SET author = x'00ff' WHERE n = 60")
    other.close()
    have, notices = opened(copy)
    assert have == list(range(1, COUNT + 1))
    assert "a row is no event" in notices[0]


def test_an_index_that_does_not_fit_its_table_is_damage(copy: Path) -> None:
    with sqlite3.connect(copy / DATABASE_NAME) as other:
        other.execute("PRAGMA writable_schema = ON")
        other.execute("DELETE FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex%'")
    other.close()
    assert "was damaged" in opened(copy)[1][0]
    assert opened(copy)[1] == []


class FullDisk:
    """Stands for a connection whose disk is full."""

    def __init__(self, message: str) -> None:
        self.message = message

    def execute(self, *_: object) -> None:
        raise sqlite3.OperationalError(self.message)


def test_a_full_disk_is_said_and_work_goes_on_when_there_is_room(copy: Path) -> None:
    log = open_log(copy)
    storage = log._storage
    assert isinstance(storage, SqliteStorage)
    real, storage.connection = storage.connection, FullDisk("database or disk is full")
    with pytest.raises(OutputError, match=r"could not be saved in copy \(database or disk is full\)"):
        log.append(event(COUNT + 1))
    storage.connection = real
    log.append(event(COUNT + 1))
    log.close()
    assert opened(copy) == (list(range(1, COUNT + 2)), [])


def test_a_copy_that_cannot_be_written_is_told_once_and_made_good_later(copy: Path, monkeypatch) -> None:
    log = open_log(copy)

    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Mirror, "append", fail)
        patch.setattr(Mirror, "rewrite", fail)
        log.append(event(COUNT + 1))
        log.append(event(COUNT + 2))
    assert log.notices == ["The copy of the event log could not be written (No space left on device)."]
    log.append(event(COUNT + 3))
    log.close()
    assert [row.n for row in Mirror(copy / MIRROR_NAME).read().rows] == list(range(1, COUNT + 4))


def error_with(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("as SQLite says it")
    error.sqlite_errorcode = code
    return error


def failing(code: int) -> Callable[..., sqlite3.Connection]:
    def fail(*_: object, **__: object) -> sqlite3.Connection:
        raise error_with(code)

    return fail


def test_a_folder_that_can_only_be_read_opens_and_refuses_changes(copy: Path, monkeypatch) -> None:
    monkeypatch.setattr(_database, "connect", failing(sqlite3.SQLITE_READONLY))
    log = open_log(copy)
    assert numbers(log) == list(range(1, COUNT + 1))
    assert "copy cannot be written" in log.notices[0]
    with pytest.raises(OutputError, match="copy can only be read, so the operation was not saved"):
        log.append(event(COUNT + 1))
    assert log.catch_up(COUNT) == []
    log.close()


def test_a_damaged_log_that_cannot_be_repaired_still_opens(copy: Path, monkeypatch) -> None:
    (copy / DATABASE_NAME).write_bytes(b"no database")

    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("zoomiseg.session._storage.keep_copy", fail)
    have, notices = opened(copy)
    assert have == list(range(1, COUNT + 1))
    assert "No space left on device" in notices[0]
    assert (copy / DATABASE_NAME).read_bytes() == b"no database"


def test_a_log_that_another_program_holds_is_told_as_in_use(copy: Path, monkeypatch) -> None:
    monkeypatch.setattr(_database, "_BUSY_SECONDS", 0.05)
    with sqlite3.connect(copy / DATABASE_NAME, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SessionError, match="in use by another program"):
            open_log(copy)
    other.close()


def test_a_disk_that_fails_is_not_taken_for_damage(copy: Path, monkeypatch) -> None:
    monkeypatch.setattr(_database, "_open", failing(sqlite3.SQLITE_IOERR))
    with pytest.raises(SessionError, match="cannot be read"):
        open_log(copy)


def test_read_only_files_are_read_as_they_stand(copy: Path, monkeypatch) -> None:
    real = _database._open

    def read_only(uri: str) -> sqlite3.Connection:
        if "immutable" in uri:
            return real(uri)
        raise error_with(sqlite3.SQLITE_CANTOPEN)

    monkeypatch.setattr(_database, "_open", read_only)
    monkeypatch.setattr(_database.os, "access", lambda *_: False)
    log = open_log(copy)
    assert numbers(log) == list(range(1, COUNT + 1))
    assert "changes will be refused" in log.notices[0]
    log.close()


def test_a_log_that_cannot_be_made_says_where(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(_database, "write_anew", failing(sqlite3.SQLITE_FULL))
    with pytest.raises(OutputError, match=f"No session can be made in {tmp_path}"):
        create_log(tmp_path, {"format": 1})

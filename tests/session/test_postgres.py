"""The event log in a real PostgreSQL: as durable, as proven and as exclusive as in the session's own file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from zoomiseg.errors import MissingExtra, OutputError, RevisionConflict, SessionDamaged, SessionError
from zoomiseg.geometry import Box
from zoomiseg.session import Session, _postgres, require_database
from zoomiseg.session._log import DATABASE_NAME, MIRROR_NAME, EventLog, create_log, open_log
from zoomiseg.session._postgres import MARKER_NAME, PostgresStorage

from .stubs import StubPredictors, StubSlide
from .test_log import event, fill, numbers

COUNT = 12


@pytest.fixture
def folder(postgres: str, tmp_path: Path) -> Path:
    """A closed log of 12 events."""
    folder = tmp_path / "one"
    folder.mkdir()
    log = create_log(folder, {"format": 1}, database=postgres)
    fill(log, COUNT)
    log.close()
    return folder


def reopened(folder: Path, postgres: str) -> tuple[list[int], list[str]]:
    log = open_log(folder, database=postgres)
    log.close()
    return numbers(log), log.notices


def shown_setting(log: EventLog, name: str) -> str:
    assert isinstance(log._storage, PostgresStorage)
    (value,) = log._storage._open().execute(f"SHOW {name}").fetchone() or ("",)
    return str(value)


def test_what_is_appended_is_there_after_reopening_and_no_file_keeps_it(folder, postgres, cluster):
    log = open_log(folder, database=postgres)
    assert (numbers(log), log.facts, log.notices) == (list(range(1, COUNT + 1)), {"format": 1}, [])
    log.append(event(COUNT + 1))
    log.close()
    assert reopened(folder, postgres) == (list(range(1, COUNT + 2)), [])
    assert not (folder / DATABASE_NAME).exists()
    ((op_id, author, time),) = cluster.execute(
        "SELECT op_id, author, time FROM zoomiseg_events WHERE n = %s", COUNT + 1, url=postgres
    )
    assert (op_id, author, time) == ("op-13", "me", "2026-01-01T00:00:00")


def test_an_answered_event_outlives_a_crash_of_the_database_whatever_its_defaults(folder, postgres, cluster):
    cluster.execute("ALTER ROLE zoomiseg SET synchronous_commit = off")
    try:
        log = open_log(folder, database=postgres)
        assert shown_setting(log, "synchronous_commit") == "on"
        log.append(event(COUNT + 1))
        cluster.crash()
        with pytest.raises(OutputError, match=r"could not be saved in one .* all earlier ones are intact"):
            log.append(event(COUNT + 2))
        # Without its copy, so that only the database can know.
        (folder / MIRROR_NAME).unlink()
        cluster.start()
        log.append(event(COUNT + 2))
        log.close()
        assert reopened(folder, postgres)[0] == list(range(1, COUNT + 3))
    finally:
        cluster.execute("ALTER ROLE zoomiseg RESET synchronous_commit")


def test_a_connection_that_was_cut_is_made_again_without_a_word(folder, postgres, cluster):
    log = open_log(folder, database=postgres)
    cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
    log.append(event(COUNT + 1))
    log.close()
    assert reopened(folder, postgres) == (list(range(1, COUNT + 2)), [])


def test_two_servers_never_have_one_session(folder, postgres, monkeypatch):
    monkeypatch.setattr(_postgres, "_SETTINGS", _postgres._SETTINGS.replace("'5s'", "'50ms'"))
    log = open_log(folder, database=postgres)
    with pytest.raises(SessionError, match="another server has the session"):
        open_log(folder, database=postgres)
    log.append(event(COUNT + 1))
    log.close()
    assert reopened(folder, postgres)[0] == list(range(1, COUNT + 2))


@pytest.mark.parametrize("clash", [event(COUNT + 1), event(COUNT + 2, op_id="op-7")])
def test_a_number_or_id_that_is_taken_is_a_conflict_and_changes_nothing(folder, postgres, cluster, clash):
    theirs = open_log(folder, database=postgres)
    theirs.append(event(COUNT + 1))
    theirs.close()
    mine = open_log(folder, database=postgres)
    mine._rows.pop()  # as if theirs had come in since
    with pytest.raises(RevisionConflict, match=f"changed by somebody else after revision {clash.revision}"):
        mine.append(clash)
    assert [each.n for each in mine.catch_up(COUNT)] == [COUNT + 1]
    mine.append(event(COUNT + 2))
    mine.close()
    assert reopened(folder, postgres) == (list(range(1, COUNT + 3)), [])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("UPDATE zoomiseg_events SET author = 'mf' WHERE n = 5", "do not fit together"),
        ("DELETE FROM zoomiseg_events WHERE n > 9", "operations are missing"),
        ("UPDATE zoomiseg_sessions SET header = 'x'", "do not fit together"),
        ("DELETE FROM zoomiseg_events", "operations are missing"),
    ],
)
def test_damage_is_told_and_healed_from_the_copy(folder, postgres, cluster, damage, reason):
    cluster.execute(damage, url=postgres)
    have, notices = reopened(folder, postgres)
    assert have == list(range(1, COUNT + 1))
    assert reason in notices[0]
    assert "all 12 operations that are known of were brought back" in notices[0]
    assert "in the table zoomiseg_damaged_events" in notices[0]
    assert reopened(folder, postgres) == (have, [])


def test_without_a_copy_all_before_the_damage_opens_and_the_rest_is_kept_aside(folder, postgres, cluster):
    (folder / MIRROR_NAME).unlink()
    cluster.execute("UPDATE zoomiseg_events SET author = 'mf' WHERE n = 5", url=postgres)
    have, notices = reopened(folder, postgres)
    assert have == [1, 2, 3, 4]
    assert "operations 1 to 4 were read and at least 8 after them are lost" in notices[0]
    kept = cluster.execute("SELECT n, author FROM zoomiseg_damaged_events ORDER BY n", url=postgres)
    assert len(kept) == COUNT
    assert kept[4] == (5, "mf")


def test_rows_that_another_program_wrote_are_refused(folder, postgres, cluster):
    log = open_log(folder, database=postgres)
    cluster.execute(
        "INSERT INTO zoomiseg_events SELECT session, 13, 'x', kind, payload, class, author, time, 12, 'sum' "
        "FROM zoomiseg_events WHERE n = 12",
        url=postgres,
    )
    with pytest.raises(SessionDamaged, match="changed by another program"):
        log.catch_up(COUNT)
    log.close()


def test_sessions_of_one_database_do_not_see_each_other(folder, postgres, tmp_path):
    (tmp_path / "two").mkdir()
    other = create_log(tmp_path / "two", {"format": 1, "slide": "b"}, database=postgres)
    fill(other, 3)
    assert reopened(folder, postgres)[0] == list(range(1, COUNT + 1))
    assert (numbers(other), other.catch_up(3)) == ([1, 2, 3], [])
    other.close()


def test_a_folder_whose_log_is_in_a_database_is_not_taken_for_an_empty_one(folder):
    with pytest.raises(SessionError, match=r"kept in a PostgreSQL database.*--database"):
        open_log(folder)
    (folder / MARKER_NAME).write_text("no JSON")
    with pytest.raises(SessionError, match=r"events\.postgresql is damaged"):
        open_log(folder, database="postgresql://nowhere/none")


def test_the_copy_alone_makes_a_log_of_its_own_when_the_database_is_gone(folder, tmp_path):
    lone = Path(shutil.copytree(folder, tmp_path / "lone"))
    (lone / MARKER_NAME).unlink()
    log = open_log(lone)
    log.close()
    assert numbers(log) == list(range(1, COUNT + 1))
    assert (lone / DATABASE_NAME).exists()


def test_a_session_in_a_database_is_reopened_with_the_mask_that_it_had(postgres, tmp_path):
    slide, folder, box = StubSlide(3000, 1400), tmp_path / "s.zoomiseg", Box(0, 0, 3000, 1400)
    with Session(
        slide, folder=folder, database=postgres, predictors=StubPredictors(), author="anna"
    ) as session:
        session.click(x=500, y=500, label=1, op_id="a")
        session.click(x=900, y=600, label=-1, scale="high", op_id="b")
        session.undo(op_id="c")
        before = session.read(box, mpp=2.0).tobytes()
    shutil.rmtree(folder / "cache")
    with Session(slide, folder=folder, database=postgres, predictors=StubPredictors()) as session:
        assert session.notices == []
        assert session.read(box, mpp=2.0).tobytes() == before
        assert [(each.op_id, each.author) for each in session.events] == [("a", "anna")]
        assert session.click(x=500, y=500, label=1, op_id="a").revision == 1


def test_a_session_in_its_folder_goes_on_there_when_a_database_is_named(postgres, tmp_path):
    (tmp_path / "old").mkdir()
    create_log(tmp_path / "old", {"format": 1}).close()
    log = open_log(tmp_path / "old", database=postgres)
    log.append(event(1))
    log.close()
    assert not (tmp_path / "old" / MARKER_NAME).exists()


def test_a_database_that_cannot_be_used_is_said_without_its_password(tmp_path):
    with pytest.raises(OutputError, match="none of PostgreSQL"):
        require_database("mysql://host/name")
    for url in (f"postgresql://me:secret@/none?host={tmp_path}", "postgresql://me:sec%zzret@host/none"):
        with pytest.raises(OutputError, match="cannot be used") as refused:
            require_database(url)
        assert "sec" not in str(refused.value).replace("second", "")
    with pytest.raises(OutputError, match=f"No session can be made in {tmp_path}"):
        create_log(tmp_path, {"format": 1}, database=f"postgresql:///none?host={tmp_path}")


def test_a_database_that_does_not_flush_is_refused(postgres, monkeypatch):
    require_database(postgres)

    class Careless:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def execute(self, *_):
            return self

        def fetchone(self):
            return ("off",)

    monkeypatch.setattr(_postgres, "_connected", lambda _: Careless())
    with pytest.raises(OutputError, match="fsync is off"):
        require_database(postgres)


def test_without_its_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pip install 'zoomiseg\[postgres\]'"):
        require_database("postgresql://host/name")

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from zoomiseg.errors import OutputError, SessionDamaged, SessionError, SessionMismatch
from zoomiseg.session import SessionOptions, _folder

from .stubs import StubPredictor, StubPredictors, StubSlide, whole


def card(folder: Path) -> dict:
    return json.loads((folder / "session.json").read_text())


def test_the_card_says_slide_weights_engine_and_options(open_session, folder: Path) -> None:
    open_session()
    assert card(folder) == {
        "format": 1,
        "slide": {
            "name": "stub",
            "width": 5000,
            "height": 4200,
            "mpp": [0.5, 0.5],
            "fingerprint": {"size": 21_000_000, "sha256_first_mb": "0"},
        },
        "weights": {"name": "stub", "sha256": "5" * 64},
        "engine": "numpy",
        "options": SessionOptions().to_json(),
    }
    assert sorted(path.name for path in folder.iterdir())[:2] == ["events.jsonl", "events.sqlite"]


def test_a_reopened_session_shows_the_same_and_predicts_nothing(open_session) -> None:
    first = open_session()
    first.click(x=1500, y=1500, label=1)
    first.click(x=1600, y=1600, label=-1, scale="high")
    shown = whole(first)
    first.close()
    again = open_session()
    assert whole(again) == shown
    assert again.predictors.calls == 0
    assert again.events == first.events
    assert again.notices == []


def test_the_cache_may_be_deleted_at_any_time(open_session, folder: Path) -> None:
    first = open_session()
    first.click(x=1500, y=1500, label=1)
    shown = whole(first)
    shutil.rmtree(folder / "cache")
    first.click(x=1510, y=1500, label=1)
    first.undo()
    assert whole(first) == shown
    first.close()
    shutil.rmtree(folder / "cache")
    again = open_session()
    assert whole(again) == shown
    assert again.predictors.calls == 1


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (StubSlide(5001, 4200), r"the width differs \(5000, not 5001 pixels\)"),
        (StubSlide(5000, 4201), r"the height differs \(4200, not 4201 pixels\)"),
        (StubSlide(seed=1), "the content differs"),
        (StubSlide(mpp=0.25), "was made at .*0.5.* µm per pixel"),
    ],
)
def test_another_slide_is_refused_in_one_sentence(open_session, other: StubSlide, sentence: str) -> None:
    open_session()
    with pytest.raises(SessionMismatch, match=sentence):
        open_session(on=other)


def test_the_same_slide_under_another_name_is_the_same_slide(open_session) -> None:
    open_session()
    assert open_session(on=StubSlide(name="renamed")).notices == []


def test_other_weights_or_another_engine_replay_with_a_notice(open_session, folder: Path) -> None:
    first = open_session()
    first.click(x=1500, y=1500, label=1)
    shown = whole(first)
    first.close()
    other = StubPredictors(engine="torch", low=StubPredictor("low-2", radius_px=99))
    second = open_session(by=other)
    assert second.notices == [
        "This session was last predicted by weights 'stub' (55555555) on numpy; "
        "now weights 'stub' (55555555) on torch predicts it again from its clicks."
    ]
    assert whole(second) != shown
    assert len(other.low.calls) == 1
    second.close()
    assert card(folder)["engine"] == "torch"
    assert open_session(by=other).notices == []


def test_other_options_than_the_sessions_own_are_refused(open_session) -> None:
    options = SessionOptions(low_stride=1024, seam="hard")
    assert open_session(options=options).options == options
    assert open_session().options == options
    with pytest.raises(SessionError, match=r"made with SessionOptions\(low_stride=1024"):
        open_session(options=SessionOptions())


def test_a_newer_format_is_refused_and_left_alone(open_session, folder: Path) -> None:
    open_session().close()
    newer = card(folder) | {"format": 2}
    (folder / "session.json").write_text(json.dumps(newer))
    with pytest.raises(SessionError, match=r"has format 2; this version reads up to 1.*newer ZoomISEG"):
        open_session()
    assert card(folder) == newer


def test_a_newer_format_in_the_log_alone_is_refused_too(open_session, folder: Path, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(_folder, "FORMAT", 2)
        open_session().close()
    (folder / "session.json").unlink()
    with pytest.raises(SessionError, match="has format 2"):
        open_session()


@pytest.mark.parametrize("content", [None, b"", b"[1]", b"{bad", b'{"format": 1}'])
def test_a_lost_or_damaged_card_is_written_anew_with_a_notice(
    open_session, folder: Path, content: bytes | None
) -> None:
    first = open_session()
    first.click(x=1500, y=1500, label=1)
    first.close()
    whole_card = card(folder)
    (folder / "session.json").unlink()
    if content is not None:
        (folder / "session.json").write_bytes(content)
    again = open_session()
    assert again.notices == ["session.json was missing or damaged and was written anew from the event log."]
    assert len(again.events) == 1
    assert card(folder) == whole_card


@pytest.mark.parametrize("left", [["events.jsonl"], ["events.jsonl", "events.sqlite"]])
def test_a_kill_while_the_session_is_being_made_leaves_nothing_to_tell(
    open_session, folder: Path, left: list[str]
) -> None:
    open_session().close()
    for path in folder.iterdir():
        if path.name not in left:
            path.unlink()
    assert open_session().notices == []


def test_a_card_without_its_log_is_damage(open_session, folder: Path) -> None:
    open_session().close()
    (folder / "events.sqlite").unlink()
    (folder / "events.jsonl").unlink()
    with pytest.raises(SessionDamaged):
        open_session()


def test_a_folder_that_cannot_be_made_or_filled_says_so(open_session, folder: Path, monkeypatch) -> None:
    folder.write_text("a file")
    with pytest.raises(OutputError, match="cannot be made"):
        open_session()
    folder.unlink()

    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(_folder, "replace_file", fail)
    with pytest.raises(OutputError, match=r"No session can be made in .*No space left"):
        open_session()


def test_a_card_that_cannot_be_written_does_not_keep_a_session_shut(open_session, monkeypatch) -> None:
    open_session().close()

    def fail(*_: object) -> None:
        raise OSError("Read-only file system")

    monkeypatch.setattr(_folder, "replace_file", fail)
    again = open_session(by=StubPredictors(engine="torch"))
    assert again.notices[-1] == "session.json of case.zoomiseg cannot be written (Read-only file system)."

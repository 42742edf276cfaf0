from __future__ import annotations

import os
from pathlib import Path

import pytest

from zoomiseg.session import _durable


def test_a_replaced_file_holds_the_new_content_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a"
    _durable.replace_file(path, b"one")
    _durable.replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_replacement_that_fails_leaves_the_old_content(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")

    def fail(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(_durable.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        _durable.replace_file(path, b"two")
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_system_that_cannot_open_folders_is_not_asked_to(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(_durable.os, "name", "nt")
    monkeypatch.setattr(_durable.os, "open", lambda *_: pytest.fail("a folder was opened"))
    _durable.flush_folder(tmp_path)
    assert os.path.isdir(tmp_path)


def test_copies_of_damaged_files_never_replace_each_other(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    path.write_bytes(b"one")
    assert _durable.keep_copy(path).name == "events.damaged-1.sqlite"
    path.write_bytes(b"two")
    second = _durable.keep_copy(path)
    assert second.name == "events.damaged-2.sqlite"
    assert second.read_bytes() == b"two"

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zoomiseg import durable


def test_a_replaced_file_holds_the_new_content_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a"
    durable.replace_file(path, [b"o", b"ne"])
    durable.replace_file(path, [b"two"])
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_replacement_that_fails_leaves_the_old_content(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")

    def fail(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(durable.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        durable.replace_file(path, [b"two"])
    assert path.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_system_that_cannot_open_folders_is_not_asked_to(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(durable.os, "name", "nt")
    monkeypatch.setattr(durable.os, "open", lambda *_: pytest.fail("a folder was opened"))
    durable.flush_folder(tmp_path)
    assert os.path.isdir(tmp_path)

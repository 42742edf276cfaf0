from __future__ import annotations

from pathlib import Path

from zoomiseg.session._damage import keep_copy


def test_copies_of_damaged_files_never_replace_each_other(tmp_path: Path) -> None:
    path = tmp_path / "events.sqlite"
    path.write_bytes(b"one")
    assert keep_copy(path).name == "events.damaged-1.sqlite"
    path.write_bytes(b"two")
    second = keep_copy(path)
    assert second.name == "events.damaged-2.sqlite"
    assert second.read_bytes() == b"two"

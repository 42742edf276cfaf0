from __future__ import annotations

import pytest

from zoomiseg.errors import OutputError
from zoomiseg.export import write_text


def test_a_text_is_there_whole_and_replaces_an_older_one(tmp_path):
    (tmp_path / "a.txt").write_text("old and longer than the new one")
    write_text(tmp_path / "a.txt", ["new ", "µ\n"])
    assert (tmp_path / "a.txt").read_bytes() == "new µ\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_a_text_that_breaks_off_leaves_the_older_one_and_nothing_beside_it(tmp_path, interruption):
    (tmp_path / "a.txt").write_text("old")

    def parts():
        yield "half of "
        raise interruption

    with pytest.raises(interruption):
        write_text(tmp_path / "a.txt", parts())
    assert (tmp_path / "a.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_disk_without_room_is_told(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zoomiseg.durable.os.fsync", full)
    with pytest.raises(
        OutputError, match=r"a.txt cannot be written: No space left on device. Choose another"
    ):
        write_text(tmp_path / "a.txt", ["text"])
    assert list(tmp_path.iterdir()) == []

"""The TAR shards: readable by anybody's tar, and returned to any kept position."""

from __future__ import annotations

import subprocess
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.datasets._shards import ShardWriter
from zoomiseg.errors import OutputError


def add(writer, name, *, size=700, family="train-low"):
    files = [("jpg", name.encode() * size), ("png", b"p" * 512), ("json", b"{}")]
    return writer.add(family, name, files)


def members(folder):
    found = {}
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as tar:
            found[path.name] = [member.name for member in tar]
    return found


@given(st.lists(st.binary(max_size=1500), min_size=1, max_size=12))
def test_every_file_is_where_its_offset_says_and_where_tar_finds_it(tmp_path_factory, contents):
    folder = tmp_path_factory.mktemp("shards")
    with ShardWriter(folder, max_bytes=4096) as writer:
        placed = [writer.add("val-high", f"s{n}", [("jpg", data)]) for n, data in enumerate(contents)]
        writer.finish()
    for number, (place, data) in enumerate(zip(placed, contents, strict=True)):
        stored = (folder / place.shard).read_bytes()
        assert stored[place.offsets[0] :][: len(data)] == data
        with tarfile.open(folder / place.shard) as tar:
            member = tar.extractfile(f"s{number}.jpg")
            assert member is not None
            assert member.read() == data
        assert len(stored) <= 4096


def test_gnu_tar_lists_a_finished_shard_without_complaint(tmp_path):
    with ShardWriter(tmp_path) as writer:
        add(writer, "a")
        add(writer, "b")
        writer.finish()
    done = subprocess.run(
        ["tar", "tf", tmp_path / "train-low-00000.tar"], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["a.jpg", "a.png", "a.json", "b.jpg", "b.png", "b.json"]
    assert done.stderr == ""


def test_families_have_shards_of_their_own(tmp_path):
    with ShardWriter(tmp_path) as writer:
        add(writer, "a")
        add(writer, "b", family="val-pieces")
        writer.finish()
    assert members(tmp_path) == {
        "train-low-00000.tar": ["a.jpg", "a.png", "a.json"],
        "val-pieces-00000.tar": ["b.jpg", "b.png", "b.json"],
    }


def test_rolling_back_drops_all_since_the_last_keep_also_whole_shards(tmp_path):
    with ShardWriter(tmp_path, max_bytes=4096) as writer:
        add(writer, "a")
        writer.keep()
        for name in "bcd":
            add(writer, name)
        add(writer, "e", family="val-low")
        writer.roll_back()
        add(writer, "f")
        writer.finish()
    assert [name for names in members(tmp_path).values() for name in names if name.endswith("jpg")] == [
        "a.jpg",
        "f.jpg",
    ]
    assert not list(tmp_path.glob("val*"))


@pytest.mark.parametrize("crash_after", range(6))
def test_a_writer_that_goes_on_makes_the_same_bytes_as_one_that_was_never_stopped(tmp_path, crash_after):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir(), parts.mkdir()
    with ShardWriter(whole, max_bytes=8192) as writer:
        for name in "abcdef":
            add(writer, name)
        writer.finish()
    ends = {}
    with ShardWriter(parts, max_bytes=8192) as writer:
        for number, name in enumerate("abcdef"):
            add(writer, name)
            if number < crash_after:
                ends = writer.keep()
    with ShardWriter(parts, ends, max_bytes=8192) as writer:
        for name in "abcdef"[crash_after:]:
            add(writer, name)
        writer.finish()
    names = sorted(path.name for path in whole.iterdir())
    assert len(names) > 1
    assert names == sorted(path.name for path in parts.iterdir())
    assert all((whole / name).read_bytes() == (parts / name).read_bytes() for name in names)


def test_a_shard_that_lost_bytes_is_refused(tmp_path):
    with ShardWriter(tmp_path) as writer:
        add(writer, "a")
        ends = writer.keep()
    path = tmp_path / "train-low-00000.tar"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(OutputError, match=r"should have .* at least"):
        ShardWriter(tmp_path, ends)


def test_a_shard_that_is_gone_is_refused(tmp_path):
    with ShardWriter(tmp_path) as writer:
        add(writer, "a")
        ends = writer.keep()
    (tmp_path / "train-low-00000.tar").unlink()
    with pytest.raises(OutputError, match=r"train-low-00000.tar has 0 bytes and should have"):
        ShardWriter(tmp_path, ends)


def test_other_files_of_the_folder_are_left_alone(tmp_path):
    (tmp_path / "mine.tar").write_text("mine")
    (tmp_path / "train-low-1.tar").write_text("mine")
    with ShardWriter(tmp_path) as writer:
        writer.finish()
    assert len(list(tmp_path.iterdir())) == 2

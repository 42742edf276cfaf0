"""Shards: plain TAR files of samples, written so that a position in them can be returned to.

A family of shards holds what is read together, such as all low patches for training. A sample is three
members of one name: its JPEG, its PNG mask and a JSON that says what it is. Nothing is compressed again, so
a member's bytes can be read straight from its offset.
"""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from zoomiseg.durable import flush_folder
from zoomiseg.errors import OutputError

MAX_SHARD_BYTES = 256 << 20
_BLOCK = tarfile.BLOCKSIZE
_END = bytes(2 * _BLOCK)
_SHARD = re.compile(r"(?P<family>(train|val)-(low|high|pieces))-(?P<number>\d{5})\.tar")

End = tuple[int, int]
"""The number of a family's last shard, and its length in bytes without the TAR's end mark."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a sample's files begin: the shard's name, and byte offsets in the order they were given."""

    shard: str
    offsets: tuple[int, ...]


class ShardWriter:
    """Appends samples to the shards of a folder. Use it in a `with`.

    Args:
        folder: Exists. Shards in it beyond `ends` are cut off or removed.
        ends: How far each family is to be kept; None starts anew.
        max_bytes: What a shard may weigh, if it holds more than one sample.
    Raises:
        OutputError: A shard is shorter than `ends` says.
    """

    def __init__(
        self, folder: Path, ends: Mapping[str, End] | None = None, *, max_bytes: int = MAX_SHARD_BYTES
    ) -> None:
        self._folder, self._max_bytes = folder, max_bytes
        self._kept: dict[str, End] = dict(ends or {})
        self._ends: dict[str, End] = {}
        self._files: dict[str, BinaryIO] = {}
        self.roll_back()

    def add(self, family: str, name: str, files: Sequence[tuple[str, bytes]]) -> Placed:
        """Append one sample as the members name.ending.

        Args:
            family: Such as `train-low`.
            name: ASCII, without a dot.
            files: (ending, content) each.
        """
        members = [(_header(f"{name}.{ending}", content), content) for ending, content in files]
        weight = sum(len(head) + len(content) + _gap(content) for head, content in members)
        number, end = self._ends.get(family, (0, 0))
        if end and end + weight + len(_END) > self._max_bytes:
            self._close(family)
            number, end = number + 1, 0
        file = self._opened(family, number)
        offsets = []
        for head, content in members:
            offsets.append(end + len(head))
            file.writelines((head, content, bytes(_gap(content))))
            end += len(head) + len(content) + _gap(content)
        self._ends[family] = number, end
        return Placed(shard_name(family, number), tuple(offsets))

    def keep(self) -> dict[str, End]:
        """Let `roll_back` return to here, and return how far each family reaches."""
        self._kept = dict(self._ends)
        return dict(self._ends)

    def flush(self) -> None:
        """Make all that was added durable."""
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        flush_folder(self._folder)

    def roll_back(self) -> None:
        """Drop all that was added since the last `keep`."""
        for file in self._files.values():
            file.close()
        self._files.clear()
        self._ends = dict(self._kept)
        for family, (number, end) in self._ends.items():
            for each in range(number + 1):
                _require(self._folder / shard_name(family, each), end if each == number else 1)
        for path in shards_in(self._folder):
            self._cut(path)

    def finish(self) -> None:
        """Write the end mark of every TAR and close it, all durable."""
        for family in self._ends:
            self._close(family)

    def _cut(self, path: Path) -> None:
        """Return a shard to where it ended."""
        found = _SHARD.fullmatch(path.name)
        assert found is not None
        number = int(found["number"])
        last, end = self._ends.get(found["family"], (-1, 0))
        if number > last:
            path.unlink()
        elif number == last:
            os.truncate(path, end)

    def _opened(self, family: str, number: int) -> BinaryIO:
        if family not in self._files:
            self._files[family] = (self._folder / shard_name(family, number)).open("ab")
        return self._files[family]

    def _close(self, family: str) -> None:
        with self._opened(family, self._ends[family][0]) as file:
            file.write(_END)
            file.flush()
            os.fsync(file.fileno())
        del self._files[family]

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()


def _require(path: Path, size: int) -> None:
    found = path.stat().st_size if path.exists() else 0
    if found < size:
        raise OutputError(
            f"{path} has {found} bytes and should have {size} at least.",
            hint="It is damaged; --restart prepares everything anew.",
        )


def shard_name(family: str, number: int) -> str:
    return f"{family}-{number:05d}.tar"


def shards_in(folder: Path) -> list[Path]:
    """Return the folder's shards in order of name."""
    return sorted(path for path in folder.iterdir() if _SHARD.fullmatch(path.name))


def _header(name: str, content: bytes) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    # Plain USTAR, without times and owners: the same patches give the same bytes.
    return member.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def _gap(content: bytes) -> int:
    return -len(content) % _BLOCK

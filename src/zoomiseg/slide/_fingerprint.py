"""What tells one slide from another without reading all of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypedDict

_MEGABYTE = 1 << 20
_METADATA_NAMES = ("zarr.json", ".zattrs", ".zgroup")


class Fingerprint(TypedDict):
    """Size in bytes and checksums; for a folder, of its metadata file and its largest other file."""

    size: int
    sha256_first_mb: str
    sha256_last_mb: str


def fingerprint_of(path: Path) -> Fingerprint:
    """Return the fingerprint of a slide's file or folder."""
    if path.is_dir():
        return _of_folder(path)
    return _of_files(path, path, size=path.stat().st_size)


def _of_folder(path: Path) -> Fingerprint:
    metadata = next((path / name for name in _METADATA_NAMES if (path / name).is_file()), None)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    chunks = [file for file in files if file.name not in (*_METADATA_NAMES, ".zarray", ".zmetadata")]
    # Of equally large chunks the first in path order, so that the choice is the same everywhere.
    largest = max(chunks, key=lambda file: file.stat().st_size, default=files[0])
    return _of_files(metadata or files[0], largest, size=sum(file.stat().st_size for file in files))


def _of_files(first: Path, last: Path, *, size: int) -> Fingerprint:
    with first.open("rb") as file:
        head = file.read(_MEGABYTE)
    with last.open("rb") as file:
        file.seek(max(0, last.stat().st_size - _MEGABYTE))
        tail = file.read(_MEGABYTE)
    return {
        "size": size,
        "sha256_first_mb": hashlib.sha256(head).hexdigest(),
        "sha256_last_mb": hashlib.sha256(tail).hexdigest(),
    }

"""The JSON of an annotation file, plain or compressed, within limits that keep a hostile file harmless."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, Any

from zoomiseg.errors import AnnotationError

MAX_BYTES = 256 * 1024 * 1024
MAX_MEMBERS = 1000
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
JSON_SUFFIXES = (".geojson", ".json")
_SYMLINK = 0xA000


def load_json(path: Path) -> Any:
    """Return the value of a JSON file, which may be packed by gzip or be the only JSON file of a zip archive.

    Raises:
        AnnotationError: It cannot be read, is no JSON, or is larger than `MAX_BYTES` unpacked.
    """
    data = _unpacked(path)
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise AnnotationError(
            f"{path.name} is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8."
        ) from error
    except RecursionError as error:
        raise AnnotationError(f"{path.name} is nested too deeply to be an annotation file.") from error
    except json.JSONDecodeError as error:
        raise AnnotationError(
            f"{path.name} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            hint="Export it again; it may have been cut off.",
        ) from error
    except ValueError as error:
        raise AnnotationError(f"{path.name} holds a number of too many digits.") from error


def _unpacked(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
            file.seek(0)
            if magic.startswith(GZIP_MAGIC):
                return _gunzipped(path, file)
            if magic == ZIP_MAGIC:
                return _unzipped(path, file)
            return _read(path, file)
    except OSError as error:
        raise AnnotationError(f"{path} cannot be read: {error.strerror or error}.") from error


def _read(path: Path, file: IO[bytes]) -> bytes:
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise AnnotationError(
            f"{path.name} holds more than {MAX_BYTES // 1024**2} MB of text.", hint="Split it by region."
        )
    return data


def _gunzipped(path: Path, file: IO[bytes]) -> bytes:
    # zlib by itself knows the limit; the gzip module would also follow endless further members.
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(_read(path, file), MAX_BYTES + 1)
    except zlib.error as error:
        raise AnnotationError(f"{path.name} is a damaged gzip file.", hint="Export it again.") from error
    data = _read(path, io.BytesIO(data))
    if not unpacker.eof or unpacker.unused_data:
        raise AnnotationError(f"{path.name} is a gzip file that is cut off or has more than one part.")
    return data


def _unzipped(path: Path, file: IO[bytes]) -> bytes:
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_only_member(path, archive)) as member:
            return _read(path, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise AnnotationError(
            f"{path.name} is a zip archive that cannot be unpacked: {error}.", hint="Unpack it by hand."
        ) from error


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise AnnotationError(
            f"{path.name} holds {len(members)} files.", hint="Keep only the GeoJSON file in it."
        )
    for member in members:
        _refuse_path_tricks(path, member)
    found = [
        member
        for member in members
        if member.filename.lower().endswith(JSON_SUFFIXES) and not member.filename.startswith("__MACOSX/")
    ]
    if len(found) != 1:
        raise AnnotationError(
            f"{path.name} holds {len(found)} GeoJSON files instead of one.",
            hint="Unpack it and name the file.",
        )
    return found[0]


def _refuse_path_tricks(path: Path, member: zipfile.ZipInfo) -> None:
    """Refuse names that point elsewhere: nothing is written here, but such an archive is no honest export."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    leaves = name.is_absolute() or ".." in name.parts or ":" in name.parts[0] if name.parts else True
    if leaves or (member.external_attr >> 16) & 0xF000 == _SYMLINK:
        raise AnnotationError(
            f"{path.name} holds {member.filename!r}, which points outside the archive.",
            hint="Do not trust it; ask for a plain GeoJSON file.",
        )

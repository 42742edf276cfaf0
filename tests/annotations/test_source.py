from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest

from zoomiseg.annotations import _source, read_geojson
from zoomiseg.errors import AnnotationError

TEXT = json.dumps({"type": "Point", "coordinates": [1, 2]}).encode()


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


def stored(tmp_path, data: bytes):
    path = tmp_path / "a.geojson"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        TEXT,
        b"\xef\xbb\xbf" + TEXT,
        gzip.compress(TEXT),
        archive(("a.geojson", TEXT)),
        archive(("folder/A.JSON", TEXT), ("notes.txt", b"x"), ("__MACOSX/._a.geojson", b"x")),
    ],
    ids=["plain", "byte order mark", "gzip", "zip", "zip with other files"],
)
def test_all_wrappings_are_read(tmp_path, data):
    assert len(read_geojson(stored(tmp_path, data))) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not JSON"),
        (TEXT[:-3], "is not JSON: .* at line 1, column"),
        (b"\xff\xfe" + TEXT, r"is not UTF-8 text \(byte 0\)"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"type": "Point", "coordinates": [' + b"1" * 5000 + b", 2]}", "too many digits"),
        (gzip.compress(TEXT, mtime=0)[:-9], "cut off"),
        (gzip.compress(TEXT, mtime=0) * 2, "more than one part"),
        (b"\x1f\x8bnonsense", "damaged gzip"),
        (b"PK\x03\x04nonsense", "cannot be unpacked"),
        (archive(("a.txt", TEXT)), "holds 0 GeoJSON files"),
        (archive(("a.geojson", TEXT), ("b.geojson", TEXT)), "holds 2 GeoJSON files"),
        (archive(("../a.geojson", TEXT)), "points outside"),
        (archive(("/a.geojson", TEXT)), "points outside"),
        (archive(("C:\\a.geojson", TEXT)), "points outside"),
        (archive((link("a.geojson"), b"/etc/hostname")), "points outside"),
    ],
)
def test_damaged_and_hostile_files_are_refused(tmp_path, data, sentence):
    with pytest.raises(AnnotationError, match=sentence) as caught:
        read_geojson(stored(tmp_path, data))
    assert "a.geojson" in str(caught.value)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda data: archive(("a.json", data))])
def test_more_than_the_limit_unpacked_is_refused(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(_source, "MAX_BYTES", 1024**2)
    with pytest.raises(AnnotationError, match="more than 1 MB"):
        read_geojson(stored(tmp_path, pack(b" " * (1024**2 + 1))))
    assert len(read_geojson(stored(tmp_path, pack(TEXT + b" " * (1024**2 - len(TEXT)))))) == 1


def test_an_archive_of_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(_source, "MAX_MEMBERS", 2)
    with pytest.raises(AnnotationError, match="holds 3 files"):
        read_geojson(stored(tmp_path, archive(*((f"{n}.json", TEXT) for n in range(3)))))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(AnnotationError, match=r"nothing\.geojson cannot be read: No such file"):
        read_geojson(tmp_path / "nothing.geojson")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(AnnotationError, match="cannot be read"):
        read_geojson(tmp_path)

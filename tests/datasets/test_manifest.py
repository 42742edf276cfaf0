"""What a manifest may look like, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoomiseg.datasets import Pair, read_manifest
from zoomiseg.errors import ManifestError


@pytest.fixture
def manifest(tmp_path):
    """Return a function that writes a manifest's text and returns its path."""

    def write(text: str, *, encoding: str = "utf-8") -> Path:
        path = tmp_path / "pairs.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_every_column_ends_in_its_field(manifest, tmp_path):
    path = manifest("slide,mask,group,split,mpp,mask_value\na.png,b.png,case 7,val,0.25,3\n")
    assert read_manifest(path) == [
        Pair(tmp_path / "a.png", tmp_path / "b.png", group="case 7", split="val", mpp=0.25, mask_value=3)
    ]


def test_slide_and_mask_are_the_only_columns_that_must_be_there(manifest, tmp_path):
    assert read_manifest(manifest("slide,mask\na.png,b.png\n")) == [
        Pair(tmp_path / "a.png", tmp_path / "b.png")
    ]


def test_the_order_of_columns_does_not_matter(manifest, tmp_path):
    (pair,) = read_manifest(manifest("mpp,mask,slide\n2,b.png,a.png\n"))
    assert (pair.slide, pair.mask, pair.mpp) == (tmp_path / "a.png", tmp_path / "b.png", 2.0)


def test_a_byte_order_mark_and_windows_line_ends_are_no_hindrance(manifest, tmp_path):
    path = manifest("slide,mask\r\na.png,b.png\r\n", encoding="utf-8-sig")
    assert read_manifest(path) == [Pair(tmp_path / "a.png", tmp_path / "b.png")]


def test_relative_paths_start_at_the_manifest_and_absolute_ones_stay(manifest, tmp_path):
    (pair,) = read_manifest(manifest("slide,mask\nsub/a.png,/elsewhere/b.png\n"))
    assert pair.slide == tmp_path / "sub" / "a.png"
    assert pair.mask == Path("/elsewhere/b.png")


@pytest.mark.parametrize("row", ["a.png,,,,,", "a.png, , , , , ", "a.png"])
def test_an_empty_or_missing_cell_is_absent(manifest, tmp_path, row):
    path = manifest(f"slide,mask,group,split,mpp,mask_value\n{row}\n")
    assert read_manifest(path) == [Pair(tmp_path / "a.png", None)]


def test_further_columns_are_kept(manifest):
    (pair,) = read_manifest(manifest("slide,kind,mask,scanner\na.png,polyp,b.png,\n"))
    assert dict(pair.extra) == {"kind": "polyp", "scanner": ""}


def test_cells_beyond_the_columns_are_dropped(manifest):
    (pair,) = read_manifest(manifest("slide,mask\na.png,b.png,stray,cells\n"))
    assert dict(pair.extra) == {}


@pytest.mark.parametrize("cell", ["zero point five", "0", "-1", "nan", "inf"])
def test_an_mpp_that_is_no_positive_number_is_refused_with_its_line(manifest, cell):
    path = manifest(f"slide,mask,mpp\na.png,b.png,0.5\nc.png,d.png,{cell}\n")
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert str(caught.value) == f"Line 3 of {path}: mpp must be a number above 0, got {cell!r}."


@pytest.mark.parametrize("cell", ["red", "1.5", "nan"])
def test_a_mask_value_that_is_no_whole_number_is_refused_with_its_line(manifest, cell):
    path = manifest(f"slide,mask,mask_value\na.png,b.png,{cell}\n")
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert str(caught.value) == f"Line 2 of {path}: mask_value must be a whole number, got {cell!r}."


def test_blank_lines_do_not_shift_the_line_that_an_error_names(manifest):
    path = manifest("slide,mask,mpp\n\na.png,b.png,0.5\n\n\nc.png,d.png,x\n")
    with pytest.raises(ManifestError, match="Line 6 of "):
        read_manifest(path)


def test_a_row_without_a_slide_is_refused_with_its_line(manifest):
    path = manifest("slide,mask\na.png,b.png\n,d.png\n")
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert str(caught.value) == f"Line 3 of {path} names no slide."


@pytest.mark.parametrize("text", ["slide\na.png\n", "mask\na.png\n", "image;mask\na.png;b.png\n", ""])
def test_missing_columns_are_named_beside_what_was_found(manifest, text):
    path = manifest(text)
    first = text.split("\n", maxsplit=1)[0]
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert str(caught.value) == f"{path} has no columns slide and mask; its first line is {first!r}."


def test_a_manifest_without_rows_is_refused(manifest):
    path = manifest("slide,mask\n")
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert str(caught.value) == f"{path} names no slide."


def test_a_manifest_that_is_not_there_is_named_once(tmp_path):
    path = tmp_path / "none.csv"
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert str(caught.value) == f"The manifest {path} cannot be read: No such file or directory."


def test_a_manifest_in_another_encoding_is_refused(manifest):
    path = manifest("slide,mask\nänderung.png,b.png\n", encoding="latin-1")
    with pytest.raises(ManifestError, match="is not a CSV in UTF-8"):
        read_manifest(path)

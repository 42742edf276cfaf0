"""The manifest: a CSV that names images, their masks, and what is known of them."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from zoomiseg.errors import ManifestError

_KNOWN = ("slide", "mask", "group", "split", "mpp", "mask_value")


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of a manifest.

    Args:
        slide: The image or slide.
        mask: Its truth, or None where the row names none.
        group: Patient or case, "" where unknown.
        split: `train`, `val`, `test`, `sample`, or "".
        mpp: µm per pixel, or None where the row does not say.
        mask_value: The value that marks the target, or None: all above 0.
        extra: The cells of further columns.
    """

    slide: Path
    mask: Path | None
    group: str = ""
    split: str = ""
    mpp: float | None = None
    mask_value: int | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def read_manifest(path: Path) -> list[Pair]:
    """Return the rows of a manifest; paths are taken from the CSV's folder, an empty cell is absent.

    Raises:
        ManifestError: The file cannot be read, lacks a column, or a cell cannot be understood.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or []
            # Blank lines and cells of several lines: only the reader knows the line of a row.
            rows = [(reader.line_num, row) for row in reader]
    except IsADirectoryError as error:
        raise ManifestError(
            f"{path} is a folder.", hint=f"Name the manifest in it: {path}/pairs.csv."
        ) from error
    except NotADirectoryError as error:
        raise ManifestError(
            f"{path.parent} is no folder.", hint="Name the folder of the manifest."
        ) from error
    except OSError as error:
        raise ManifestError(f"The manifest {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"The manifest {path} is not a CSV in UTF-8: {error}.") from error
    if "slide" not in columns or "mask" not in columns:
        raise ManifestError(f"{path} has no columns slide and mask; its first line is {','.join(columns)!r}.")
    if not rows:
        raise ManifestError(f"{path} names no slide.")
    return [_pair(row, path.parent, f"Line {line} of {path}") for line, row in rows]


def _pair(row: Mapping[str, str | None], folder: Path, place: str) -> Pair:
    cells = {key: (value or "").strip() for key, value in row.items() if key}
    if not cells["slide"]:
        raise ManifestError(f"{place} names no slide.")
    return Pair(
        slide=folder / cells["slide"],
        mask=folder / cells["mask"] if cells["mask"] else None,
        group=cells.get("group", ""),
        split=cells.get("split", ""),
        mpp=_mpp(cells.get("mpp", ""), place),
        mask_value=_mask_value(cells.get("mask_value", ""), place),
        extra=MappingProxyType({key: value for key, value in cells.items() if key not in _KNOWN}),
    )


def _mpp(cell: str, place: str) -> float | None:
    number = _number(cell)
    if number is not None and not (math.isfinite(number) and number > 0):
        raise ManifestError(f"{place}: mpp must be a number above 0, got {cell!r}.")
    return number


def _mask_value(cell: str, place: str) -> int | None:
    number = _number(cell)
    if number is None:
        return None
    if not number.is_integer():
        raise ManifestError(f"{place}: mask_value must be a whole number, got {cell!r}.")
    return int(number)


def _number(cell: str) -> float | None:
    """Return the cell's number, NaN where it is none, or None where it is empty."""
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return math.nan

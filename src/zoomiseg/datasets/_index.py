"""The index of prepared patches: a CSV whose rows say what each is, and where its bytes are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from zoomiseg.durable import replace_file
from zoomiseg.errors import ManifestError
from zoomiseg.geometry import Box, ScaleName

from ._cuts import Form
from ._prepare_options import Split

INDEX = "index.csv"


@dataclass(frozen=True, slots=True)
class StoredPair:
    """An image and its mask in a shard: one row of the index.

    Args:
        slide: Path from the manifest's folder.
        group: Patient, "" where unknown.
        kind: The manifest's column `kind`, "" without it.
        split: What it is for.
        scale: Which network learns from it. A piece may have a row for each scale.
        form: A patch has 1024 x 1024 pixels at its scale; a piece is smaller or finer, for collages.
        x: Left edge, in level-0 pixels.
        y: Top edge.
        width: In level-0 pixels.
        height: In level-0 pixels.
        mpp: µm per stored pixel, the mean of x and y.
        tumour: Share of the stored pixels that are target, 0 to 1.
        shard: Name of the TAR file.
        image_offset: Where the JPEG begins in the shard, in bytes.
        image_bytes: Its length.
        mask_offset: Where the PNG begins.
        mask_bytes: Its length.
    """

    slide: str
    group: str
    kind: str
    split: Split
    scale: ScaleName
    form: Form
    x: int
    y: int
    width: int
    height: int
    mpp: float
    tumour: float
    shard: str
    image_offset: int
    image_bytes: int
    mask_offset: int
    mask_bytes: int

    @property
    def box(self) -> Box:
        """The region in level-0 pixels."""
        return Box(self.x, self.y, self.width, self.height)


COLUMNS = tuple(field.name for field in fields(StoredPair))
_READ: dict[str, Any] = {"int": int, "float": float}
_READERS = tuple(_READ.get(str(field.type), str) for field in fields(StoredPair))
_CHOICES = {"split": ("train", "val"), "scale": ("low", "high"), "form": ("patch", "piece")}


def write_index(folder: Path, pairs: Iterable[StoredPair]) -> None:
    """Write or replace the folder's index, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(pair) for pair in pairs)
    replace_file(folder / INDEX, [text.getvalue().encode("utf-8")])


def read_index(folder: Path) -> tuple[StoredPair, ...]:
    """Return the rows of a folder's index.

    Raises:
        ManifestError: There is none, or it is damaged.
    """
    path = folder / INDEX
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
    except FileNotFoundError as error:
        raise ManifestError(
            f"{folder} holds no {INDEX}.", hint="`zoomiseg prepare` makes it; interrupted, it goes on."
        ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path} cannot be read: {error}.") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise ManifestError(
            f"{path} is no index of prepared patches: its first line is not {COLUMNS[0]}, ..."
        )
    return tuple(_pair(row, path, line) for line, row in enumerate(rows[1:], start=2))


def _pair(row: Sequence[str], path: Path, line: int) -> StoredPair:
    try:
        values = dict(
            zip(COLUMNS, (read(cell) for read, cell in zip(_READERS, row, strict=True)), strict=True)
        )
    except ValueError as error:
        raise ManifestError(f"Line {line} of {path} is damaged: {error}.") from error
    for name, allowed in _CHOICES.items():
        if values[name] not in allowed:
            raise ManifestError(f"Line {line} of {path} is damaged: its {name} is {values[name]!r}.")
    return StoredPair(**values)

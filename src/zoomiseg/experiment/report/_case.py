"""What is shown of a low patch, as it is kept in `pictures.json`: file names and the figures beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ._choice import Chosen

PICTURES_NAME = "pictures.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class RowPictures:
    """The panels of one row in one patch; names of files.

    Args:
        iou: Of the patch's region on the high grid.
        clicks_low: Low clicks and undos in it.
        clicks_high: Likewise.
        overlay: Image, mask, and clicks.
        overlay_detail: Of the detail.
        error: Mask against truth.
        error_detail: Likewise.
        probability: The low network's; None where it gave none.
        seam: The longest seam of high-only and what this row has there; None where there is none.
    """

    iou: float
    clicks_low: int
    clicks_high: int
    overlay: str
    overlay_detail: str
    error: str
    error_detail: str
    probability: str | None
    seam: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A chosen patch and its panels.

    Args:
        chosen: Which, and why.
        image: The patch with the truth's outline.
        image_detail: The detail likewise.
        detail_um: Side of the detail.
        rows: By row, those whose masks were kept.
        seams: Torn places of high-only, and µm of them all; None without that row.
    """

    chosen: Chosen
    image: str
    image_detail: str
    detail_um: float
    rows: Mapping[str, RowPictures]
    seams: tuple[int, float] | None

    @property
    def files(self) -> list[str]:
        """All names."""
        names = [self.image, self.image_detail]
        for row in self.rows.values():
            names += [row.overlay, row.overlay_detail, row.error, row.error_detail]
            names += [name for name in (row.probability, row.seam) if name]
        return names


def written_cases(cases: Sequence[Case]) -> bytes:
    """Return what `read_cases` understands."""
    values = {"format": _FORMAT, "cases": [asdict(case) for case in cases]}
    return json.dumps(values, indent=1, allow_nan=False).encode()


def read_cases(folder: Path) -> list[Case]:
    """Return the cases whose pictures lie in a folder; none where there are none, or not all of them."""
    try:
        values = json.loads((folder / PICTURES_NAME).read_bytes())
        cases = [_case(record) for record in values["cases"]] if values["format"] == _FORMAT else []
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [case for case in cases if all((folder / name).is_file() for name in case.files)]


def _case(record: Mapping[str, Any]) -> Case:
    rows = {name: RowPictures(**row) for name, row in record["rows"].items()}
    seams = record["seams"]
    rest = {key: record[key] for key in ("image", "image_detail", "detail_um")}
    case = Case(
        chosen=Chosen(**record["chosen"]), rows=rows, seams=None if seams is None else tuple(seams), **rest
    )
    if any(Path(name).name != name for name in case.files):
        raise ValueError("a picture lies in its folder")
    return case

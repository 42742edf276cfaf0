"""A second, plain copy of the event log: it tells when the first lost its tail, and brings it back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from zoomiseg.durable import replace_file

from ._evidence import Evidence, row_from

HEADER_MARK = "header"


class Mirror:
    """Lines of JSON beside the database: the header, then a row each, with the rows' own checksums.

    A line is written after its row is safe in the database and is not waited for, so the mirror may lag by
    what a kill cut off; a mirror that is *ahead* proves that the database lost rows.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, values: tuple[int | str, ...]) -> None:
        """Add a row.

        Raises:
            OSError: It could not be written; a part of the line may stand in the file.
        """
        with self._path.open("ab", buffering=0) as file:
            file.write(_line(values))

    def rewrite(self, header: str, rows: Iterable[tuple[int | str, ...]]) -> None:
        """Replace the whole mirror.

        Raises:
            OSError: It could not be written; the old one stands.
        """
        replace_file(self._path, [_line((HEADER_MARK, header)), *map(_line, rows)])

    def read(self) -> Evidence:
        """Return what the lines say, without judging whether they belong together."""
        evidence = Evidence()
        if not self._path.exists():
            evidence.complain("it is missing")
            return evidence
        *lines, unfinished = self._path.read_bytes().split(b"\n")
        evidence.unfinished = bool(unfinished)
        for line in lines:
            _read_line(line, evidence)
        return evidence


def _line(values: tuple[int | str, ...]) -> bytes:
    return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _read_line(line: bytes, evidence: Evidence) -> None:
    try:
        values = json.loads(line)
    except ValueError:
        evidence.complain("a line is not JSON")
        return
    if isinstance(values, list) and len(values) == 2 and values[0] == HEADER_MARK:
        evidence.headers.append(str(values[1]))
        return
    row = row_from(tuple(values)) if isinstance(values, list) else None
    if row is None:
        evidence.complain("a line is no event")
    else:
        evidence.rows.append(row)

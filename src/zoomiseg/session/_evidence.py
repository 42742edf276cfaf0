"""What the files of an event log say, and the longest history that it proves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from ._events import Row


@dataclass
class Evidence:
    """Headers and rows as one file gives them, unjudged.

    Args:
        headers: Texts that claim to be the session's header.
        rows: Rows that have the right shape.
        complaints: Why the file is not as it was written.
        unfinished: Its last line was cut off in writing, which a kill may do.
    """

    headers: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    unfinished: bool = False

    def complain(self, reason: str) -> None:
        self.complaints.append(reason)


@dataclass(frozen=True)
class History:
    """A header and the rows that follow from it without a gap.

    Args:
        header: The session's unchanging facts, JSON with its own checksum.
        rows: From number 1, each chained to the one before.
        seen: How many different rows the evidence names; above `len(rows)` some are lost.
    """

    header: str
    rows: tuple[Row, ...]
    seen: int

    def is_all_of(self, file: Evidence) -> bool:
        """Say whether a file holds this and nothing else."""
        faultless = not file.complaints and not file.unfinished
        return faultless and file.headers == [self.header] and file.rows == list(self.rows)


def sealed(facts: dict[str, object]) -> str:
    """Return the facts as a header: canonical JSON and its SHA-256."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return f"{hashlib.sha256(text.encode('ascii')).hexdigest()} {text}"


def facts_of(header: str) -> dict[str, object] | None:
    """Return the facts in a header, or None where it is not whole."""
    checksum, _, text = header.partition(" ")
    if hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() != checksum:
        return None
    facts: dict[str, object] = json.loads(text)
    return facts


def first_checksum(header: str) -> str:
    """Return what the first row is chained to."""
    return header.partition(" ")[0]


def row_from(values: tuple[object, ...]) -> Row | None:
    """Return the row of these columns, or None where they have another shape."""
    kinds = (int, str, str, str, str, str, str, int, str)
    if len(values) != len(kinds) or any(type(v) is not kind for v, kind in zip(values, kinds, strict=True)):
        return None
    return Row(*values)  # type: ignore[arg-type]  # each type was compared above


def proven(*files: Evidence) -> History | None:
    """Return the longest history that the files prove together; None without a whole header."""
    headers = [header for file in files for header in file.headers if facts_of(header) is not None]
    histories = [_chain(header, files) for header in dict.fromkeys(headers)]
    return max(histories, key=lambda history: len(history.rows), default=None)


def _chain(header: str, files: tuple[Evidence, ...]) -> History:
    candidates: dict[int, list[Row]] = {}
    for file in files:
        for row in file.rows:
            candidates.setdefault(row.n, []).append(row)
    rows: list[Row] = []
    checksum = first_checksum(header)
    while found := next((row for row in candidates.get(len(rows) + 1, ()) if row.follows(checksum)), None):
        rows.append(found)
        checksum = found.checksum
    return History(header, tuple(rows), len(candidates))

"""What the server itself notes of a session: whose it is, and of which slide."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError

from ._slides import SlideFile

CARD_NAME = "server.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Record:
    """A session as the server knows it without opening it.

    Args:
        id: What requests call it.
        owner: The only user who may see it.
        slide: Its slide's id.
        slide_name: Its slide's path below the served folder.
        weights: The name of what predicts.
        mpp: What the user gave, µm per level-0 pixel; None where the slide tells it.
        created: UTC, ISO 8601.
        op_id: Of the request that made it; None where it had none.
        folder: Where it is kept, `NAME.zoomiseg`.
        adapt: What it learns from its slide, as `zoomiseg.adapt.adaptation` takes it.
    """

    id: str
    owner: str
    slide: str
    slide_name: str
    weights: str
    mpp: float | None
    created: str
    op_id: str | None
    folder: Path
    adapt: str = "off"

    def changed(self) -> str | None:
        """Return when its log was last written; None before it was."""
        try:
            # Wherever the log itself is kept, its copy stands here.
            seconds = (self.folder / "events.jsonl").stat().st_mtime
        except OSError:
            return None
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def new_record(
    root: Path,
    slide: SlideFile,
    *,
    owner: str,
    weights: str,
    mpp: float | None = None,
    op_id: str | None = None,
    adapt: str = "off",
) -> Record:
    """Return what is noted of a session that begins now, in a folder of its own in `root`."""
    session_id = secrets.token_hex(8)
    return Record(
        id=session_id,
        owner=owner,
        slide=slide.id,
        slide_name=slide.name,
        weights=weights,
        mpp=mpp,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        op_id=op_id,
        folder=root / folder_name(slide.name, session_id),
        adapt=adapt,
    )


def folder_name(slide_name: str, session_id: str) -> str:
    """Return what a session's folder is called, so that people find it: the slide's name comes first."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(slide_name).stem).strip("-.")[:60]
    return f"{stem or 'slide'}-{session_id}.zoomiseg"


def write_record(record: Record) -> None:
    """Note a new session, before anything else of it is written.

    Raises:
        OutputError: It cannot be written.
    """
    values = {"format": _FORMAT, **asdict(record)}
    del values["folder"]
    try:
        record.folder.mkdir(parents=True)
        replace_file(record.folder / CARD_NAME, [json.dumps(values, indent=2).encode() + b"\n"])
    except OSError as error:
        raise OutputError(
            f"No session can be made: its folder cannot be written ({error.strerror})."
        ) from error


def read_records(root: Path) -> list[Record]:
    """Return the sessions of a folder that a server made, in the order of making."""
    found = (_read(card) for card in root.glob(f"*.zoomiseg/{CARD_NAME}"))
    return sorted((each for each in found if each), key=lambda record: (record.created, record.id))


def _read(card: Path) -> Record | None:
    try:
        values: dict[str, Any] = json.loads(card.read_bytes())
        if values.pop("format") != _FORMAT:
            return None
        return Record(**values, folder=card.parent)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None

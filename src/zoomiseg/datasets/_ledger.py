"""The ledger of a folder that is being prepared: what decides its content, and which slides are finished."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from zoomiseg.durable import flush_folder, replace_file
from zoomiseg.errors import OutputError

from ._index import INDEX, StoredPair
from ._shards import End, shards_in

SETTINGS, FINISHED, CONTACT_SHEET = "prepare.json", "finished.jsonl", "contact-sheet.png"
_RESTART = "Choose another folder, or add --restart to prepare it anew."

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FinishedSlide:
    """A slide whose patches are all in the shards.

    Args:
        key: The planned slide's.
        sizes: Bytes of slide and mask, None for a folder.
        pairs: Its rows of the index.
        warnings: What the slide's own reader warned of.
        ends: How far each family of shards reached when it was finished.
    """

    key: str
    sizes: tuple[int | None, ...]
    pairs: tuple[StoredPair, ...]
    warnings: tuple[str, ...]
    ends: Mapping[str, End]


class Ledger:
    """The finished slides of a folder, appended to as each is done. Use it in a `with`; one at a time.

    Args:
        folder: Made if it is not there.
        settings: All that decides the content, of plain JSON values; another one's folder is refused.
        restart: Remove what was prepared before.
    Raises:
        OutputError: The folder holds something else, or another run works on it.
    """

    def __init__(self, folder: Path, settings: Settings, *, restart: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FINISHED
        if not (folder / SETTINGS).exists():
            _require_empty(folder)
            replace_file(folder / SETTINGS, [_json(settings)])
        self._file = self._path.open("a+b")
        try:
            _lock(self._file.fileno(), folder)
            if restart:
                self._clear(folder, settings)
            _require_same(folder, settings)
            self.finished = self._read()
        except BaseException:
            self._file.close()
            raise

    @property
    def ends(self) -> Mapping[str, End]:
        """How far the shards are to be kept."""
        return next(reversed(self.finished.values())).ends if self.finished else {}

    def add(self, slides: Iterable[FinishedSlide]) -> None:
        """Make slides durable, whose samples are already."""
        for slide in slides:
            self._file.write(_json(_values_of(slide)))
            self.finished[slide.key] = slide
        self._flush()

    def _read(self) -> dict[str, FinishedSlide]:
        """Return what is finished, and cut off a last line that a crash left half-written."""
        self._file.seek(0)
        finished, good = {}, 0
        for line in self._file:
            try:
                slide = _slide_of(json.loads(line))
            except (ValueError, TypeError, KeyError):
                break
            finished[slide.key] = slide
            good += len(line)
        self._file.truncate(good)
        return finished

    def _clear(self, folder: Path, settings: Settings) -> None:
        # The index first: a folder without one is known to be unfinished.
        for path in (folder / INDEX, folder / CONTACT_SHEET, *shards_in(folder)):
            path.unlink(missing_ok=True)
        self._file.truncate(0)
        self._flush()
        flush_folder(folder)
        replace_file(folder / SETTINGS, [_json(settings)])

    def _flush(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()


def _values_of(slide: FinishedSlide) -> dict[str, Any]:
    return {
        "key": slide.key,
        "sizes": slide.sizes,
        "pairs": [astuple(pair) for pair in slide.pairs],
        "warnings": slide.warnings,
        "ends": slide.ends,
    }


def _slide_of(values: Mapping[str, Any]) -> FinishedSlide:
    return FinishedSlide(
        values["key"],
        tuple(values["sizes"]),
        tuple(StoredPair(*cells) for cells in values["pairs"]),
        tuple(values["warnings"]),
        {family: (number, size) for family, (number, size) in values["ends"].items()},
    )


def _require_empty(folder: Path) -> None:
    strangers = [path for path in (folder / INDEX, folder / FINISHED, *shards_in(folder)) if path.exists()]
    if strangers:
        raise OutputError(
            f"{strangers[0]} is there already, without the {SETTINGS} of an earlier run.",
            hint="Choose another folder with -o.",
        )


def _require_same(folder: Path, settings: Settings) -> None:
    try:
        found = json.loads((folder / SETTINGS).read_bytes())
    except ValueError as error:
        raise OutputError(f"{folder / SETTINGS} is damaged.", hint=_RESTART) from error
    wanted = json.loads(_json(settings))
    for name, value in wanted.items():
        if not isinstance(found, dict) or found.get(name) != value:
            told = found.get(name) if isinstance(found, dict) else None
            what = f"with {name} {told}, and not {value}" if name != "rows" else "from other rows"
            raise OutputError(f"{folder} was prepared {what}.", hint=_RESTART)


def _lock(descriptor: int, folder: Path) -> None:
    """Let nobody else prepare into the folder as long as the file is open."""
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415  (not on Windows)

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputError(f"Another run is preparing into {folder}.", hint="Wait until it ends.") from error


def _json(values: Mapping[str, Any]) -> bytes:
    return (json.dumps(values) + "\n").encode("ascii")

"""What an import has finished: a line for each slide, so that an interrupted one goes on."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from ._case import Case, ImportOptions

_NAME = "import.jsonl"
_RULES = 3
"""By which rules annotations become truths; with others, masks that are there are written anew."""
_FORGOTTEN = "forgotten"
"""The key of a line that says of a mask: what earlier lines say of it holds no longer."""


@dataclass(frozen=True, slots=True)
class Done:
    """A slide whose truth is there.

    Args:
        stamp: All that its truth depends on.
        mask: Of the new mask, below the folder; or the absolute path of one that lies elsewhere.
        value: The value that marks the target in it; None stands for any above 0.
        mpp: µm per level-0 pixel that the slide does not say itself, or None.
        share: Of the mask's pixels that are target, 0 to 1.
        notices: Sentences that a user should read.
    """

    stamp: str
    mask: str
    value: int | None
    mpp: float | None
    share: float
    notices: tuple[str, ...]


class Finished:
    """The finished slides of a folder, by stamp. Use it in a `with`.

    No two of them have the same mask: what a mask held before is forgotten when another is added.

    Args:
        folder: Of the result.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / _NAME).open("a+b")
        self._done = self._read()

    def get(self, stamp: str) -> Done | None:
        """Return what an earlier run made of the same files with the same options, if it is still there."""
        done = self._done.get(stamp)
        return done if done and (self._folder / done.mask).is_file() else None

    def forget(self, mask: str) -> None:
        """Make durable that a mask is no longer what a slide's line says; asked before it is written over."""
        if any(each.mask == mask for each in self._done.values()):
            self._append({_FORGOTTEN: mask})
            self._done = _without(self._done, mask)

    def add(self, done: Done) -> None:
        """Make a slide durable, whose mask is already."""
        self._append(asdict(done))
        self._done = _without(self._done, done.mask) | {done.stamp: done}

    def _append(self, values: dict[str, Any]) -> None:
        self._file.write(json.dumps(values).encode("ascii") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def _read(self) -> dict[str, Done]:
        self._file.seek(0)
        found: dict[str, Done] = {}
        good = 0
        for line in self._file:
            try:
                values: dict[str, Any] = json.loads(line)
                if _FORGOTTEN in values:
                    found = _without(found, values[_FORGOTTEN])
                else:
                    done = Done(**values | {"notices": tuple(values["notices"])})
                    # Of a mask that was written twice only the last line is true.
                    found = _without(found, done.mask) | {done.stamp: done}
            except (ValueError, TypeError, KeyError):
                break
            good += len(line)
        # A crash may have left half a line.
        self._file.truncate(good)
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _without(found: dict[str, Done], mask: str) -> dict[str, Done]:
    return {stamp: each for stamp, each in found.items() if each.mask != mask}


def stamp_of(case: Case, options: ImportOptions, format_name: str) -> str:
    """Return what changes when the slide, its annotation, the options or the rules do."""
    files = [(str(path), *_state(path)) for path in (case.slide, *case.files)]
    return json.dumps([_RULES, format_name, asdict(replace(options, scratch=None)), files])


def _state(path: Path) -> tuple[int, int]:
    """Return size and time of a file; of a folder, of all its files together."""
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    states = [file.stat() for file in files]
    return sum(each.st_size for each in states), max((each.st_mtime_ns for each in states), default=0)

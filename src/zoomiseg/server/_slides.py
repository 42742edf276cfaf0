"""The slides of a folder by id, so that no request ever names a file."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

from zoomiseg.errors import OutputError, ScaleUnknown, SlideError
from zoomiseg.slide import Slide, open_slide

from ._problems import not_found

ENDINGS = frozenset(
    (
        *(".bif", ".dcm", ".jpeg", ".jpg", ".mrxs", ".ndpi", ".png", ".scn", ".svs", ".svslide"),
        *(".tif", ".tiff", ".vms", ".vmu", ".zarr"),
    )
)
MAX_FILES = 10_000
_OPEN_AT_ONCE = 12
_CACHE_BYTES = 48 << 20
_RESCAN_SECONDS = 2.0
# The pixels of a slide can be shown before anybody has said how large they are on glass.
_ANY_MPP = 0.5

# Id, stamp, and the µm per pixel that somebody gave.
_Key = tuple[str, str, float | None]


@dataclass(frozen=True, slots=True)
class SlideFile:
    """A file, or an OME-Zarr folder, that may be a slide.

    Args:
        id: Of its path below the served folder; the same at every start.
        name: That path, with slashes.
        path: Where it lies.
        stamp: Changes when the file does.
    """

    id: str
    name: str
    path: Path
    stamp: str


@dataclass(frozen=True, slots=True)
class SlideFacts:
    """What is known of a slide without a session; `mpp` is None where the file does not tell it."""

    file: SlideFile
    width: int
    height: int
    mpp: tuple[float, float] | None
    objective: float | None
    warnings: tuple[str, ...]


@dataclass
class _Held:
    slide: Slide
    users: int = 0


def require_folder(root: Path) -> None:
    """Refuse what is no folder.

    Raises:
        OutputError: It is none.
    """
    if not root.is_dir():
        raise OutputError(f"There is no folder {root}.", hint="Name the folder that holds the slides.")


class SlideFolder:
    """Finds, describes and opens slides. Every method may wait for a disk: call them in threads.

    Args:
        root: The served folder. Links that lead out of it are not followed.
    Raises:
        OutputError: It is no folder, or cannot be read.
    """

    def __init__(self, root: Path) -> None:
        require_folder(root)
        self.root = root.resolve()
        self._files: dict[str, SlideFile] = {}
        self._facts: dict[tuple[str, str], SlideFacts | str] = {}
        self._held: OrderedDict[_Key, _Held] = OrderedDict()
        self._scanned = -_RESCAN_SECONDS
        self._lock = threading.Lock()
        # Each is there as long as anybody opens that slide, or waits for it.
        self._opening: WeakValueDictionary[_Key, threading.Lock] = WeakValueDictionary()

    def files(self) -> list[SlideFile]:
        """Return what may be a slide, by name; looks into the folder again."""
        found = sorted(_candidates(self.root), key=lambda file: file.name)
        with self._lock:
            self._files = {file.id: file for file in found}
            self._scanned = time.monotonic()
        return found

    def find(self, slide_id: str) -> SlideFile:
        """Return the file of an id.

        Raises:
            Refusal: There is none.
        """
        known = self._files.get(slide_id)
        if known is None and time.monotonic() - self._scanned > _RESCAN_SECONDS:
            self.files()
            known = self._files.get(slide_id)
        if known is None:
            raise not_found("slide")
        return known

    def facts(self, slide_id: str) -> SlideFacts:
        """Return what a slide is.

        Raises:
            Refusal: There is no such file.
            SlideError: It is no slide.
        """
        file = self.find(slide_id)
        found = self._described(file)
        if isinstance(found, str):
            raise SlideError(found)
        return found

    def listed(self) -> tuple[list[SlideFacts], list[tuple[str, str]]]:
        """Return all slides, and the (name, reason) of each file that is none."""
        slides, refused = [], []
        for file in self.files():
            found = self._described(file)
            if isinstance(found, str):
                refused.append((file.name, found))
            else:
                slides.append(found)
        return slides, refused

    @contextmanager
    def opened(self, slide_id: str, *, mpp: float | None = None) -> Iterator[Slide]:
        """Lend an open slide; it stays open while anybody uses it.

        Args:
            slide_id: Its id.
            mpp: µm per level-0 pixel; None takes the file's own, or any where it has none.

        Raises:
            Refusal: There is no such file.
            SlideError: It cannot be opened.
        """
        held = self._borrow(self.find(slide_id), mpp)
        try:
            yield held.slide
        finally:
            with self._lock:
                held.users -= 1

    def close(self) -> None:
        """Close all slides."""
        with self._lock:
            held, self._held = list(self._held.values()), OrderedDict()
        for each in held:
            each.slide.close()

    def _borrow(self, file: SlideFile, mpp: float | None) -> _Held:
        key = (file.id, file.stamp, mpp)
        with self._lock:
            if (held := self._taken(key)) is not None:
                return held
            opening = self._opening.setdefault(key, threading.Lock())
        # Two requests for one slide must not both pay for its opening; those for others need not wait for it.
        with opening:
            with self._lock:
                if (held := self._taken(key)) is not None:
                    return held
            held = _Held(_open(file.path, mpp), users=1)
            with self._lock:
                self._held[key] = held
                idle = self._idle()
        for each in idle:
            each.slide.close()
        return held

    def _taken(self, key: _Key) -> _Held | None:
        """Return an open slide as one that has a user more, or None; with the lock."""
        held = self._held.get(key)
        if held is not None:
            held.users += 1
            self._held.move_to_end(key)
        return held

    def _idle(self) -> list[_Held]:
        """Take out the slides that are open beyond the limit and that nobody uses, the oldest first."""
        surplus = len(self._held) - _OPEN_AT_ONCE
        keys = [key for key, held in self._held.items() if not held.users][: max(surplus, 0)]
        return [self._held.pop(key) for key in keys]

    def _described(self, file: SlideFile) -> SlideFacts | str:
        known = self._facts.get((file.id, file.stamp))
        if known is None:
            known = self._facts[file.id, file.stamp] = _facts_of(file)
        return known


def _facts_of(file: SlideFile) -> SlideFacts | str:
    """Return what a file is as a slide, or why it is none."""
    unknown: tuple[str, ...] = ()
    try:
        try:
            slide = open_slide(file.path, cache_bytes=0)
        except ScaleUnknown as error:
            unknown = (f"{error.message} Give it when you begin to segment.",)
            slide = open_slide(file.path, mpp=_ANY_MPP, cache_bytes=0)
    except (SlideError, OSError) as error:
        return str(error)
    with slide:
        mpp = None if unknown else slide.mpp
        warnings = unknown or slide.warnings
        return SlideFacts(file, slide.width, slide.height, mpp, slide.objective, warnings)


def _open(path: Path, mpp: float | None) -> Slide:
    try:
        return open_slide(path, mpp=mpp, cache_bytes=_CACHE_BYTES)
    except ScaleUnknown:
        return open_slide(path, mpp=_ANY_MPP, cache_bytes=_CACHE_BYTES)


def _candidates(root: Path) -> Iterator[SlideFile]:
    count = 0
    for folder, names, files in os.walk(root):
        here = Path(folder)
        zarrs = [name for name in names if name.lower().endswith(".zarr")]
        # What lies inside an OME-Zarr image or a session is no slide of its own.
        names[:] = [name for name in names if not name.startswith(".") and not _is_whole(name)]
        for name in sorted([*files, *zarrs]):
            path = here / name
            if name.startswith(".") or path.suffix.lower() not in ENDINGS or not _stays_in(root, path):
                continue
            count += 1
            if count > MAX_FILES:
                return
            yield _slide_file(root, path)


def _is_whole(name: str) -> bool:
    return name.lower().endswith((".zarr", ".zoomiseg")) or name == "zoomiseg-sessions"


def _stays_in(root: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(root)


def _slide_file(root: Path, path: Path) -> SlideFile:
    name = path.relative_to(root).as_posix()
    try:
        status = path.stat()
        state = f"{status.st_size} {status.st_mtime_ns}"
    except OSError:
        state = "unreadable"
    return SlideFile(_digest(name), name, path, _digest(f"{name} {state}"))


def _digest(text: str) -> str:
    # A file's name need not be valid text.
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]

"""When which part of a session's mask last changed."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box
from zoomiseg.session import Change

_FIRST_ROOM = 64


class History:
    """The changed boxes of a session with their revisions; for any thread.

    Args:
        revision: The session's when it was opened: what did not change since has this one.
    """

    def __init__(self, revision: int) -> None:
        self._start = revision
        self._boxes: NDArray[np.int64] = np.empty((_FIRST_ROOM, 4), np.int64)
        self._revisions: NDArray[np.int64] = np.empty(_FIRST_ROOM, np.int64)
        self._count = 0
        self._revision = revision
        self._lock = threading.Lock()

    @property
    def revision(self) -> int:
        """The newest revision."""
        return self._revision

    def add(self, change: Change) -> bool:
        """Take in a change; False where it is known, as when an operation is sent twice."""
        with self._lock:
            if change.revision <= self._revision:
                return False
            for box in change.changed:
                self._append(change.revision, box)
            self._revision = change.revision
            return True

    def last_change(self, box: Box) -> int:
        """Return the newest revision that changed anything in a box of slide pixels."""
        with self._lock:
            boxes, revisions = self._boxes[: self._count], self._revisions[: self._count]
            touched = (
                (boxes[:, 0] < box.right)
                & (boxes[:, 1] < box.bottom)
                & (boxes[:, 2] > box.x)
                & (boxes[:, 3] > box.y)
            )
            return int(revisions[touched].max(initial=self._start))

    def since(self, revision: int, whole: Box) -> tuple[Box, ...]:
        """Return the boxes changed after a revision; all of the slide where that is not known any more."""
        with self._lock:
            if not self._start <= revision <= self._revision:
                return (whole,)
            found = self._boxes[: self._count][self._revisions[: self._count] > revision]
        return tuple(sorted({Box(x, y, right - x, bottom - y) for x, y, right, bottom in found.tolist()}))

    def _append(self, revision: int, box: Box) -> None:
        if self._count == len(self._revisions):
            self._boxes = np.concatenate([self._boxes, np.empty_like(self._boxes)])
            self._revisions = np.concatenate([self._revisions, np.empty_like(self._revisions)])
        self._boxes[self._count] = box.x, box.y, box.right, box.bottom
        self._revisions[self._count] = revision
        self._count += 1

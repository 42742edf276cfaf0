"""Locked regions: what they show stays as it is, whatever is done around them."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from zoomiseg.errors import SessionError
from zoomiseg.geometry import Box

from ._journal import Journal, JournalledMap
from ._patches import Lock


class Locks:
    """All regions that were ever locked, by the number of the event that locked them.

    Args:
        journal: Notes every change.
    """

    def __init__(self, journal: Journal) -> None:
        self._locks: JournalledMap[int, Lock] = JournalledMap(journal)

    def snapshot(self) -> Locks:
        """Return the locks as they are now, to be read."""
        twin = copy(self)
        twin._locks = self._locks.snapshot()
        return twin

    def put(self, lock: Lock) -> None:
        self._locks.put(lock.n, lock)

    def unlock(self, op_id: str, n: int) -> None:
        """Let what events after number `n` do be seen in a locked region.

        Raises:
            SessionError: No region is locked by that event.
        """
        lock = next((each for each in self.in_force() if each.op_id == op_id), None)
        if lock is None:
            raise SessionError(f"No locked region of this session has the id {op_id!r}.")
        self.put(replace(lock, until=n))

    def over(self, high_box: Box) -> tuple[Lock, ...]:
        """Return the locks, in force or not, that share a pixel with a box of high pixels, in order."""
        if not len(self._locks):
            return ()
        found = (lock for lock in self._locks.values() if lock.box.intersection(high_box))
        return tuple(sorted(found, key=lambda lock: lock.n))

    def in_force(self) -> tuple[Lock, ...]:
        """Return the regions in which nothing may be changed now, in the order of locking."""
        locks = (lock for lock in self._locks.values() if lock.until is None)
        return tuple(sorted(locks, key=lambda lock: lock.n))

    def boxes_in(self, high_box: Box) -> tuple[Box, ...]:
        """Return the locked parts of a box of high pixels."""
        common = (lock.box.intersection(high_box) for lock in self.in_force())
        return tuple(box for box in common if box)

    def holds(self, pixel: tuple[int, int]) -> bool:
        """Say whether the high pixel (column, row) is locked."""
        return any(lock.box.contains(*pixel) for lock in self.in_force())

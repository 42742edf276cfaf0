"""What an operation replaced: where the mask may look different, and whether it disturbed what is locked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ._edits import Edit
from ._layers import Layer
from ._patches import HighPatch, Imported, Lock, LowPatch, Painting, Settled, View

Item: TypeAlias = Imported | LowPatch | HighPatch | Settled | Edit | Lock


@dataclass(frozen=True, slots=True)
class Touched:
    """A patch, region or edit that an operation has replaced; None stands for none."""

    before: Item | None
    after: Item | None

    @property
    def looks_different(self) -> bool:
        return _look(self.before) != _look(self.after)

    @property
    def layer(self) -> Layer | None:
        """The layer that is shown now and was not before."""
        layer = self.after.layer if isinstance(self.after, LowPatch | HighPatch) else None
        return layer if self.looks_different else None

    def disturbs(self, lock: Lock) -> bool:
        """Say whether a region that is still locked shows something else since."""
        if isinstance(self.before, Lock):
            return self.before.n == lock.n and self.looks_different
        edit = self.before or self.after
        if not isinstance(edit, Edit) or edit.n > lock.n or not edit.box.intersection(lock.box):
            return False
        return _look(self.before, until=lock.n) != _look(self.after, until=lock.n)


def content_of(views: tuple[tuple[str, View], ...]) -> str:
    """Return a SHA-256, in hex, over all that the pixels of views depend on.

    A lock is taken by its own, so that locks that lie on locks cost no more than one.
    """
    looks = [
        (class_, _paintings(view.paintings), [(lock.box, lock.content, lock.until) for lock in view.locks])
        for class_, view in views
    ]
    return hashlib.sha256(repr(looks).encode()).hexdigest()


def disturbed(touched: Iterable[Touched], locks: Iterable[Lock]) -> bool:
    """Say whether any of these regions, which are locked, shows something else since."""
    return any(each.disturbs(lock) for each in touched for lock in locks)


def _look(item: Item | None, *, until: int | None = None) -> object:
    """Return what an item's pixels depend on; of an edit, without what was cut out after event `until`."""
    look: object = None
    match item:
        case Imported():
            look = item.start.id
        case LowPatch():
            look = item.layer.id
        case HighPatch():
            look = (item.layer.id, item.z) if item.layer else None
        case Settled():
            look = _paintings(item.paintings)
        case Edit():
            look = item.n, tuple(hole for hole in item.holes if until is None or hole.n <= until)
        case Lock():
            look = item.content
    return look


def _paintings(paintings: tuple[Painting, ...]) -> object:
    return tuple((painting.clip, _layers(painting)) for painting in paintings)


def _layers(painting: Painting) -> tuple[str, ...]:
    if isinstance(painting.content, Imported):
        return (painting.content.start.id,)
    content = painting.content if isinstance(painting.content, tuple) else (painting.content,)
    return tuple(patch.layer.id for patch in content if patch.layer)

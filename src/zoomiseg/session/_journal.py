"""Mappings that remember what each step replaced, so that steps can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Write:
    """One replacement: `before` is None where the key was absent."""

    mapping: JournalledMap[Any, Any]
    key: Any
    before: Any


class Journal:
    """The replacements of all steps; taking back the newest costs what it touched and nothing else."""

    def __init__(self) -> None:
        self._steps: list[list[Write]] = []

    def __len__(self) -> int:
        return len(self._steps)

    def begin(self) -> None:
        """Start a step; all that is put from now on belongs to it."""
        self._steps.append([])

    def note(self, write: Write) -> None:
        self._steps[-1].append(write)

    def newest(self) -> tuple[Write, ...]:
        """Return what the newest step replaced."""
        return tuple(self._steps[-1])

    def take_back(self) -> None:
        """Restore what the newest step replaced, and forget the step."""
        for write in reversed(self._steps.pop()):
            write.mapping.restore(write.key, write.before)


class JournalledMap(Generic[K, V]):
    """A mapping whose changes are noted in a journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._values: dict[K, V] = {}
        self._shared = False

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[K]:
        return iter(self._values)

    def get(self, key: K) -> V | None:
        return self._values.get(key)

    def values(self) -> list[V]:
        return list(self._values.values())

    def snapshot(self) -> JournalledMap[K, V]:
        """Return the mapping as it is now, to be read; it costs nothing until this one changes."""
        twin: JournalledMap[K, V] = JournalledMap(self._journal)
        twin._values, self._shared = self._values, True
        return twin

    def put(self, key: K, value: V | None) -> None:
        """Replace a value, or remove it with None."""
        self._journal.note(Write(self, key, self._values.get(key)))
        self.restore(key, value)

    def restore(self, key: K, value: V | None) -> None:
        """Replace a value without a note."""
        if self._shared:
            self._values, self._shared = dict(self._values), False
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value

"""What readers see: one finished state of a session, which no later operation changes."""

from __future__ import annotations

from dataclasses import dataclass

from ._compose import Composer
from ._events import Event
from ._fold import Fold
from ._state import State


@dataclass(frozen=True, slots=True)
class Shown:
    """A session at one revision; what is being predicted or written meanwhile is not in it.

    Args:
        revision: The number of the newest event in it.
        events: Those that are neither undone nor deleted, in order.
        undoable: An undo would take something back.
        redoable: A redo would bring something back.
        state: Patches and regions, for reading only.
        composer: Composes their pixels.
    """

    revision: int
    events: tuple[Event, ...]
    undoable: bool
    redoable: bool
    state: State
    composer: Composer


def shown(fold: Fold, composer: Composer, *, revision: int) -> Shown:
    """Return what a fold has made so far.

    Args:
        fold: All events up to the revision; none is half taken in.
        composer: Any composer of the session.
        revision: The number of the newest event.
    """
    state = fold.state.snapshot()
    return Shown(revision, fold.in_force, fold.can_undo, fold.can_redo, state, composer.of(state))

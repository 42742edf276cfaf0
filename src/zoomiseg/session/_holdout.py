"""New clicks as trials: what the answers before them said of their places."""

from __future__ import annotations

from zoomiseg.adapt import TRIALS
from zoomiseg.geometry import Click

from ._journal import Journal, JournalledMap
from ._layers import Layer, Trial


class HoldOuts:
    """The trials of one scale, by class; a pure function of the events in force.

    Args:
        journal: Notes every change.
    """

    def __init__(self, journal: Journal) -> None:
        self._trials: JournalledMap[str, tuple[Trial, ...]] = JournalledMap(journal)

    def after(self, class_: str, before: Layer | None, click: Click) -> tuple[Trial, ...]:
        """Note a new click, and return the trials of its class; after `TRIALS` they begin anew.

        Args:
            class_: What was clicked.
            before: What its patch was answered before; None where that was never clicked.
            click: Inside the patch.
        """
        known = self._trials.get(class_) or ()
        if before is not None and before.choice is not None:
            known = (*(known if len(known) < TRIALS else ()), Trial(before.choice, click))
            self._trials.put(class_, known)
        return known

"""Whether a session learns from its slide just now: chosen when it is begun, switched by events."""

from __future__ import annotations

from copy import copy

from zoomiseg.adapt import Adaptation
from zoomiseg.errors import SessionError

from ._journal import Journal, JournalledMap

_OFF = Adaptation()


class Learning:
    """A switch; while it is off, the networks answer new clicks as they are.

    Args:
        adaptation: What the session learns while it is on.
        journal: Notes every change.
    """

    def __init__(self, adaptation: Adaptation, journal: Journal) -> None:
        self._adaptation = adaptation
        self._off: JournalledMap[str, bool] = JournalledMap(journal)

    @property
    def is_paused(self) -> bool:
        """It was switched off."""
        return self._off.get("") is True

    @property
    def now(self) -> Adaptation:
        """What the next click is answered with."""
        return _OFF if self.is_paused else self._adaptation

    def switch(self, *, on: bool) -> None:
        """Switch it.

        Raises:
            SessionError: The session learns nothing at all, or it is switched so already.
        """
        if self._adaptation == _OFF:
            raise SessionError(
                "This session does not learn from its slide.", hint="Begin a new session that does."
            )
        if on != self.is_paused:
            raise SessionError(f"Learning from the slide is {'on' if on else 'off'} already.")
        self._off.put("", None if on else True)

    def snapshot(self) -> Learning:
        """Return the switch as it is now, to be read."""
        twin = copy(self)
        twin._off = self._off.snapshot()
        return twin

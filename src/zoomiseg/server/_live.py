"""An open session of the server: its operations in turn, and news of what they changed."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import ExitStack
from functools import cached_property, partial
from typing import TypeVar

from zoomiseg.geometry import Box, ScaleName
from zoomiseg.session import Change, Session
from zoomiseg.slide import Slide

from ._broadcast import Broadcast, News
from ._history import History
from ._measures import tissue_mm2
from ._problems import Refusal
from ._pyramid import DeepZoom
from ._record import Record
from ._shapes import rectangle
from ._turns import Turns

T = TypeVar("T")
_TRIES = 4


class LiveSession:
    """A session that requests work on.

    Args:
        record: What the server knows of it.
        session: The session itself.
        slide: Its slide.
        turns: Does its work.
        broadcast: Tells its listeners.
        held: What is released when it is closed.
    """

    def __init__(
        self,
        record: Record,
        session: Session,
        slide: Slide,
        *,
        turns: Turns,
        broadcast: Broadcast,
        held: ExitStack,
    ) -> None:
        self.record = record
        self.session = session
        self.slide = slide
        self.broadcast = broadcast
        self.history = History(session.revision)
        self.zoom = DeepZoom(slide.width, slide.height)
        self.requests = 0
        # A log that was repaired, or another network under the same name, may lead to other masks at a
        # revision that is known by its number alone; neither happens while the session is open.
        self.mask_id = f"{session.predictors.weights_sha256[:8]}-{secrets.token_hex(4)}"
        """Names, with a revision, what no other mask of this session ever was or will be."""
        self._turns = turns
        self._held = held

    @property
    def is_idle(self) -> bool:
        """Nobody reads it, listens to it, or waits for it."""
        return not (self.requests or self.broadcast.listeners or self._turns.jobs(self.record.id))

    def tag(self, revision: int) -> str:
        """Return what tells the masks of a revision from all others: who predicted, and from which events.

        The number alone would not do: after a loss, other operations may have led to the same one.
        """
        predictors, events = self.session.predictors, self.session.checksum_at(revision)
        return (
            f"{self.record.id}-{predictors.weights_sha256[:8]}-{predictors.engine}-{revision}-{events[:16]}"
        )

    @cached_property
    def tissue_mm2(self) -> float:
        """The area of the tissue on the slide; the first time it reads an overview, in a thread."""
        return tissue_mm2(self.slide)

    async def operate(self, operation: Callable[[Session], Change]) -> Change:
        """Do an operation in its turn; it is done even if nobody waits for the answer any more.

        Raises:
            ZoomisegError: What the session says.
            Refusal: Too much waits already.
        """
        future = self._turns.submit(self.record.id, partial(self._do, operation))
        return await asyncio.shield(asyncio.wrap_future(future))

    def look(self, x: float, y: float, scale: ScaleName) -> None:
        """Read the patch that a click here would need, when there is nothing else to do."""
        self._turns.ahead(self.record.id, partial(self.session.look_ahead, x=x, y=y, scale=scale))

    def unhurried(self, steps: Generator[None, None, T]) -> Future[T]:
        """Do this step by step, whenever there is nothing else to do; a newer wish takes its place."""
        return self._turns.unhurried(self.record.id, steps)

    def has_urgent(self) -> bool:
        """Say whether anything waits, of any session, that comes before what is done unhurriedly."""
        return self._turns.has_urgent()

    def steadily(self, read: Callable[[Session], T]) -> T:
        """Return what was read of one single revision; in a thread.

        Raises:
            Refusal: The session was changed at every try.
        """
        for _ in range(_TRIES):
            revision = self.session.revision
            value = read(self.session)
            if self.session.revision == revision:
                return value
        raise Refusal(409, "changing", "The session is being changed.", hint="Try it again in a moment.")

    def missed(self, revision: int | None) -> list[News]:
        """Return what a listener has to be told that knows a revision, or none."""
        if revision is None or revision == self.history.revision:
            return []
        whole = Box(0, 0, self.zoom.width, self.zoom.height)
        return [_changed(Change(self.history.revision, self.history.since(revision, whole)))]

    def close(self) -> None:
        """Release the session and its slide; in a thread."""
        self.session.close()
        self._held.close()

    def _do(self, operation: Callable[[Session], Change]) -> Change:
        change = operation(self.session)
        if self.history.add(change):
            self.broadcast.publish(_changed(change), News("saved", {"revision": change.revision}))
        return change


def _changed(change: Change) -> News:
    data = {"revision": change.revision, "changed": [rectangle(box) for box in change.changed]}
    return News("changed", data, id=change.revision)

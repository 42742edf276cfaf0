"""All sessions of the server: on disk, and those of them that are open."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from zoomiseg.adapt import adaptation
from zoomiseg.errors import ScaleUnknown, SlideError
from zoomiseg.session import Session, SessionOptions

from ._broadcast import Broadcast, News
from ._engines import Engines
from ._live import LiveSession
from ._problems import Refusal, not_found
from ._record import Record, new_record, read_records, write_record
from ._shapes import NewSession
from ._slides import SlideFolder
from ._turns import Turns

OPEN_AT_ONCE = 24
MOST_OF_ONE_USER = 5000


class Sessions:
    """Makes, finds and opens sessions. Its methods run in the event loop and wait for no disk there.

    Args:
        root: The folder that keeps them.
        slides: Their slides.
        engines: What predicts.
        default_weights: Of sessions that ask for none.
        default_adapt: What sessions learn that do not say it.
        database: The URL of the PostgreSQL database that keeps their events; None keeps them in the folder.
    """

    def __init__(
        self,
        root: Path,
        slides: SlideFolder,
        engines: Engines,
        *,
        default_weights: str,
        default_adapt: str,
        database: str | None,
    ) -> None:
        self._root = root
        self._slides = slides
        self._engines = engines
        self._default_weights = default_weights
        self._default_adapt = default_adapt
        self._database = database
        self._records = {record.id: record for record in read_records(root)}
        self._live: OrderedDict[str, LiveSession] = OrderedDict()
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._awaited: Counter[str] = Counter()
        self._making = asyncio.Lock()
        self._turns = Turns(self._on_jobs)

    def of(self, user: str, *, slide: str | None = None) -> list[Record]:
        """Return a user's sessions, those of one slide or all, in the order of making."""
        return [
            record
            for record in self._records.values()
            if record.owner == user and slide in (None, record.slide)
        ]

    async def make(self, wish: NewSession, user: str) -> Record:
        """Make a session, or return the one that this very request made before.

        Raises:
            ScaleUnknown: The slide does not tell its µm per pixel, nor does the request.
            WeightsError, SlideError, OutputError: As they say.
            Refusal: There is no such slide, or the user has too many sessions.
        """
        async with self._making:
            own = self.of(user)
            known = next((each for each in own if wish.op_id and each.op_id == wish.op_id), None)
            if known:
                return known
            if len(own) >= MOST_OF_ONE_USER:
                raise Refusal(409, "too-many", f"You have {len(own)} sessions, and no more can be made.")
            record = await asyncio.to_thread(self._made, wish, user)
            self._records[record.id] = record
        return record

    @asynccontextmanager
    async def lent(self, session_id: str, user: str) -> AsyncIterator[LiveSession]:
        """Lend an open session to its owner; it stays open meanwhile.

        Raises:
            Refusal: There is none of that id, or it is somebody else's.
            ZoomisegError: It cannot be opened.
        """
        record = self._records.get(session_id)
        if record is None or record.owner != user:
            raise not_found(
                "session", hint="It may be somebody else's. Your own are listed with their slides."
            )
        self._awaited[session_id] += 1
        try:
            while (live := self._live.get(session_id)) is None:
                await self._opened(record)
            self._live.move_to_end(session_id)
            live.requests += 1
        finally:
            self._awaited[session_id] -= 1
            # Forgets those that nobody waits for.
            self._awaited = +self._awaited
        try:
            yield live
        finally:
            live.requests -= 1

    def end_streams(self) -> None:
        """Let all listeners go, who would keep the server from ending."""
        for live in self._live.values():
            live.broadcast.close()

    async def close(self) -> None:
        """Finish what runs and close all sessions."""
        await asyncio.to_thread(self._turns.close)
        while self._live:
            _, live = self._live.popitem()
            await asyncio.to_thread(live.close)

    async def _opened(self, record: Record) -> None:
        task = self._opening.get(record.id)
        if task is None:
            task = self._opening[record.id] = asyncio.create_task(self._open(record))
        # Another request may wait for the same opening when this one is given up.
        await asyncio.shield(task)

    async def _open(self, record: Record) -> None:
        try:
            broadcast = Broadcast(asyncio.get_running_loop())
            live = await asyncio.to_thread(self._load, record, broadcast)
            self._live[record.id] = live
            await self._close_idle()
        finally:
            del self._opening[record.id]

    async def _close_idle(self) -> None:
        # Each is chosen and taken out at one instant: while the one before was being closed, requests came.
        while (key := self._surplus()) is not None:
            await asyncio.to_thread(self._live.pop(key).close)

    def _surplus(self) -> str | None:
        """Return the oldest session that is open beyond the limit and that nobody uses, nor is waited for."""
        if len(self._live) <= OPEN_AT_ONCE:
            return None
        return next(
            (key for key, live in self._live.items() if live.is_idle and not self._is_awaited(key)), None
        )

    def _is_awaited(self, key: str) -> bool:
        return key in self._awaited or key in self._opening

    def _made(self, wish: NewSession, user: str) -> Record:
        facts = self._slides.facts(wish.slide)
        weights = self._default_weights if wish.weights is None else wish.weights
        if wish.mpp is None and facts.mpp is None:
            raise ScaleUnknown(f"{facts.file.name} does not say its microns per pixel.")
        # What else could be wrong shows before anything is written.
        adapt = adaptation(self._default_adapt if wish.adapt is None else wish.adapt).name
        self._engines.learning(weights, adapt)
        with self._slides.opened(wish.slide, mpp=wish.mpp):
            pass
        record = new_record(
            self._root,
            facts.file,
            owner=user,
            weights=weights,
            mpp=wish.mpp,
            op_id=wish.op_id,
            adapt=adapt,
        )
        write_record(record)
        return record

    def _load(self, record: Record, broadcast: Broadcast) -> LiveSession:
        predictors = self._engines.learning(record.weights, record.adapt)
        with ExitStack() as held:
            try:
                slide = held.enter_context(self._slides.opened(record.slide, mpp=record.mpp))
            except Refusal as error:
                raise SlideError(f"The slide {record.slide_name} of this session is gone.") from error
            session = Session(
                slide,
                folder=record.folder,
                database=self._database,
                predictors=predictors,
                # A session that does not learn has whatever options it was made with.
                options=None if record.adapt == "off" else SessionOptions(adapt=record.adapt),
                author=record.owner,
            )
            held.callback(session.close)
            return LiveSession(
                record, session, slide, turns=self._turns, broadcast=broadcast, held=held.pop_all()
            )

    def _on_jobs(self, session_id: str, jobs: int) -> None:
        live = self._live.get(session_id)
        if live is not None:
            live.broadcast.publish(News("busy", {"jobs": jobs}))

"""A file of clicks made in a session: each once, however often the program is run."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from zoomiseg.errors import SessionError

from ._output import progress

if TYPE_CHECKING:
    from zoomiseg.export import PlacedClick
    from zoomiseg.geometry import ScaleName
    from zoomiseg.session import PredictorPair, Session


def require_same_work(session: Session, placed: Sequence[PlacedClick]) -> None:
    """Refuse a session that holds anything else than the first of these clicks.

    Raises:
        SessionError: It does; nothing was changed.
    """
    made = [event.op_id for event in session.events]
    if made != _op_ids(placed)[: len(made)] or session.revision != len(made):
        raise SessionError(
            f"{session.folder} already holds other work on this slide.",
            hint="Choose another folder with -o, or move that session away.",
        )


def warm_up(networks: PredictorPair, scales: Collection[ScaleName]) -> None:
    """Prepare the networks of some scales, so that no click waits for it."""
    with progress("Preparing the networks") as advance:
        for number, scale in enumerate(sorted(scales), start=1):
            (networks.low if scale == "low" else networks.high).warm_up()
            advance(number / len(scales))


def replay(session: Session, placed: Sequence[PlacedClick]) -> list[float]:
    """Make the clicks that the session has not seen yet; return the seconds of each that was made.

    Raises:
        OutputError: A click cannot be saved; those before it are.
        SlideError: The slide cannot be read there; likewise.
    """
    names, made = _op_ids(placed), len(session.events)
    seconds = []
    with progress("Clicking") as advance:
        for number, each in enumerate(placed[made:], start=made + 1):
            before, click = perf_counter(), each.click
            session.click(x=click.x, y=click.y, label=click.label, scale=each.scale, op_id=names[number - 1])
            seconds.append(perf_counter() - before)
            advance(number / len(placed))
    return seconds


def _op_ids(placed: Sequence[PlacedClick]) -> list[str]:
    """Return a name for each click that only the same click at the same place in the order has."""
    return [_op_id(number, each) for number, each in enumerate(placed, start=1)]


def _op_id(number: int, placed: PlacedClick) -> str:
    click = placed.click
    text = f"{number - 1} {click.x!r} {click.y!r} {click.label} {placed.scale}"
    return f"segment-{number}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"

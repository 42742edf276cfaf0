"""Routes of proposals: what clicks elsewhere make of an unclicked patch, until somebody accepts it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Annotated, TypeVar

import numpy as np
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from numpy.typing import NDArray

from zoomiseg.geometry import Box
from zoomiseg.session import DEFAULT_CLASS, Proposal, Session

from ._context import ContextOf, Live
from ._live import LiveSession
from ._openapi import binary
from ._pictures import mask_png
from ._problems import not_found
from ._readers import unless_gone
from ._routes_operations import answered, known_class
from ._routes_results import OfClass
from ._shapes import Acceptance, Changed, Pixels, ProposalInfo, rectangle

router = APIRouter(prefix="/sessions/{session_id}", tags=["proposals"])
At = Annotated[Pixels, Query()]
T = TypeVar("T")


@router.get("/proposal")
async def proposal(
    *, x: At, y: At, live: Live, request: Request, class_: OfClass = DEFAULT_CLASS
) -> ProposalInfo:
    """Where the low patch nearest to a point lies, in slide pixels, and how much of it is proposed."""
    return await unless_gone(request, live.unhurried(_proposed(live, (x, y), class_, _told)))


@router.get("/proposal.png", response_class=Response, responses=binary("image/png"))
async def picture(*, x: At, y: At, live: Live, request: Request, class_: OfClass = DEFAULT_CLASS) -> Response:
    """What is proposed there, a pixel for each of the low scale: red inside, transparent outside."""
    data = await unless_gone(request, live.unhurried(_proposed(live, (x, y), class_, _drawn)))
    return Response(data, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.post("/accept")
async def accept(wish: Acceptance, live: Live, context: ContextOf) -> Changed:
    """Take what is proposed there as the patch's mask."""
    class_ = known_class(wish.class_, context)
    change = await live.operate(
        lambda session: session.accept(
            x=wish.x, y=wish.y, class_=class_, op_id=wish.op_id, revision=wish.revision
        )
    )
    return answered(change)


def _proposed(
    live: LiveSession, slide_xy: tuple[float, float], class_: str, tell: Callable[[Session, Proposal], T]
) -> Generator[None, None, T]:
    """Return what is told of a proposal, after a pause behind each answer of a network.

    Raises:
        Refusal: Nothing is proposed there.
    """
    session, (x, y) = live.session, slide_xy
    revision = -1
    # Operations come in the pauses, and what was proposed before one need not be after it.
    while revision != session.revision:
        revision = session.revision
        for _ in session.proposing(x, y, wanted=live.has_urgent, class_=class_):
            yield
            if session.revision != revision:
                break
    found = session.proposal(x, y, class_=class_)
    if found is None:
        raise not_found("proposal")
    return tell(session, found)


def _inside(proposed: Proposal) -> NDArray[np.float32]:
    """Return the part of a proposal that lies on the slide."""
    frame = proposed.frame
    return proposed.probability[frame.inside.slices_in(Box(0, 0, frame.box.width, frame.box.height))]


def _told(session: Session, proposed: Proposal) -> ProposalInfo:
    return ProposalInfo(
        revision=session.revision,
        box=rectangle(proposed.slide_box),
        share=float((_inside(proposed) >= 0.5).mean()),
    )


def _drawn(_: Session, proposed: Proposal) -> bytes:
    return mask_png(_inside(proposed) >= 0.5)

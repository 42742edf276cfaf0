"""Routes of operations: each answered once it is durable, each done once however often it is sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from zoomiseg.session import Change

from ._context import ContextOf, Live
from ._problems import Refusal
from ._shapes import Changed, Lifted, NewClick, NewZoom, Operation, OpId, Region, Revision, Switch, rectangle

router = APIRouter(prefix="/sessions/{session_id}", tags=["operations"])


def known_class(name: str, context: ContextOf) -> str:
    """Return a class that the server offers.

    Raises:
        Refusal: It offers no such class.
    """
    known = context.settings.classes
    if name not in known:
        raise Refusal(422, "class", f"There is no class {name!r}.", hint=f"There are: {', '.join(known)}.")
    return name


def answered(change: Change) -> Changed:
    """Return the answer to an operation."""
    return Changed(revision=change.revision, changed=[rectangle(box) for box in change.changed])


@router.post("/clicks")
async def click(wish: NewClick, live: Live, context: ContextOf) -> Changed:
    """Click: 1 is the class, -1 is not."""
    class_ = known_class(wish.class_, context)
    change = await live.operate(
        lambda session: session.click(
            x=wish.x,
            y=wish.y,
            label=wish.label,
            scale=wish.scale,
            class_=class_,
            op_id=wish.op_id,
            revision=wish.revision,
        )
    )
    return answered(change)


@router.delete("/clicks/{click_id}")
async def delete(
    click_id: Annotated[OpId, Path()],
    live: Live,
    op_id: Annotated[OpId | None, Query()] = None,
    revision: Annotated[Revision | None, Query()] = None,
) -> Changed:
    """Take one earlier click out, as if it had never been made; an undo brings it back."""
    return answered(
        await live.operate(lambda session: session.delete(click_id, op_id=op_id, revision=revision))
    )


@router.post("/zoom")
async def zoom(wish: NewZoom, live: Live, context: ContextOf) -> Changed:
    """Open a high patch around a point; no mask changes before its first click."""
    class_ = known_class(wish.class_, context)
    change = await live.operate(
        lambda session: session.zoom(
            x=wish.x, y=wish.y, class_=class_, op_id=wish.op_id, revision=wish.revision
        )
    )
    return answered(change)


@router.post("/settle")
async def settle(wish: Region, live: Live, context: ContextOf) -> Changed:
    """Accept a region as it is: low predictions no longer change it."""
    class_ = known_class(wish.class_, context)
    change = await live.operate(
        lambda session: session.settle(wish.box, class_=class_, op_id=wish.op_id, revision=wish.revision)
    )
    return answered(change)


@router.post("/unsettle")
async def unsettle(wish: Lifted, live: Live) -> Changed:
    """Lift a settled region."""
    return answered(
        await live.operate(
            lambda session: session.unsettle(wish.of, op_id=wish.op_id, revision=wish.revision)
        )
    )


@router.post("/learn")
async def learn(wish: Switch, live: Live) -> Changed:
    """Switch learning from the slide on or off for the clicks that follow."""
    return answered(
        await live.operate(lambda session: session.learn(wish.on, op_id=wish.op_id, revision=wish.revision))
    )


@router.post("/undo")
async def undo(wish: Operation, live: Live) -> Changed:
    """Take back the newest operation in force."""
    return answered(
        await live.operate(lambda session: session.undo(op_id=wish.op_id, revision=wish.revision))
    )


@router.post("/redo")
async def redo(wish: Operation, live: Live) -> Changed:
    """Bring back what was undone last."""
    return answered(
        await live.operate(lambda session: session.redo(op_id=wish.op_id, revision=wish.revision))
    )

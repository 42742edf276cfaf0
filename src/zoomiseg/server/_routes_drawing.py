"""Routes of what is drawn: lines and boxes that become clicks, edits by hand, and locked regions."""

from __future__ import annotations

from fastapi import APIRouter

from ._context import ContextOf, Live
from ._routes_operations import answered, known_class
from ._shapes import Changed, Lifted, NewBox, NewPolygon, NewScribble, NewStroke, Place

router = APIRouter(prefix="/sessions/{session_id}", tags=["operations"])


@router.post("/scribbles")
async def scribble(wish: NewScribble, live: Live, context: ContextOf) -> Changed:
    """Draw a line that counts as clicks all along it, as one operation."""
    class_ = known_class(wish.class_, context)
    change = await live.operate(
        lambda session: session.scribble(
            wish.points,
            label=wish.label,
            scale=wish.scale,
            class_=class_,
            op_id=wish.op_id,
            revision=wish.revision,
        )
    )
    return answered(change)


@router.post("/boxes")
async def box(wish: NewBox, live: Live, context: ContextOf) -> Changed:
    """Draw a box around one object, which counts as clicks, as one operation."""
    class_ = known_class(wish.class_, context)
    change = await live.operate(
        lambda session: session.box_prompt(
            wish.box, scale=wish.scale, class_=class_, op_id=wish.op_id, revision=wish.revision
        )
    )
    return answered(change)


@router.post("/strokes")
async def stroke(wish: NewStroke, live: Live, context: ContextOf) -> Changed:
    """Add or erase along a line by hand."""
    class_ = known_class(wish.class_, context)
    change = await live.operate(
        lambda session: session.stroke(
            wish.points,
            width_um=wish.width_um,
            mode=wish.mode,
            class_=class_,
            op_id=wish.op_id,
            revision=wish.revision,
        )
    )
    return answered(change)


@router.post("/polygons")
async def polygon(wish: NewPolygon, live: Live, context: ContextOf) -> Changed:
    """Add or erase an area by hand: what lies inside an odd number of rings."""
    class_ = known_class(wish.class_, context)
    change = await live.operate(
        lambda session: session.polygon(
            wish.rings, mode=wish.mode, class_=class_, op_id=wish.op_id, revision=wish.revision
        )
    )
    return answered(change)


@router.post("/locks")
async def lock(wish: Place, live: Live) -> Changed:
    """Forbid changes in a region, to all classes."""
    return answered(
        await live.operate(lambda session: session.lock(wish.box, op_id=wish.op_id, revision=wish.revision))
    )


@router.post("/unlock")
async def unlock(wish: Lifted, live: Live) -> Changed:
    """Allow changes again in a locked region."""
    return answered(
        await live.operate(lambda session: session.unlock(wish.of, op_id=wish.op_id, revision=wish.revision))
    )

"""Routes of slides: what there is, thumbnails and tiles."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from zoomiseg import __version__
from zoomiseg.geometry import HIGH, LOW, Box

from ._caching import answer, matches, not_modified
from ._context import Context, ContextOf, User
from ._openapi import binary
from ._pictures import jpeg, webp
from ._problems import not_found
from ._pyramid import TILE_SIZE, DeepZoom
from ._record import Record
from ._shapes import ClassInfo, Config, RefusedFile, SessionSummary, SlideInfo
from ._slide_pixels import level_pixels
from ._slides import SlideFacts

# Below this µm per pixel on the screen, details are seen that only the high network sees too.
HIGH_FROM_MPP = 1.0
THUMBNAIL_PX = 512

router = APIRouter(tags=["slides"])
Level = Annotated[int, Path(ge=0, le=32)]
Index = Annotated[int, Path(ge=0, le=1 << 20)]


@router.get("/config")
async def config(context: ContextOf, user: User) -> Config:
    """What a client needs to know before it shows anything."""
    settings = context.settings
    return Config(
        version=__version__,
        user=user,
        weights=await asyncio.to_thread(context.engines.names),
        default_weights=settings.weights,
        default_adapt=settings.adapt,
        classes=[ClassInfo(name=name, colour=colour) for name, colour in settings.classes.items()],
        low_mpp=LOW.mpp,
        high_mpp=HIGH.mpp,
        high_from_mpp=HIGH_FROM_MPP,
    )


@router.get("/slides")
async def slides(context: ContextOf, user: User) -> list[SlideInfo]:
    """All slides of the folder, by name."""
    found, _ = await asyncio.to_thread(context.slides.listed)
    return [_info(facts, context, user) for facts in found]


@router.get("/refused")
async def refused(context: ContextOf, user: User) -> list[RefusedFile]:
    """The files of the folder that look like slides and are none, and why."""
    _, found = await asyncio.to_thread(context.slides.listed)
    return [RefusedFile(name=name, reason=reason) for name, reason in found]


@router.get("/slides/{slide_id}")
async def slide(slide_id: str, context: ContextOf, user: User) -> SlideInfo:
    """One slide."""
    return _info(await asyncio.to_thread(context.slides.facts, slide_id), context, user)


@router.get("/slides/{slide_id}/thumbnail.jpg", response_class=Response, responses=binary("image/jpeg"))
async def thumbnail(
    slide_id: str, request: Request, context: ContextOf, user: User, f: str | None = None
) -> Response:
    """The whole slide, its longer side at most 512 pixels. Label and macro images are never served."""
    facts = await asyncio.to_thread(context.slides.facts, slide_id)
    zoom = DeepZoom(facts.width, facts.height)
    level = min(zoom.max_level, THUMBNAIL_PX.bit_length() - 1)
    box = zoom.grid(level, (1.0, 1.0)).box
    return await _picture(request, context, facts, level=level, box=box, form="jpg", fingerprint=f)


@router.get(
    "/slides/{slide_id}/tiles/{level}/{x}_{y}.{form}",
    response_class=Response,
    responses=binary("image/jpeg", "image/webp"),
)
async def tile(
    *,
    slide_id: str,
    level: Level,
    x: Index,
    y: Index,
    form: Literal["jpg", "webp"],
    request: Request,
    context: ContextOf,
    user: User,
    f: str | None = None,
) -> Response:
    """A tile of the slide. With `f`, the slide's fingerprint, it may be kept for ever."""
    facts = await asyncio.to_thread(context.slides.facts, slide_id)
    box = DeepZoom(facts.width, facts.height).tile(level, x, y)
    if box is None:
        raise not_found("tile")
    return await _picture(request, context, facts, level=level, box=box, form=form, fingerprint=f)


async def _picture(
    request: Request,
    context: Context,
    facts: SlideFacts,
    *,
    level: int,
    box: Box,
    form: Literal["jpg", "webp"],
    fingerprint: str | None,
) -> Response:
    """Answer with a box of a level's pixels."""
    stamp = facts.file.stamp
    tag = f'"{stamp}-{level}-{box.x}-{box.y}-{box.width}-{form}"'
    for_ever = fingerprint == stamp
    private = context.users.are_told_apart
    if matches(request, tag):
        return not_modified(tag, for_ever=for_ever, private=private)
    data = context.pictures.get(tag)
    if data is None:
        work = partial(_encoded, context, facts, level, box, form)
        data = await context.tiles.read(request, work)
        context.pictures.put(tag, data)
    media = "image/jpeg" if form == "jpg" else "image/webp"
    return answer(data, media, tag, for_ever=for_ever, private=private)


def _encoded(
    context: Context, facts: SlideFacts, level: int, box: Box, form: Literal["jpg", "webp"]
) -> bytes:
    with context.slides.opened(facts.file.id) as slide:
        pixels = level_pixels(slide, DeepZoom(slide.width, slide.height), level, box)
    return jpeg(pixels) if form == "jpg" else webp(pixels)


def _info(facts: SlideFacts, context: Context, user: str) -> SlideInfo:
    file = facts.file
    return SlideInfo(
        id=file.id,
        name=file.name,
        width=facts.width,
        height=facts.height,
        mpp=None if facts.mpp is None else list(facts.mpp),
        objective=facts.objective,
        thumbnail=f"/api/v1/slides/{file.id}/thumbnail.jpg?f={file.stamp}",
        fingerprint=file.stamp,
        tile_size=TILE_SIZE,
        max_level=DeepZoom(facts.width, facts.height).max_level,
        warnings=list(facts.warnings),
        sessions=[summary(record) for record in context.sessions.of(user, slide=file.id)],
    )


def summary(record: Record) -> SessionSummary:
    """Return a session as it stands in a list."""
    return SessionSummary(
        id=record.id,
        slide=record.slide,
        weights=record.weights,
        mpp=record.mpp,
        created=record.created,
        changed=record.changed(),
    )

"""The application: routes, viewer, errors and guard put together around one folder of slides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from zoomiseg import __version__
from zoomiseg.predict import is_first_run

from . import (
    _routes_drawing,
    _routes_import,
    _routes_operations,
    _routes_proposals,
    _routes_results,
    _routes_sessions,
    _routes_slides,
)
from ._context import Context
from ._engines import Engines
from ._guard import Guard
from ._openapi import DESCRIPTION, PROBLEMS, DescribedApp
from ._pictures import PictureCache
from ._problems import install
from ._readers import Readers
from ._registry import Sessions
from ._settings import ServerSettings
from ._slides import SlideFolder
from ._users import Users
from ._warming import Warming

API = "/api/v1"
_PICTURE_BYTES = 64 << 20
_TILE_THREADS = 4
_EXPORT_THREADS = 2


def create_app(settings: ServerSettings, users: Users) -> FastAPI:
    """Return the application of one server, whose sessions' folder the caller has locked.

    Args:
        settings: What to serve, and how.
        users: Who may ask.
    Raises:
        OutputError: There is no such folder of slides.
    """
    slides = SlideFolder(settings.slides)
    app = DescribedApp(
        title="ZoomISEG",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=f"{API}/openapi.json",
        # Their pages would be fetched from elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=_life(settings, users, slides),
        generate_unique_id_function=lambda route: route.name,
    )
    install(app)
    for part in (
        _routes_slides,
        _routes_sessions,
        _routes_operations,
        _routes_drawing,
        _routes_import,
        _routes_proposals,
        _routes_results,
    ):
        app.include_router(part.router, prefix=API, responses=PROBLEMS)
    if settings.static.is_dir():
        app.mount("/", StaticFiles(directory=settings.static, html=True), name="viewer")
    app.add_middleware(Guard, users=users, hosts=settings.hosts)
    return app


def is_first_start(settings: ServerSettings) -> bool:
    """Say whether networks must be converted for this machine: the server waits for that, not a click."""
    return settings.engine == "openvino" and is_first_run()


def _life(settings: ServerSettings, users: Users, slides: SlideFolder) -> Any:
    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        engines = Engines(settings.engine)
        sessions = Sessions(
            settings.sessions_folder,
            slides,
            engines,
            default_weights=settings.weights,
            default_adapt=settings.adapt,
            database=settings.database,
        )
        context = Context(
            settings=settings,
            users=users,
            slides=slides,
            engines=engines,
            sessions=sessions,
            pictures=PictureCache(_PICTURE_BYTES),
            tiles=Readers(_TILE_THREADS, name="zoomiseg-tile"),
            exports=Readers(_EXPORT_THREADS, name="zoomiseg-export"),
        )
        app.state.context = context
        warming = Warming(engines, settings.weights)
        # Asked before: what is converted first fills the cache.
        has_to_wait = is_first_start(settings)
        warming.start()
        if has_to_wait:
            await asyncio.to_thread(warming.wait)
        yield
        context.tiles.close()
        await asyncio.to_thread(context.exports.close)
        await sessions.close()
        slides.close()
        await asyncio.to_thread(warming.end)

    return life

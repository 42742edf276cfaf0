"""Serving: an address, a lock on the sessions, and an orderly end."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace

import uvicorn

from zoomiseg.errors import OutputError
from zoomiseg.session import require_database

from ._app import create_app, is_first_start
from ._heap import share_heap
from ._lock import FolderLock
from ._settings import ServerSettings
from ._slides import require_folder
from ._users import LOCAL_USER, Users, local_user, local_user_with_token, users_of_file

_END_SECONDS = 5
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Started:
    """What those who start a server are told.

    Args:
        url: Where the viewer is.
        links: A link for each user whose secret was just made, or for the one who needs the server's.
    """

    url: str
    links: dict[str, str]


def serve(
    settings: ServerSettings,
    *,
    host: str,
    port: int,
    on_ready: Callable[[Started], None],
    on_first_start: Callable[[], None] = lambda: None,
) -> None:
    """Serve until the process is asked to end.

    Args:
        settings: What to serve.
        host: The address; everybody but the machine itself has to show a secret, or comes by a proxy.
        port: 0 takes any that is free.
        on_ready: Called once requests are answered.
        on_first_start: Called before, where that takes longer because networks have to be converted.
    Raises:
        OutputError: The address, a folder or the database cannot be used.
        MissingExtra: A database is named, and what speaks to it is not installed.
        SessionError: Another server has the sessions.
    """
    share_heap()
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    # What is wrong with a damaged slide is said where slides are listed.
    logging.getLogger("tifffile").propagate = False
    # The sessions' folder is made inside it by default: a misspelt name must not make both.
    require_folder(settings.slides)
    if settings.database is not None:
        require_database(settings.database)
    with FolderLock(settings.sessions_folder), _listening(host, port) as listener:
        local = _is_local(host)
        users = _users(settings, local=local)
        # Where nobody has to show who he is, no web page may reach the server by a name of its own.
        hosts = () if users.are_told_apart else (*_LOCAL_NAMES, host)
        app = create_app(replace(settings, hosts=hosts), users)
        url = f"http://{_in_url(host)}:{listener.getsockname()[1]}/"
        links = {name: f"{url}?token={token}" for name, token in users.links.items()}
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_END_SECONDS,
            lifespan="on",
        )
        server = _Server(config, lambda: on_ready(Started(links.get(LOCAL_USER, url), links)))
        if is_first_start(settings):
            on_first_start()
        server.run(sockets=[listener])
        if not server.started:
            raise OutputError("The server could not be started.")


class _Server(uvicorn.Server):
    """Says when it is ready, and lets those go who listen to a session before it ends."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        context = getattr(self.config.app.state, "context", None)  # type: ignore[union-attr]
        if context is not None:
            context.sessions.end_streams()
        await super().shutdown(sockets)


def _users(settings: ServerSettings, *, local: bool) -> Users:
    if settings.user_header:
        return Users(header=settings.user_header)
    if settings.users:
        return users_of_file(settings.users)
    return local_user() if local else local_user_with_token(settings.sessions_folder)


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
        # asyncio does it only for sockets of its own; without it a browser waits 40 ms for each body.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(
            f"The address {_in_url(host)}:{port} cannot be used ({reason}).",
            hint="Another program may have it; try --port 0, which takes any that is free.",
        ) from error


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host

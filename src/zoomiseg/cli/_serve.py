"""`zoomiseg serve`: the slides of a folder in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ._browser import show_in_browser, somebody_watches
from ._options import EngineOption, JsonFlag
from ._output import EndedAfterAnswer, print_result, say

if TYPE_CHECKING:
    from zoomiseg.server import Started

DEFAULT_PORT = 8470


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("serve", short_help="Segment the slides of a folder in the browser.")(serve)


def serve(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The folder with the slides; folders in it count too.")
    ],
    host: Annotated[
        str,
        typer.Option(
            "--host", help="The address to serve at. Any but this machine's own asks everybody for a secret."
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes any that is free.")
    ] = DEFAULT_PORT,
    sessions: Annotated[
        Path | None,
        typer.Option(
            "--sessions",
            metavar="DIR",
            help="Where sessions are kept; without it, in zoomiseg-sessions beside the slides.",
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            "--database",
            metavar="URL",
            help="postgresql://... of a database that keeps what is clicked; without it, each session does.",
        ),
    ] = None,
    weights: Annotated[
        str, typer.Option("--weights", help="Networks of new sessions: a name from `zoomiseg weights list`.")
    ] = "compact",
    adapt: Annotated[
        str,
        typer.Option(
            "--adapt",
            metavar="NAME|off",
            help="What new sessions learn from their slide: memory, head, views and more, joined with +.",
        ),
    ] = "off",
    engine: EngineOption = "openvino",
    users: Annotated[
        Path | None,
        typer.Option(
            "--users",
            metavar="FILE",
            help="A file with a user's name on each line; every user then sees only his own sessions. "
            "Who is new in it gets a link, printed once.",
        ),
    ] = None,
    user_header: Annotated[
        str | None,
        typer.Option(
            "--user-header",
            metavar="NAME",
            help="The header in which your reverse proxy names the user. Only the proxy may reach the port.",
        ),
    ] = None,
    open_: Annotated[
        bool | None,
        typer.Option(
            "--open/--no-open",
            help="Open the address in this machine's browser; without it, where somebody sits at a screen.",
        ),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Serve the slides of a folder: a viewer to segment them by clicks, and the same as a REST API.

    The first line printed is the address, as soon as it answers. Ctrl-C ends it; every click that was
    answered is saved.

    Example: zoomiseg serve slides
    """
    if users and user_header:
        raise typer.BadParameter("--users and --user-header exclude each other.")
    from zoomiseg.adapt import adaptation
    from zoomiseg.server import ServerSettings
    from zoomiseg.server import serve as serve_until_ended

    settings = ServerSettings(
        slides=folder,
        sessions=sessions,
        database=database,
        weights=weights,
        adapt=adaptation(adapt).name,
        engine=engine,
        users=users,
        user_header=user_header,
    )

    opens = open_ if open_ is not None else not (json or users or user_header) and somebody_watches()

    told = False

    def announce(started: Started) -> None:
        nonlocal told
        told = True
        print_result({"url": started.url}, [started.url], as_json=json)
        # A secret of the server's own is kept beside the sessions; of a user's only a checksum is.
        once = ", shown only now" if users else ""
        for name, link in started.links.items():
            say(f"Link for {name}{once}: {link}")
        if opens:
            show_in_browser(started.url)

    try:
        serve_until_ended(
            settings,
            host=host,
            port=port,
            on_ready=announce,
            on_first_start=lambda: say("Preparing the networks for this computer; only a first start waits."),
        )
    except KeyboardInterrupt as error:
        if not told:
            raise
        raise EndedAfterAnswer("Ended; every click that was answered is saved.") from error

"""The program `zoomiseg`: its verbs, and what a user reads and a script gets when something is wrong."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from zoomiseg import __version__
from zoomiseg.errors import ZoomisegError

from . import (
    _bench,
    _demo,
    _evaluate,
    _evaluate_patches,
    _export,
    _import,
    _info,
    _prepare,
    _sample,
    _segment,
    _serve,
    _train,
    _weights,
)
from ._output import EndedAfterAnswer, print_error, say, wants_json

DONE, BAD_INPUT, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
_TRACEBACK = "ZOOMISEG_TRACEBACK"
_PROGRAM = "zoomiseg"

app = typer.Typer(
    name=_PROGRAM,
    help="Segment tumour in whole slide images with a handful of clicks, at two magnifications.\n\n"
    "Try it first with: zoomiseg demo. Each verb explains itself: zoomiseg segment --help. "
    "For research; not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for room in (
    _demo,
    _info,
    _sample,
    _segment,
    _export,
    _weights,
    _evaluate,
    _evaluate_patches,
    _import,
    _prepare,
    _serve,
    _train,
    _bench,
):
    room.register(app)


def _print_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"{_PROGRAM} {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    # Without a docstring of its own the program keeps the help above.
    del version


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit: 0 done, 1 bad input, 2 wrong usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # A batch system that ends a job gets the same tidy end as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    as_json = wants_json(arguments)
    try:
        code = app(arguments, prog_name=_PROGRAM, standalone_mode=False)
    except TyperException as error:
        return _wrong_usage(error, as_json)
    except EndedAfterAnswer as ended:
        say(str(ended))
        return INTERRUPTED
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except ZoomisegError as error:
        print_error(error.message, code=error.code, hint=error.hint, as_json=as_json)
        return BAD_INPUT
    except OSError as error:
        return _refused_by_the_system(error, as_json)
    except Exception as error:  # noqa: BLE001  # the last door: a user never reads a traceback unasked
        return _unexpected(error, as_json)
    # Typer turns Ctrl-C into this code by itself.
    if code == INTERRUPTED:
        print_error(
            "Interrupted; nothing is left half-written.", code="interrupted", hint=None, as_json=as_json
        )
    return code if isinstance(code, int) else DONE


def _wrong_usage(error: TyperException, as_json: bool) -> int:
    # Typer lets pydantic say what kind of error it is; nobody but its programmers needs to know.
    message = error.format_message().replace("Value error, ", "")
    if message.startswith("Usage:"):
        # No verb was given: Typer's message is the whole help.
        print_error(message, code="usage", hint=None, as_json=False)
        return error.exit_code
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else _PROGRAM
    print_error(message, code="usage", hint=f"See: {path} --help", as_json=as_json)
    return error.exit_code


def _refused_by_the_system(error: OSError, as_json: bool) -> int:
    _show_traceback(error)
    place = f"{error.filename}: " if error.filename else ""
    print_error(f"{place}{error.strerror or error}.", code="system", hint=None, as_json=as_json)
    return BAD_INPUT


def _unexpected(error: Exception, as_json: bool) -> int:
    _show_traceback(error)
    hint = f"Please report it; with {_TRACEBACK}=1 in the environment it tells where."
    message = f"Something went wrong that should not ({type(error).__name__}: {error})."
    print_error(message, code="unexpected", hint=hint, as_json=as_json)
    return BAD_INPUT


def _show_traceback(error: Exception) -> None:
    if os.environ.get(_TRACEBACK):
        for line in traceback.format_exception(error):
            say(line.rstrip("\n"))

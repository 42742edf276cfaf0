"""The program `zoomiseg`: its verbs, and what a user reads and a script gets when something is wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import typer
from typer.exceptions import TyperException

from zoomiseg.errors import ZoomisegError

from . import _demo, _evaluate_patches, _export, _info, _segment, _train, _weights
from ._output import print_error, say, wants_json

_TRACEBACK = "ZOOMISEG_TRACEBACK"

app = typer.Typer(
    name="zoomiseg",
    help="Segment tumour in whole slide images with a handful of clicks, at two magnifications.\n\n"
    "Try it first with: zoomiseg demo. Research use; not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for room in (_demo, _info, _segment, _export, _weights, _evaluate_patches, _train):
    room.register(app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit: 0 done, 1 bad input, 2 wrong usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_run(given))


def _run(arguments: list[str]) -> int:
    as_json = wants_json(arguments)
    try:
        result = app(arguments, standalone_mode=False)
    except TyperException as error:
        say(error.format_message())
        say("See: zoomiseg --help")
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print_error(
            "Interrupted; nothing is left half-written.", code="interrupted", hint=None, as_json=as_json
        )
        return 130
    except ZoomisegError as error:
        print_error(error.message, code=error.code, hint=error.hint, as_json=as_json)
        return 1
    except Exception as error:  # noqa: BLE001  # the last door: a user never reads a traceback unasked
        return _unexpected(error, as_json)
    return result if isinstance(result, int) else 0


def _unexpected(error: Exception, as_json: bool) -> int:
    if os.environ.get(_TRACEBACK):
        traceback.print_exception(error)
    hint = f"Please report it; with {_TRACEBACK}=1 in the environment it tells where."
    message = f"Something went wrong that should not ({type(error).__name__}: {error})."
    print_error(message, code="unexpected", hint=hint, as_json=as_json)
    return 1

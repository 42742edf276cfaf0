"""What goes to stdout and what to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from zoomiseg.errors import OutputError


class Advance(Protocol):
    """Moves a progress bar."""

    def __call__(self, share: float) -> None:
        """Set the bar to a share from 0 to 1."""
        ...


class EndedAfterAnswer(Exception):
    """Ctrl-C where the answer was printed already, so that nothing more may go to stdout; says a sentence."""


def wants_json(arguments: Sequence[str]) -> bool:
    """Say whether the user asked for JSON, also where the arguments are wrong otherwise."""
    return "--json" in arguments


def print_result(values: Mapping[str, Any], lines: Sequence[str], *, as_json: bool) -> None:
    """Print the JSON object, or the lines for people, to stdout.

    Raises:
        OutputError: Stdout is a file on a disk that is full, for instance.
        BrokenPipeError: Nobody reads any more.
    """
    # ASCII, so that no terminal's encoding and no odd file name can spoil it.
    text = json.dumps(values, allow_nan=False) if as_json else "\n".join(lines)
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # What could not be written would be tried again at the program's end, and fail there without words.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        raise OutputError(f"The answer cannot be printed: {error.strerror or error}.") from error


def say(line: str) -> None:
    """Tell the user something while the work goes on; goes to stderr."""
    # Work goes on where nobody can be told: a log file on a full disk, a closed terminal.
    with suppress(OSError):
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


def warn(lines: Sequence[str]) -> None:
    """Tell the user what he should know of his input; goes to stderr."""
    for line in lines:
        say(f"Warning: {line}")


def print_error(message: str, *, code: str, hint: str | None, as_json: bool) -> None:
    """Print one sentence (and what to do) to stderr, with JSON also the error object to stdout."""
    say(f"{message} {hint}" if hint else message)
    if as_json:
        with suppress(OSError):
            print_result({"error": {"code": code, "message": message, "hint": hint}}, [], as_json=True)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, whose plural ends in s: "1 click", "2 clicks"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """Show a bar with the time left on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    with Progress(
        *columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True
    ) as bar:
        task = bar.add_task(what, total=1.0)

        def advance(share: float) -> None:
            bar.update(task, completed=share)

        yield advance

"""Files that are there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from zoomiseg.durable import replace_file
from zoomiseg.errors import OutputError


def write_text(path: Path, parts: Iterable[str]) -> None:
    """Write UTF-8 text as `write_bytes` does."""
    write_bytes(path, (part.encode("utf-8") for part in parts))


def write_bytes(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file that is there whole or not at all; an earlier one is replaced.

    Raises:
        OutputError: The file cannot be written; what stood there before is untouched.
    """
    try:
        replace_file(path, parts)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.", hint="Choose another place or make room."
        ) from error

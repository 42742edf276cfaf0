"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from zoomiseg.errors import OutputError


def write_text(path: Path, parts: Iterable[str]) -> None:
    """Write UTF-8 text as `write_bytes` does."""
    write_bytes(path, (part.encode("utf-8") for part in parts))


def write_bytes(path: Path, parts: Iterable[bytes]) -> None:
    """Write beside `path`, flush to the disk, and rename; an earlier file is replaced.

    Raises:
        OutputError: The file cannot be written; what stood there before is untouched.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.", hint="Choose another place or make room."
        ) from error
    finally:
        beside.unlink(missing_ok=True)

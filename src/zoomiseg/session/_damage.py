"""What becomes of a damaged file."""

from __future__ import annotations

import shutil
from pathlib import Path


def keep_copy(path: Path) -> Path:
    """Copy a damaged file beside itself under the first free name, and return that.

    Raises:
        OSError: The copy cannot be written.
    """
    number = 1
    while (copy := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    shutil.copy2(path, copy)
    return copy

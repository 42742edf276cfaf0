"""Names of slides and rows as names of files."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath


def path_name(name: str) -> str:
    """Return a name that any file system takes; another one for another name.

    A plain name stays; of any other what paths do not like is replaced, and a checksum is added.
    """
    if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name):
        return name
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", PurePosixPath(name).stem)[:40].strip("-")
    return f"{stem or 'name'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"

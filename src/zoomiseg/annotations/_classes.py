"""What classes are called: names differ between programs, and a derived class has several."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase

from ._refusal import clipped

USUAL_TARGET = (
    *("tumor", "tumour", "positive", "cancer", "carcinoma", "lesion", "metastasis", "metastases"),
    *("_0", "_1"),
)
_SHOWN = 8


def is_called(class_name: str | None, names: Collection[str]) -> bool:
    """Say whether a class has one of some names, in any case.

    Args:
        class_name: A derived class or a group in another, "Tumor: Viable", is called by its whole name or by
            any part; None has no name.
        names: Patterns as of files: `*` stands for anything.
    """
    if class_name is None:
        return False
    whole = class_name.casefold()
    parts = [whole, *(part.strip() for part in whole.split(":"))]
    return any(fnmatchcase(part, name.casefold()) for name in names for part in parts)


def listed(classes: Collection[str | None]) -> str:
    """Return some classes as a text for a user, none of them too long."""
    names = sorted(clipped(each) if each else "no class" for each in classes)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

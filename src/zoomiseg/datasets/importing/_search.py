"""What of a folder is imported, by which format: each slide once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ._case import Case, Format
from ._folder import Folder

_LONELY = "It has no annotation, and is the mask of no other image."


@dataclass(frozen=True, slots=True)
class Recognised:
    """A slide, and the format of its annotation."""

    case: Case
    format: Format


def recognised(folder: Folder, formats: Sequence[Format]) -> tuple[list[Recognised], dict[Path, str]]:
    """Return what can be imported, by slide, and the reason for what is left out, by file.

    Args:
        folder: Where to look.
        formats: The more particular ones first.
    """
    chosen: dict[Path, Recognised] = {}
    left_out: dict[Path, str] = {}
    taken: set[Path] = set()
    for each in formats:
        found = each.find(folder)
        left_out |= {path: reason for path, reason in found.left_out.items() if path not in taken}
        new = [case for case in found.cases if not taken.intersection((case.slide, *case.files))]
        for case in new:
            if earlier := chosen.get(case.slide):
                left_out[case.slide] = _twofold(earlier, Recognised(case, each))
            chosen.setdefault(case.slide, Recognised(case, each))
        taken.update(path for case in found.cases for path in (*case.files, *case.ignored))
        taken.update(found.left_out)
    kept = [chosen[slide] for slide in sorted(chosen) if slide not in left_out]
    if kept:
        lonely = set(folder.slides) - taken - set(chosen) - set(left_out)
        left_out |= dict.fromkeys(lonely, _LONELY)
    return kept, dict(sorted(left_out.items()))


def _twofold(one: Recognised, other: Recognised) -> str:
    if one.format.name == other.format.name:
        places = (str(each.case.files[0].parent) for each in (one, other))
        return f"It has two annotations, in {' and '.join(places)}; move one of them out of the folder."
    told = (f"{each.case.files[0]} ({each.format.name})" for each in (one, other))
    return f"It has annotations of two formats, {' and '.join(told)}; choose one with --format."

"""Which slide an annotation file belongs to: the one of the same name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ._case import Case, Found
from ._folder import SLIDE_ENDINGS, Folder, stem_of

_PACKED = (".gz", ".zip")


def matched(
    folder: Folder, annotations: Iterable[Path], case_of: Callable[[Path, Path], Case], *, what: str
) -> Found:
    """Return a case for each annotation file that has exactly one slide.

    Args:
        folder: Where the slides are looked for.
        annotations: Files, each named as its slide, with the slide's ending or without.
        case_of: Makes a case of a slide and its file.
        what: What such a file is called.
    """
    cases: dict[Path, Case] = {}
    left_out: dict[Path, str] = {}
    for path in annotations:
        slides = folder.slides_called(annotated(path), near=path)
        if len(slides) != 1:
            found = f"{len(slides)} slides ({_some(slides)})" if slides else "no slide"
            left_out[path] = f"The {what} {path.name} has the name of {found}."
        elif slides[0] in cases:
            other = cases[slides[0]].files[0].name
            left_out[slides[0]] = f"It has two {what} files, {other} and {path.name}; keep the right one."
        else:
            cases[slides[0]] = case_of(slides[0], path)
    return Found(tuple(case for slide, case in cases.items() if slide not in left_out), left_out)


def annotated(path: Path) -> str:
    """Return the name of an annotation file's slide, as `stem_of` has it: of case.svs.geojson.gz, "case"."""
    name = Path(path.name[: -len(path.suffix)]) if path.suffix.lower() in _PACKED else Path(path.name)
    inner = Path(name.stem)
    return stem_of(inner) if inner.suffix.lower() in SLIDE_ENDINGS else stem_of(name)


def _some(paths: Iterable[Path]) -> str:
    return ", ".join(str(path.parent.name) + "/" + path.name for path in list(paths)[:3])

"""PAIP2019: liver slides with masks of whole and viable tumour, and the outlines these were made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from zoomiseg.annotations import Drawing, is_called, read_imagescope
from zoomiseg.errors import AnnotationError
from zoomiseg.slide import Slide

from ._case import Case, Found, ImportOptions, OpenTruth, Truth
from ._folder import Folder, stem_of
from ._imagescope import imagescope_files
from ._masked import masked
from ._outlined import outlined

_NAME = re.compile(r"\d\d_\d\d_\d{4}")
_LAYERS = {"1": "whole", "2": "viable"}
_USUAL = "viable"
_ENDINGS = (".tif", ".tiff")


class Paip2019:
    """Viable tumour is the target; the class `whole` is chosen by name."""

    name = "paip2019"
    title = "PAIP2019"

    def find(self, folder: Folder) -> Found:
        masks = {path.name.casefold(): path for path in folder.files if path.suffix.lower() in _ENDINGS}
        outlines = {stem_of(path): path for path in imagescope_files(folder)}
        cases = [
            case
            for slide in folder.slides
            if slide.suffix.lower() == ".svs" and (case := _case(slide, masks, outlines))
        ]
        return Found(tuple(cases))


def _case(slide: Path, masks: Mapping[str, Path], outlines: Mapping[str, Path]) -> Case | None:
    stem = stem_of(slide)
    found = {
        kind: masks[name]
        for kind in _LAYERS.values()
        for ending in _ENDINGS
        if (name := f"{stem}_{kind}{ending}") in masks
    }
    outline = outlines.get(stem)
    if not found and not (outline and _NAME.fullmatch(stem)):
        return None
    files = (*found.values(), *((outline,) if outline else ()))
    return Case(slide, files, _truth(slide.name, found, outline))


def _truth(slide_name: str, masks: Mapping[str, Path], outline: Path | None) -> OpenTruth:
    @contextmanager
    def open_it(slide: Slide, options: ImportOptions) -> Iterator[Truth]:
        wanted = options.target or (_USUAL,)
        kinds = [kind for kind in _LAYERS.values() if is_called(kind, wanted)]
        if len(kinds) == 1 and kinds[0] in masks:
            opened = masked(masks[kinds[0]])(slide, replace(options, mask_value=None))
        elif outline:
            opened = outlined(outline, _read)(slide, replace(options, target=wanted))
        else:
            raise AnnotationError(
                f"{slide_name} has no mask {' or '.join(wanted)} and no XML.",
                hint=f"--class takes {' and '.join(_LAYERS.values())}.",
            )
        with opened as truth:
            yield truth

    return open_it


def _read(path: Path) -> Drawing:
    drawing = read_imagescope(path, by_id=True)
    named = (
        replace(area, class_name=_LAYERS.get(area.class_name or "", area.class_name))
        for area in drawing.areas
    )
    return Drawing(tuple(named), drawing.notices)

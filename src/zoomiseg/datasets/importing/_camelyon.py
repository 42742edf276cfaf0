"""CAMELYON16 and 17: slides of lymph nodes with ASAP's XML, cut-out groups and all."""

from __future__ import annotations

import re
from pathlib import Path

from zoomiseg.annotations import read_asap

from ._asap import asap_files
from ._case import Case, Found
from ._folder import Folder, stem_of
from ._matching import annotated, matched
from ._outlined import outlined

_SIXTEEN = re.compile(r"(tumor|normal|test)_\d{3}")
_SEVENTEEN = re.compile(r"(patient_\d{3})_node_\d")
_NOT_ALL = {
    *(f"tumor_{number:03d}" for number in (10, 15, 18, 20, 25, 29, 33, 34, 44, 46, 51, 54, 55, 56, 67, 79)),
    *(f"tumor_{number:03d}" for number in (85, 92, 95, 110)),
    "test_114",
}
"""Not all of their tumour is outlined, by the data set's README."""


class Camelyon:
    """Which groups are tumour and which are cut out of it: the usual names are those of both data sets."""

    name = "camelyon"
    title = "CAMELYON16 and CAMELYON17"

    def find(self, folder: Folder) -> Found:
        files = [path for path in asap_files(folder) if _is_named(annotated(path))]
        if not files:
            return Found()
        found = matched(folder, files, lambda slide, path: _case(slide, path, folder), what="XML")
        kept = [case for case in found.cases if stem_of(case.slide) not in _NOT_ALL]
        left_out = {
            slide: reason
            for slide in folder.slides
            if _is_named(stem_of(slide)) and (reason := _reason(stem_of(slide), files))
        }
        return Found(tuple(kept), {**found.left_out, **left_out})


def _is_named(stem: str) -> bool:
    return bool(_SIXTEEN.fullmatch(stem) or _SEVENTEEN.fullmatch(stem))


def _reason(stem: str, files: list[Path]) -> str | None:
    if stem in _NOT_ALL:
        return "CAMELYON16 does not outline all of its tumour, by the README of the data set."
    if stem not in {annotated(path) for path in files}:
        return "It has no XML: a slide without tumour, of which there is nothing to outline."
    return None


def _case(slide: Path, path: Path, folder: Folder) -> Case:
    stem = stem_of(slide)
    patient = _SEVENTEEN.fullmatch(stem)
    ignored = tuple(each for each in folder.slides if stem_of(each) == f"{stem}_mask")
    return Case(
        slide,
        (path,),
        outlined(path, read_asap),
        group=patient[1] if patient else stem,
        split="test" if stem.startswith("test") else "",
        ignored=ignored,
    )

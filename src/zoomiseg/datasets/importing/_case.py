"""What a format finds in a folder: slides, each with a way to its truth, and what cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import Box, Grid
from zoomiseg.slide import Slide

from ._folder import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What of the annotations is taken.

    Args:
        target: Names of the classes that are the target; () takes the usual names of tumour.
        cut: Names of the classes that are cut out of it; () takes the usual names of what is no tumour.
        mpp: µm per level-0 pixel of every slide; None takes what each says of itself.
        mask_value: The value that marks the target in mask files; None takes what is above 0.
        scratch: A folder for temporary files; None takes the system's. It changes no mask.
    """

    target: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    mpp: float | None = None
    mask_value: int | None = None
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class DrawnTruth:
    """A truth that is written as a new mask.

    Args:
        grid: The pixels of the new mask.
        read: Answers a box in grid pixels with its (H, W) mask, above 0 inside; asked in any order.
        notices: Sentences that a user should read.
    """

    grid: Grid
    read: Callable[[Box], NDArray[np.bool_] | NDArray[np.uint8]]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaskFile:
    """A truth that is a mask file already, and can stay where it lies.

    Args:
        path: Of the mask.
        value: The value that marks the target; None stands for any above 0.
    """

    path: Path
    value: int | None = None


Truth = DrawnTruth | MaskFile
OpenTruth = Callable[[Slide, ImportOptions], AbstractContextManager[Truth]]


@dataclass(frozen=True, slots=True)
class Case:
    """An annotated slide.

    Args:
        slide: Its path.
        files: What its truth is read from.
        open: Gives the truth, for as long as it is read.
        group: Patient, "" where unknown.
        split: "test" where the data set says so, else "".
        mpp: µm per level-0 pixel, where the annotation knows it and the slide may not; else None.
        ignored: Further files that belong to it, which no other format may take for annotations.
    """

    slide: Path
    files: tuple[Path, ...]
    open: OpenTruth
    group: str = ""
    split: str = ""
    mpp: float | None = None
    ignored: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """All that a format finds.

    Args:
        cases: Slides that can be imported, as far as names tell.
        left_out: The reason why another file is not, in a sentence, by the file's path.
    """

    cases: tuple[Case, ...] = ()
    left_out: Mapping[Path, str] = field(default_factory=dict)


class Format(Protocol):
    """A kind of annotation; a new one is a file with a class like this, and a line in `_registry.py`."""

    name: str
    """What --format calls it."""
    title: str
    """What a user knows it by."""

    def find(self, folder: Folder) -> Found:
        """Return what of a folder is of this kind, by the names of files and little of their content."""
        ...

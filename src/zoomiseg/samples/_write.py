"""Writes a virtual slide with its truth, streaming: drawn once, and all files appear at the end."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoomiseg.durable import flush_folder
from zoomiseg.errors import OutputError
from zoomiseg.slide import write_pyramid

from ._ahead import Ahead
from ._ceiling import TruthTally
from ._kept import KeptKinds
from ._kind import Kind
from ._source import KindArray, Source

TRUTH_VALUE = 255
THREADS = 2
_OBJECTIVE_TIMES_MPP = 10.0
_SUFFIXES = (".tif", ".tiff")
_SHARE_OF_DRAWING = 0.9  # the rest of the progress is for the masks

ReportProgress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """Where a sample lies: the slide, and beside it what is known of it."""

    slide: Path
    truth: Path
    kinds: Path


@dataclass(frozen=True, slots=True)
class Sample:
    """What was written.

    Args:
        slide: The slide's file.
        truth: Its truth, 0 and 255.
        kinds: Its classes of tissue, values of `Kind`; None where they were not asked for.
        width: In pixels.
        height: In pixels.
        mpp: µm per pixel.
        tumour_fraction: Share of the whole slide, glass included.
        low_scale_ceiling: IoU of the truth shrunk to the low scale and enlarged again.
    """

    slide: Path
    truth: Path
    kinds: Path | None
    width: int
    height: int
    mpp: float
    tumour_fraction: float
    low_scale_ceiling: float


def sample_files(path: Path) -> SampleFiles:
    """Return the names of a sample whose slide is `path`: NAME.tif has its truth in NAME-truth.ome.tif.

    Raises:
        OutputError: `path` does not end as a TIFF does.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise OutputError(f"{path} is no name for a slide.", hint="Give one that ends in .tif or .tiff.")
    return SampleFiles(
        path, path.with_name(f"{path.stem}-truth.ome.tif"), path.with_name(f"{path.stem}-kinds.ome.tif")
    )


def write_sample(
    source: Source,
    path: Path,
    *,
    kinds: bool = False,
    threads: int = THREADS,
    progress: ReportProgress | None = None,
) -> Sample:
    """Write a slide and its truth, and with `kinds` its classes of tissue, all or none of them.

    Memory holds a few blocks, whatever the slide's size. Older files of the same names are replaced.

    Args:
        source: What is drawn.
        path: The slide's file; the others lie beside it.
        kinds: Whether the classes of tissue are written too.
        threads: How many draw at once.
        progress: Called with the share done, rising to 1.
    Raises:
        OutputError: A file cannot be written, for instance because the disk is full.
    """
    files = sample_files(path)
    report = progress or _silent
    with _staging(path) as staged, KeptKinds(staged, width=source.width, height=source.height) as kept:
        with Ahead(source, keep=kept.put, threads=threads) as ahead:
            _write(staged / files.slide.name, ahead.read, source, _part(report, 0.0, _SHARE_OF_DRAWING))
        tally = TruthTally(
            lambda box: kept.read(box) == Kind.TUMOUR, width=source.width, height=source.height
        )
        middle = (_SHARE_OF_DRAWING + 1) / 2 if kinds else 1.0
        _write(
            staged / files.truth.name,
            lambda box: tally.add(box) * np.uint8(TRUTH_VALUE),
            source,
            _part(report, _SHARE_OF_DRAWING, middle),
        )
        if kinds:
            _write(staged / files.kinds.name, kept.read, source, _part(report, middle, 1.0))
        _publish(staged, files, kinds=kinds)
    return Sample(
        slide=files.slide,
        truth=files.truth,
        kinds=files.kinds if kinds else None,
        width=source.width,
        height=source.height,
        mpp=source.mpp,
        tumour_fraction=tally.tumour_fraction,
        low_scale_ceiling=tally.low_scale_ceiling,
    )


def _write(path: Path, read: Callable[..., KindArray], source: Source, progress: ReportProgress) -> None:
    is_slide = not path.name.endswith(".ome.tif")
    write_pyramid(
        path,
        read,
        width=source.width,
        height=source.height,
        mpp=(source.mpp, source.mpp),
        kind="slide" if is_slide else "mask",
        objective=_OBJECTIVE_TIMES_MPP / source.mpp if is_slide else None,
        progress=progress,
    )


@contextmanager
def _staging(path: Path) -> Iterator[Path]:
    """Give a folder beside `path` that goes away with all that is still in it."""
    staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        staged.mkdir()
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    try:
        yield staged
    except OutputError as error:
        # The user asked for no hidden folder and should not read of one.
        told = error.message.replace(f"{staged}{os.sep}", f"{path.parent}{os.sep}")
        raise OutputError(told.replace(str(staged), str(path.parent)), hint=error.hint) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _publish(staged: Path, files: SampleFiles, *, kinds: bool) -> None:
    """Move the finished files to their places, the slide last: where it is, all is."""
    wanted = [files.truth, *([files.kinds] if kinds else []), files.slide]
    try:
        for path in wanted:
            os.replace(staged / path.name, path)
        flush_folder(files.slide.parent)
    except OSError as error:
        raise OutputError(f"{files.slide} cannot be written: {error.strerror or error}.") from error


def _part(report: ReportProgress, start: float, end: float) -> ReportProgress:
    return lambda share: report(start + (end - start) * share)


def _silent(share: float) -> None:
    del share

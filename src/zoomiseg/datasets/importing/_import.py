"""From a folder of foreign annotations to masks and one manifest."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoomiseg.durable import replace_file
from zoomiseg.errors import ManifestError, OutputError, ZoomisegError
from zoomiseg.geometry import Box
from zoomiseg.slide import Slide, open_mask, open_slide, write_pyramid

from .._manifest import read_manifest
from ._case import DrawnTruth, Format, ImportOptions, MaskFile
from ._done import Done, Finished, stamp_of
from ._folder import Folder, stem_of
from ._registry import FORMATS
from ._search import Recognised, recognised

MANIFEST, _MASKS = "pairs.csv", "masks"
_COLUMNS = ("slide", "mask", "group", "split", "mpp", "mask_value", "format", "target_share")
_OF_IMPORT = ("format", "target_share")
"""Columns that only an import fills."""
_MOST_TOLD = 5
_FOREGROUND = np.uint8(255)
_BOX_PX = 4096


@dataclass(frozen=True, slots=True)
class ImportState:
    """How far an import is.

    Args:
        done: Slides that are finished or left out.
        slides: Slides in all.
        share: Of the present slide that is done, 0 to 1.
    """

    done: int
    slides: int
    share: float


Report = Callable[[ImportState], None]


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import.

    Args:
        manifest: The CSV.
        slides: How many rows it has.
        formats: How many of them by format.
        skipped: (file, reason) of what was left out.
        notices: Sentences that a user should read.
    """

    manifest: Path
    slides: int
    formats: dict[str, int]
    skipped: tuple[tuple[Path, str], ...]
    notices: tuple[str, ...]


def import_folder(
    root: Path,
    output: Path,
    *,
    formats: Sequence[Format] = FORMATS,
    options: ImportOptions = ImportOptions(),  # noqa: B008 - it is frozen
    report: Report | None = None,
) -> Imported:
    """Find annotated slides, write their masks, and name all in a manifest; an interrupted run goes on.

    A slide that cannot be used is left out and named. Masks that are fit for it stay where they lie. What
    was filled into `group`, `split` and columns of one's own of the manifest stays as it is.

    Args:
        root: What is searched, with all folders in it.
        output: Gets `pairs.csv` and `masks`; made if it is not there.
        formats: What is looked for.
        options: What of the annotations is taken.
        report: Told how far it is.
    Raises:
        ManifestError: Nothing is found, nothing of it can be used, or an earlier manifest cannot be read.
        OutputError: The folder cannot be written.
    """
    found, left_out = recognised(Folder(root.absolute(), without=output), formats)
    if not found and not left_out:
        known = ", ".join(f"{each.title} ({each.name})" for each in formats)
        raise ManifestError(
            f"No annotated slide was found in {root}.", hint=f"Looked for: {known}; masks are PNG or TIFF."
        )
    filled_in = _filled_in(output / MANIFEST)
    try:
        (output / _MASKS).mkdir(parents=True, exist_ok=True)
        with Finished(output) as finished:
            work = _Import(output, finished, options, found=found, report=report)
            rows = [(each, done) for each in found if (done := work.do(each))]
            skipped = (*left_out.items(), *work.skipped)
            if not rows:
                raise ManifestError(_unusable(root, skipped))
            replace_file(output / MANIFEST, [_manifest(rows, filled_in)])
    except OSError as error:
        if isinstance(error, ZoomisegError):
            raise
        raise OutputError(f"{error.filename or output} cannot be written: {error.strerror}.") from error
    names = [each.format.name for each, _ in rows]
    notices = [notice for _, done in rows for notice in done.notices]
    return Imported(
        output / MANIFEST,
        len(rows),
        {name: names.count(name) for name in dict.fromkeys(names)},
        skipped,
        tuple(dict.fromkeys(notices)),
    )


class _Import:
    """Makes one slide's truth after the other."""

    def __init__(
        self,
        output: Path,
        finished: Finished,
        options: ImportOptions,
        *,
        found: Sequence[Recognised],
        report: Report | None,
    ) -> None:
        self.skipped: list[tuple[Path, str]] = []
        self._output, self._finished = output, finished
        self._options = replace(options, scratch=output)
        self._slides, self._report, self._done = len(found), report, 0
        self._stamps = {each.case.slide: stamp_of(each.case, options, each.format.name) for each in found}
        # What a slide of this run has already stays its own, whatever comes before it in order now.
        kept = (finished.get(stamp) for stamp in self._stamps.values())
        self._taken = {done.mask for done in kept if done}

    def do(self, found: Recognised) -> Done | None:
        """Return what came of a slide, or None, its reason noted, where it cannot be used."""
        self._tell(0.0)
        try:
            stamp = self._stamps[found.case.slide]
            done = self._finished.get(stamp)
            if done is None:
                done = self._made(found, stamp)
                self._finished.add(done)
        except OutputError:
            raise
        except ZoomisegError as error:
            self.skipped.append((found.case.slide, str(error)))
            done = None
        self._done += 1
        self._tell(0.0)
        return done

    def _made(self, found: Recognised, stamp: str) -> Done:
        mpp = self._options.mpp or found.case.mpp
        with (
            open_slide(found.case.slide, mpp=mpp) as slide,
            found.case.open(slide, self._options) as truth,
        ):
            notices = slide.warnings if isinstance(truth, MaskFile) else (*slide.warnings, *truth.notices)
            if isinstance(truth, MaskFile):
                mask, value, share = str(truth.path), truth.value, self._share_of(truth)
            else:
                mask, value = self._free(found.case.slide), None
                self._finished.forget(mask)
                share = self._written(truth, self._output / mask)
            if not share:
                raise ManifestError(_nothing(truth, slide))
            return Done(stamp, mask, value, mpp, round(share, 6), tuple(notices))

    def _written(self, truth: DrawnTruth, path: Path) -> float:
        """Write a mask and return the share of it that is target."""
        marked = 0

        def read(box: Box) -> NDArray[np.uint8]:
            nonlocal marked
            inside = np.asarray(truth.read(box), np.uint8) > 0
            marked += int(np.count_nonzero(inside))
            return np.where(inside, _FOREGROUND, np.uint8(0))

        grid = truth.grid
        write_pyramid(
            path,
            read,
            width=grid.width,
            height=grid.height,
            mpp=grid.mpp,
            kind="mask",
            progress=self._tell,
        )
        return marked / (grid.width * grid.height)

    def _share_of(self, truth: MaskFile) -> float:
        marked = 0
        with open_mask(truth.path, value=truth.value) as mask:
            for box in _boxes(mask.width, mask.height):
                marked += int(np.count_nonzero(mask.foreground(box)))
                self._tell(box.y / mask.height)
            return marked / (mask.width * mask.height)

    def _free(self, slide: Path) -> str:
        """Return where a slide's mask goes, below the folder: where none of another slide of this run is."""
        stem = stem_of(slide)
        number = 1
        while (mask := f"{_MASKS}/{stem}{'' if number == 1 else f'-{number}'}.tif") in self._taken:
            number += 1
        self._taken.add(mask)
        return mask

    def _tell(self, share: float) -> None:
        if self._report:
            self._report(ImportState(self._done, self._slides, share))


def _nothing(truth: DrawnTruth | MaskFile, slide: Slide) -> str:
    if isinstance(truth, MaskFile):
        by = "" if truth.value is None else f" by the value {truth.value}"
        return f"Its mask {truth.path.name} marks nothing{by}."
    return f"Its annotation marks no pixel of its {slide.width} x {slide.height}."


def _boxes(width: int, height: int) -> Iterator[Box]:
    for y in range(0, height, _BOX_PX):
        for x in range(0, width, _BOX_PX):
            yield Box(x, y, min(_BOX_PX, width - x), min(_BOX_PX, height - y))


def _unusable(root: Path, skipped: Sequence[tuple[Path, str]]) -> str:
    told = " ".join(f"{path.name}: {reason}" for path, reason in skipped[:_MOST_TOLD])
    rest = f" And {len(skipped) - _MOST_TOLD} more." if len(skipped) > _MOST_TOLD else ""
    return f"Nothing in {root} can be used. {told}{rest}"


def _filled_in(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Return what people may have written into an earlier manifest, by slide.

    Raises:
        ManifestError: It cannot be read, so that what is in it would be lost.
    """
    if not path.exists():
        return {}
    filled = {}
    for pair in read_manifest(path):
        cells = {"group": pair.group, "split": pair.split, **pair.extra}
        own = {name: cell for name, cell in cells.items() if cell and name not in _OF_IMPORT}
        filled[str(pair.slide)] = own
    return filled


def _manifest(rows: Sequence[tuple[Recognised, Done]], filled_in: Mapping[str, Mapping[str, str]]) -> bytes:
    own = dict.fromkeys(key for cells in filled_in.values() for key in cells if key not in _COLUMNS)
    text = io.StringIO()
    writer = csv.DictWriter(text, (*_COLUMNS, *own), lineterminator="\n")
    writer.writeheader()
    for found, done in rows:
        case = found.case
        cells = {
            "slide": case.slide,
            "mask": done.mask,
            "group": case.group,
            "split": case.split,
            "mpp": done.mpp,
            "mask_value": done.value,
            "format": found.format.name,
            "target_share": done.share,
        }
        writer.writerow({**cells, **filled_in.get(str(case.slide), {})})
    return text.getvalue().encode("utf-8")

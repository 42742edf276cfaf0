"""All that a run leaves for people to read: CSV files, pictures, events for TensorBoard, and reports."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import cv2

from ._events import Events
from ._learner import Lesson
from ._progress import Progress, Report, keep_rows
from ._sheet import contact_sheet
from ._validation import AFTER, QUALITIES, Clicked, Validation

_COLUMNS = ",".join(
    [
        *("step", "set", "images"),
        *(f"noc{100 * quality:.0f}" for quality in QUALITIES),
        "failures",
        *(f"iou{count}" for count in AFTER),
        *("best", "seconds"),
    ]
)


@dataclass(frozen=True, slots=True)
class Validated:
    """What a caller is told of a validation.

    Args:
        step: After so many steps.
        validation: What was found.
        best: Whether these are the best weights so far.
    """

    step: int
    validation: Validation
    best: bool


@dataclass(frozen=True, slots=True)
class Reports:
    """A caller's functions.

    Args:
        pace: Told every 20 steps how it goes.
        validated: Told of each validation.
    """

    pace: Report | None = None
    validated: Callable[[Validated], None] | None = None


class Record:
    """Writes it.

    Args:
        folder: Gets `loss.csv`, `validation.csv`, `pictures` and, where it is asked for, `events`.
        first: Steps that an earlier run finished.
        last: The step at which the run ends.
        tensorboard: Whether events are written.
        reports: Told the same.
    Raises:
        MissingExtra: TensorBoard is asked for and not installed.
    """

    def __init__(self, folder: Path, *, first: int, last: int, tensorboard: bool, reports: Reports) -> None:
        self._events = Events(folder, first=first) if tensorboard else None
        self._path, self._pictures, self._reports = folder / "validation.csv", folder / "pictures", reports
        self._progress = Progress(folder, first=first, last=last, report=reports.pace)
        keep_rows(self._path, _COLUMNS, until=first)

    def step(self, step: int, lesson: Lesson, *, waited: float) -> None:
        """Take in the step that was just finished, counted from 1, and the seconds that it waited."""
        pace = self._progress.add(step, lesson.loss, lesson.iou, waited)
        if pace and self._events:
            self._events.pace(pace)

    def validation(self, found: Validated, lesson: Lesson) -> None:
        """Take in a validation, and draw some of its images and those that were just learnt from."""
        since = perf_counter()
        self._write(found)
        self._draw("validation", found.step, found.validation.clicked)
        self._draw("training", found.step, _learnt(lesson))
        if self._events:
            self._events.validation(found.step, found.validation)
        if self._reports.validated:
            self._reports.validated(found)
        self._progress.pause(perf_counter() - since)

    def pause(self, seconds: float) -> None:
        """Leave out time that was not spent on training."""
        self._progress.pause(seconds)

    def close(self) -> None:
        """Write what is waiting."""
        if self._events:
            self._events.close()

    def _write(self, found: Validated) -> None:
        with self._path.open("a", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            for name, figures in found.validation.figures.items():
                writer.writerow(
                    [
                        *(found.step, name, figures.images),
                        *(f"{clicks:.3f}" for clicks in figures.noc),
                        figures.failures,
                        *(f"{value:.4f}" for value in figures.iou),
                        *(int(found.best), f"{found.validation.seconds:.1f}"),
                    ]
                )

    def _draw(self, name: str, step: int, clicked: Sequence[Clicked]) -> None:
        if not clicked:
            return
        sheet = contact_sheet(clicked)
        self._pictures.mkdir(exist_ok=True)
        path = self._pictures / f"step-{step:06d}-{name}.png"
        path.write_bytes(cv2.imencode(".png", sheet[..., ::-1])[1].tobytes())
        if self._events:
            self._events.picture(name, step, sheet)


def _learnt(lesson: Lesson) -> list[Clicked]:
    return [
        Clicked(sample.image, sample.target, points, probability)
        for sample, points, probability in zip(
            lesson.batch.samples, lesson.outcome.points, lesson.outcome.probability, strict=True
        )
    ]

"""What the leading process of a run keeps on disk: checkpoints, the best weights, and the record."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import monotonic

from ._best import Best
from ._learner import Learner, Lesson
from ._recipe import Recipe
from ._record import Record, Reports, Validated
from ._state import Origin, save_state
from ._validation import Figures, Validation

_SAVE_EVERY, _SAVE_SECONDS = 100, 120.0
"""A checkpoint is written after so many steps, or sooner where they are slow."""


class Keeper:
    """Keeps it. Use it in a `with`.

    Args:
        folder: Of the run.
        recipe: What is run.
        learner: Whose weights are kept.
        first: Steps that an earlier piece of the run finished.
        resume: Whether what that piece left stands.
        origin: Of the run, for its checkpoints.
        tensorboard: Whether events are written.
        reports: Told how it goes.
    Raises:
        MissingExtra: TensorBoard is asked for and not installed.
    """

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        learner: Learner,
        *,
        first: int,
        resume: bool,
        origin: Origin,
        tensorboard: bool,
        reports: Reports,
    ) -> None:
        self._folder, self._recipe, self._learner, self._origin = folder, recipe, learner, origin
        self._record = Record(
            folder, first=first, last=recipe.steps, tensorboard=tensorboard, reports=reports
        )
        self._best = Best(folder, resume=resume)
        self._saved = monotonic()

    def step(self, step: int, lesson: Lesson, *, waited: float, found: Validation | None) -> None:
        """Take in the step that was just finished, counted from 1, and the validation after it, if any.

        Args:
            step: Its number.
            lesson: What came of it.
            waited: Seconds that it waited for samples.
            found: By the validation.
        """
        if found:
            self._record.pause(found.seconds)
        self._record.step(step, lesson, waited=waited)
        if found:
            best = self._best.offer(step, found, self._learner.average.network)
            self._record.validation(Validated(step, found, best), lesson)
        # After the validation: a run that goes on from here does not owe one.
        due = step % _SAVE_EVERY == 0 or step == self._recipe.steps
        if due or monotonic() - self._saved > _SAVE_SECONDS:
            save_state(self._folder, self._recipe, self._learner, step, origin=self._origin)
            self._saved = monotonic()

    def finish(self) -> tuple[int, Mapping[str, Figures]]:
        """Give the averaged network the best weights, if any were validated; return step and figures."""
        return self._best.load(self._learner.average.network) or (self._recipe.steps, {})

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *_: object) -> None:
        self._record.close()

"""All rows on all slides of a manifest, slide by slide, going on where an earlier run was ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from zoomiseg.datasets import Pair
from zoomiseg.errors import OutputError
from zoomiseg.session import Session

from ..simulation import Row, Scheme, SlideRun, World, click_slide
from ._file import EvaluationFile
from ._rows import REPEATED
from ._slide import facts_of, fingerprint_of, mpp_of, names_of, opened, truth_checksum_of

_ELSEWHERE = "Choose another folder with -o."
# What a row costs, more or less; only for telling how much is left.
_COSTS: dict[Scheme, float] = {"low": 1.0, "high": 8.0, "zoom": 5.0, "zoom-again": 5.0}


class Report(Protocol):
    """Hears how far the work is."""

    def __call__(self, share: float) -> None:
        """Take the share of all that is done, of what was not done already."""
        ...


class Keep(Protocol):
    """Takes from a session what the record does not hold, before the row counts as done."""

    def __call__(self, slide: str, row: str, world: World, session: Session) -> None:
        """Take what is wanted of a slide that was just clicked in a row."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """A row that was run on a slide just now; `left` counts those still to come."""

    slide: str
    row: str
    run: SlideRun
    left: int


def evaluate_slides(
    pairs: Sequence[Pair],
    rows: Sequence[Row],
    file: EvaluationFile,
    *,
    folder: Path,
    mpp: float | None = None,
    report: Report = lambda share: None,
    keep: Keep = lambda slide, row, world, session: None,
) -> Iterator[Done]:
    """Run what the file does not hold yet, and yield each row of each slide once it is on the disk.

    Args:
        pairs: The manifest's rows.
        rows: In an order in which none repeats one after it.
        file: Where they are kept.
        folder: The manifest's.
        mpp: µm per level-0 pixel where neither manifest nor slide says so.
        report: Told how far the work is.
        keep: Given each session when all is clicked.
    Raises:
        ManifestError: A row has no mask, or a mask does not fit its slide.
        SlideError, AnnotationError: A slide or its mask cannot be opened.
        OutputError: The file cannot be written, or a slide is not the one that it holds, or was there
            at another µm per pixel or with another truth.
    """
    names = names_of(pairs, folder)
    total = sum(_COSTS[row.scheme] for name in names for row in rows if not file.has(name, row.name))
    left = sum(not file.has(name, row.name) for name in names for row in rows)
    done = 0.0
    for pair, name in zip(pairs, names, strict=True):
        missing = [row for row in rows if not file.has(name, row.name)]
        if not missing:
            continue
        with opened(pair, name, mpp=mpp) as world:
            _take_in(world, pair, name, file)
            for row in missing:
                cost, before = _COSTS[row.scheme], done

                def told(share: float, cost: float = cost, before: float = before) -> None:
                    report((before + share * cost) / total)

                run = click_slide(
                    row,
                    world,
                    file.setting.rules,
                    file.setting.hands,
                    recorded=file.slides[name].runs.get(REPEATED),
                    report=told,
                    keep=partial(keep, name, row.name, world),
                )
                file.add_run(name, row.name, run)
                done, left = done + cost, left - 1
                yield Done(name, row.name, run, left)


def _take_in(world: World, pair: Pair, name: str, file: EvaluationFile) -> None:
    known = file.slides.get(name)
    if known is None:
        file.add_slide(facts_of(world, pair, name))
        return
    facts = known.facts
    if facts.fingerprint != fingerprint_of(world):
        raise OutputError(f"{file.path} holds results of another slide called {name}.", hint=_ELSEWHERE)
    if facts.mpp != mpp_of(world):
        found = f"at {facts.mpp:g} µm per pixel instead of {mpp_of(world):g}"
        raise OutputError(
            f"{file.path} holds results of {name} {found}.",
            hint=f"Give the same --mpp, or the same mpp in the manifest. {_ELSEWHERE}",
        )
    if facts.truth_checksum not in (None, truth_checksum_of(world)):
        raise OutputError(
            f"{file.path} holds results of {name} with another truth than the mask marks now.",
            hint=f"Bring back the mask as it was. {_ELSEWHERE}",
        )

"""Which slides are prepared for which split: decided from the manifest alone, before any is opened."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from zoomiseg.errors import ManifestError

from ._manifest import Pair
from ._prepare_options import PrepareOptions, Split

_KEPT_APART = ("test", "sample")
_KNOWN = ("train", "val", *_KEPT_APART, "")
_OTHERS = "rows without a split are left out: their patients are"
_LEAK = (
    "Splitting by patch is the paper's way, but it leaks: neighbouring patches of one slide fall into both "
    "splits, so validation flatters the network; use it only to compare with the paper."
)


@dataclass(frozen=True, slots=True)
class PlannedSlide:
    """One row of the manifest that is prepared.

    Args:
        pair: The row.
        key: What the names of its samples begin with; letters, digits, `_` and `-` only.
        name: The slide's path from the manifest's folder, as the index gives it.
        split: None where it is drawn for each patch.
    """

    pair: Pair
    key: str
    name: str
    split: Split | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The slides in the manifest's order, and sentences that a user should read."""

    slides: tuple[PlannedSlide, ...]
    notices: tuple[str, ...]


def plan_slides(pairs: Sequence[Pair], options: PrepareOptions, *, folder: Path) -> Plan:
    """Decide which rows are prepared, and the split of each.

    A row's own split wins; `test` and `sample` are never prepared. A row without one follows the marked
    rows of its patient, else its split is drawn.

    Args:
        pairs: Rows of a manifest.
        options: How the rest is split.
        folder: The manifest's.
    Raises:
        ManifestError: A split that is none, or nothing left to prepare.
    """
    for pair in pairs:
        if pair.split not in _KNOWN:
            raise ManifestError(
                f"{pair.slide.name} has the split {pair.split!r}, which is none of train, val, test, sample."
            )
    marked = _splits_of_patients(pairs)
    apart = [pair for pair in pairs if _is_kept_apart(pair, marked)]
    rows = [(number, pair) for number, pair in enumerate(pairs) if not _is_kept_apart(pair, marked)]
    if not rows:
        raise ManifestError("No row of the manifest is left to prepare: all are of the split test or sample.")
    drawn = _drawn([pair for _, pair in rows], marked, options)
    slides = [
        PlannedSlide(pair, _key(number, pair), _name(pair, folder), _split_of(pair, marked, drawn, options))
        for number, pair in rows
    ]
    return Plan(tuple(slides), tuple(_notices(apart, marked, slides, options)))


def drawn_split(number: int, *, family: int, options: PrepareOptions) -> Split:
    """Return the split of the patch `number` of its family, where each patch is drawn by itself.

    Of every `1 / val_share` patches in a row one is for validation, so that the ratio holds at any length.
    """
    if not options.val_share:
        return "train"
    block, place = divmod(number, round(1 / options.val_share))
    chosen = np.random.default_rng((options.seed, family, block)).integers(round(1 / options.val_share))
    return "val" if place == chosen else "train"


def _splits_of_patients(pairs: Sequence[Pair]) -> Mapping[str, set[str]]:
    marked: defaultdict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        if pair.group and pair.split:
            marked[pair.group].add(pair.split)
    return marked


def _is_kept_apart(pair: Pair, marked: Mapping[str, set[str]]) -> bool:
    """Say whether a row is for testing, or without a split and of a patient who is."""
    if pair.split:
        return pair.split in _KEPT_APART
    return any(split in _KEPT_APART for split in marked.get(pair.group, ()))


def _unit(pair: Pair, options: PrepareOptions) -> str:
    """Return what falls into one split as a whole."""
    by_patient = options.split_by == "patient" and pair.group
    return f"patient {pair.group}" if by_patient else f"slide {os.path.abspath(pair.slide)}"


def _drawn(pairs: Sequence[Pair], marked: Mapping[str, set[str]], options: PrepareOptions) -> set[str]:
    """Return the units drawn for validation among those of which the manifest says nothing."""
    units = sorted({_unit(pair, options) for pair in pairs if not _told(pair, marked, options)})
    if len(units) < 2 or not options.val_share:
        return set()
    count = min(max(round(len(units) * options.val_share), 1), len(units) - 1)
    return set(np.random.default_rng(options.seed).choice(units, count, replace=False).tolist())


def _told(pair: Pair, marked: Mapping[str, set[str]], options: PrepareOptions) -> Split | None:
    """Return the split that the manifest gives to a row or, by patient, to another row of its patient."""
    told = {pair.split} if pair.split else set()
    if not told and options.split_by == "patient":
        told = marked.get(pair.group, set()) if pair.group else set()
    # A patient in both: an unmarked row of theirs must not be trained on, for it would leak.
    return "val" if "val" in told else "train" if "train" in told else None


def _split_of(
    pair: Pair, marked: Mapping[str, set[str]], drawn: set[str], options: PrepareOptions
) -> Split | None:
    told = _told(pair, marked, options)
    if told or options.split_by == "patch":
        return told
    return "val" if _unit(pair, options) in drawn else "train"


def _key(number: int, pair: Pair) -> str:
    return f"{number:05d}-{re.sub(r'[^A-Za-z0-9_-]', '_', pair.slide.stem)[:40]}"


def _name(pair: Pair, folder: Path) -> str:
    return pair.slide.relative_to(folder).as_posix() if pair.slide.is_relative_to(folder) else str(pair.slide)


def _notices(
    apart: Sequence[Pair],
    marked: Mapping[str, set[str]],
    slides: Sequence[PlannedSlide],
    options: PrepareOptions,
) -> list[str]:
    notices = []
    tests = sum(bool(pair.split) for pair in apart)
    if tests:
        rows, verb = ("row", "is") if tests == 1 else ("rows", "are")
        notices.append(
            f"{tests} {rows} of the split test or sample {verb} left out: such are never prepared."
        )
    if others := len(apart) - tests:
        what = "row without a split is left out: its patient is" if others == 1 else _OTHERS
        notices.append(f"{others} {what} kept for testing.")
    if mixed := sorted(group for group, splits in marked.items() if len(splits) > 1):
        what = "patient (such as {}) is" if len(mixed) == 1 else "patients (such as {}) are"
        notices.append(f"By the manifest {len(mixed)} {what.format(mixed[0])} in several splits: that leaks.")
    if options.split_by == "patch" and any(slide.split is None for slide in slides):
        notices.append(_LEAK)
    elif options.val_share and all(slide.split == "train" for slide in slides):
        notices.append(
            f"All is for training: there is only one {options.split_by} to split, and none for validation."
        )
    return notices

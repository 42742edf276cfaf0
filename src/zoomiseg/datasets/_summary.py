"""How many patches there are of each scale and split."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from zoomiseg.geometry import ScaleName

from ._index import StoredPair
from ._prepare_options import Split


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """Of one scale and split.

    Args:
        scale: Which network learns from them.
        split: What they are for.
        slides: Slides that give any.
        patients: Their patients; a slide without one counts as its own.
        patches: Of 1024 x 1024 pixels.
        pieces: Smaller images, for collages.
        tumour: Mean of their shares of target, 0 to 1.
    """

    scale: ScaleName
    split: Split
    slides: int
    patients: int
    patches: int
    pieces: int
    tumour: float


def summary(pairs: Iterable[StoredPair]) -> list[SummaryRow]:
    """Return a row for each scale and split, also where there is none of it."""
    found: defaultdict[tuple[str, str], list[StoredPair]] = defaultdict(list)
    for pair in pairs:
        found[pair.scale, pair.split].append(pair)
    scales: tuple[ScaleName, ...] = ("low", "high")
    splits: tuple[Split, ...] = ("train", "val")
    return [_row(scale, split, found[scale, split]) for scale in scales for split in splits]


def _row(scale: ScaleName, split: Split, pairs: list[StoredPair]) -> SummaryRow:
    return SummaryRow(
        scale,
        split,
        slides=len({pair.slide for pair in pairs}),
        patients=len({pair.group or pair.slide for pair in pairs}),
        patches=sum(pair.form == "patch" for pair in pairs),
        pieces=sum(pair.form == "piece" for pair in pairs),
        tumour=sum(pair.tumour for pair in pairs) / len(pairs) if pairs else 0.0,
    )

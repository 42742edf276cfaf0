"""What a data folder offers: rows of a manifest, or of the index that `zoomiseg prepare` wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from zoomiseg.datasets import Pair, PatchStore, read_manifest

from ._prepared import PreparedPart
from ._recipe import Recipe
from ._stored import GENERATED, Part
from ._tiles import stored_parts

_INDEX, _MANIFEST = "index.csv", "pairs.csv"


@dataclass(frozen=True, slots=True)
class Row:
    """An annotated image or slide, not read yet.

    Args:
        split: The manifest's.
        kind: The manifest's.
        unit: Its patient, or its slide where that is not known: what is held out as a whole.
        parts: Reads it, for samples of (finest, coarsest) µm per pixel and so many pixels a side.
        identity: What tells it from other rows, wherever the data lie.
    """

    split: str
    kind: str
    unit: str
    parts: Callable[[tuple[float, float], int], Sequence[Part]]
    identity: str = ""


def rows_of(folder: Path, recipe: Recipe) -> list[Row]:
    """Return the rows of a folder, of a prepared one those of the recipe's scale.

    Raises:
        ManifestError: Its manifest, index or a shard cannot be used.
    """
    if (folder / _INDEX).exists():
        store = PatchStore(folder)
        numbers = store.pairs(scale=recipe.scale)
        return [_prepared_row(PreparedPart(store, number)) for number in numbers]
    return [_row(pair) for pair in read_manifest(folder / _MANIFEST)]


def is_learnt(kind: str, recipe: Recipe) -> bool:
    """Say whether a recipe learns from tissue of a kind."""
    if kind == GENERATED:
        return "generated" in recipe.sources
    chosen = not recipe.kinds or kind in recipe.kinds
    return "real" in recipe.sources and chosen and kind not in recipe.left_out


def _row(pair: Pair) -> Row:
    unit = pair.group or str(pair.slide)
    sizes = [path.stat().st_size if path.is_file() else 0 for path in (pair.slide, pair.mask) if path]
    kind = pair.extra.get("kind", "")
    identity = repr((pair.slide.name, pair.group, pair.split, kind, pair.mpp, pair.mask_value, sizes))
    return Row(pair.split, kind, unit, partial(_parts, pair), identity)


def _parts(pair: Pair, mpp: tuple[float, float], size: int) -> Sequence[Part]:
    return stored_parts(pair, mpp=mpp, size=size)


def _prepared_row(part: PreparedPart) -> Row:
    unit = part.pair.group or part.pair.slide
    return Row(part.pair.split, part.pair.kind, unit, lambda mpp, size: [part], repr(part.pair))

"""Which of what is marked a sample asks for: one kind, one tissue, or some structures."""

from __future__ import annotations

import cv2
import numpy as np

from zoomiseg.samples import Kind

from ._collage import Collage
from ._library import Window
from ._stored import MaskArray

_ASKED_FOR = (
    Kind.TUMOUR,
    Kind.GLAND,
    Kind.LYMPHOID,
    Kind.NECROSIS,
    Kind.FAT,
    Kind.VESSEL,
    Kind.MUSCLE,
)
_LEAST = 0.02


def one_kind(rng: np.random.Generator, patch: Collage) -> MaskArray:
    """Choose one of the kinds that are marked somewhere in the collage; the target is what is of it."""
    present = np.unique(patch.kind[patch.marked])
    if not present.size:
        return patch.marked
    return np.asarray(patch.marked & (patch.kind == present[int(rng.integers(present.size))]))


def one_tissue(rng: np.random.Generator, window: Window) -> MaskArray:
    """Choose a tissue that fills at least 2% of the window, half the time the marked one if it does.

    Neither glass nor stroma is ever chosen.
    """
    shares = np.bincount(window.tissue.ravel(), minlength=256) / window.tissue.size
    if shares[window.target] >= _LEAST and rng.random() < 0.5:
        return window.marked
    present = [kind for kind in _ASKED_FOR if shares[kind] >= _LEAST]
    if not present:
        return window.marked
    return np.asarray(window.tissue == present[int(rng.integers(len(present)))])


def some_structures(rng: np.random.Generator, marked: MaskArray) -> MaskArray:
    """Keep a random part of the connected structures, at least one and not all."""
    count, labels = cv2.connectedComponents(marked.astype(np.uint8))
    if count <= 2:
        return marked
    chosen = rng.permutation(np.arange(1, count))[: int(rng.integers(1, count - 1))]
    return np.asarray(np.isin(labels, chosen))

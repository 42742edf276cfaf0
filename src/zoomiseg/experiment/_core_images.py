"""The images of a manifest as a montage takes them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from zoomiseg.datasets import Pair, read_manifest
from zoomiseg.errors import ManifestError
from zoomiseg.geometry import HIGH
from zoomiseg.samples import CoreImage

from ._subjects import resampled_pair


def core_images(manifest: Path, *, split: str | None = None, kinds: Collection[str] = ()) -> list[CoreImage]:
    """Return the image and mask pairs of a manifest, to be read and brought to the high scale when needed.

    Args:
        manifest: A CSV as `read_manifest` takes it, with mpp for each image.
        split: Only these rows; None stands for all.
        kinds: Only rows with one of these in the column `kind`; none stands for all.
    Raises:
        ManifestError: The manifest cannot be read, or has no such row.
    """
    pairs = [
        pair
        for pair in read_manifest(manifest)
        if split in (None, pair.split) and (not kinds or _kind_of(pair) in kinds)
    ]
    if not pairs:
        wanted = [f"the split {split}"] * (split is not None) + [f"the kind {kind}" for kind in kinds]
        raise ManifestError(f"{manifest} has no image of {' and '.join(wanted) or 'any kind'}.")
    return [_core_image(pair) for pair in pairs]


def _core_image(pair: Pair) -> CoreImage:
    return CoreImage(pair.slide.name, _kind_of(pair), lambda: resampled_pair(pair, HIGH.mpp))


def _kind_of(pair: Pair) -> str:
    return pair.extra.get("kind", "")

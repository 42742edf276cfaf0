"""The manifest: a CSV that names images, their masks, and what is known of them."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import ManifestError

_KNOWN = ("slide", "mask", "group", "split", "mpp", "mask_value")
_ASPECT_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of a manifest.

    Args:
        slide: The image or slide.
        mask: Its truth, or None where the row names none.
        group: Patient or case, "" where unknown.
        split: `train`, `val`, `test`, `sample`, or "".
        mpp: µm per pixel, or None where the row does not say.
        mask_value: The value that marks the target, or None: all above 0.
        extra: The cells of further columns.
    """

    slide: Path
    mask: Path | None
    group: str = ""
    split: str = ""
    mpp: float | None = None
    mask_value: int | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def read_manifest(path: Path) -> list[Pair]:
    """Return the rows of a manifest; paths are taken from the CSV's folder, an empty cell is absent.

    Raises:
        ManifestError: The file cannot be read, lacks a column, or a cell cannot be understood.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            columns = reader.fieldnames or []
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"The manifest {path} cannot be read: {error}.") from error
    if "slide" not in columns or "mask" not in columns:
        raise ManifestError(f"{path} has no columns slide and mask; its first line is {','.join(columns)!r}.")
    if not rows:
        raise ManifestError(f"{path} names no slide.")
    return [_pair(row, path, line) for line, row in enumerate(rows, start=2)]


def read_pair(pair: Pair) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a plain image, (H, W, 3) uint8 RGB, and its mask, (H, W) bool, of one size.

    Raises:
        ManifestError: A file cannot be decoded, there is no mask, or the aspects differ by over 1%.
    """
    if pair.mask is None:
        raise ManifestError(f"{pair.slide.name} has no mask in its manifest.")
    image = _decode(pair.slide, cv2.IMREAD_COLOR_RGB)
    values = _decode(pair.mask, cv2.IMREAD_UNCHANGED)
    if values.ndim == 3:
        values = values[..., :3].max(axis=2)
    mask = values > 0 if pair.mask_value is None else values == pair.mask_value
    if mask.shape != image.shape[:2]:
        mask = _fitted(mask, image.shape[:2], pair)
    return image, mask


def _pair(row: Mapping[str, str | None], path: Path, line: int) -> Pair:
    cells = {key: (value or "").strip() for key, value in row.items() if key}
    if not cells["slide"]:
        raise ManifestError(f"Line {line} of {path} names no slide.")
    mpp = _number(cells.get("mpp", ""), path, line, "mpp")
    if mpp is not None and not mpp > 0:
        raise ManifestError(f"Line {line} of {path}: mpp must be above 0, got {mpp:g}.")
    value = _number(cells.get("mask_value", ""), path, line, "mask_value")
    return Pair(
        slide=path.parent / cells["slide"],
        mask=path.parent / cells["mask"] if cells.get("mask") else None,
        group=cells.get("group", ""),
        split=cells.get("split", ""),
        mpp=mpp,
        mask_value=None if value is None else int(value),
        extra=MappingProxyType({key: value for key, value in cells.items() if key not in _KNOWN}),
    )


def _number(cell: str, path: Path, line: int, column: str) -> float | None:
    if not cell:
        return None
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ManifestError(f"Line {line} of {path}: {column} is not a number: {cell!r}.")
    return number


def _decode(path: Path, flags: int) -> NDArray[np.uint8]:
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error
    image = cv2.imdecode(data, flags) if data.size else None
    if image is None:
        raise ManifestError(f"{path} is not an image that can be decoded.")
    return np.asarray(image, np.uint8)


def _fitted(mask: NDArray[np.bool_], shape: tuple[int, int], pair: Pair) -> NDArray[np.bool_]:
    aspect = (mask.shape[1] / mask.shape[0]) / (shape[1] / shape[0])
    if abs(aspect - 1) > _ASPECT_TOLERANCE:
        raise ManifestError(
            f"{pair.mask} is {mask.shape[1]} x {mask.shape[0]} and {pair.slide.name} is {shape[1]} x {shape[0]}: "
            "the mask must have the slide's aspect within 1%."
        )
    resized = cv2.resize(mask.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST_EXACT)
    return np.asarray(resized > 0)

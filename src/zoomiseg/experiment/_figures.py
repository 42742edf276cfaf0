"""From the results of single images to the figures of an evaluation, with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from zoomiseg.errors import ManifestError

from ._curve import MAX_CLICKS, Curve
from ._patches import PatchResult

QUALITIES = (80, 85, 90)
AFTER = (1, 3, 5, 10)
_SHUFFLED_AFTER = 10
_RESAMPLES = 2000
_CONFIDENCE = 0.95
_PARTS = 4


def patch_figures(results: Sequence[PatchResult], *, seed: int = 0) -> dict[str, Any]:
    """Return what `evaluate-patches` prints as JSON.

    `noc*` and `iou_at` are means over the images that are not counted apart, `obeyed` and `obeyed_newest`
    over all clicks of all images, the shares in `far` over the clicks that have pixels far away.
    `noc85_by_order` are the clicks to 0.85 in each quarter of the images, in the order of clicking: what is
    remembered of earlier ones should let them fall.

    Args:
        results: One of each image.
        seed: Of the bootstrap over images, for the intervals `*_ci`.
    Raises:
        ManifestError: No image has between 2% and 98% foreground.
    """
    counted = [(result, result.curve) for result in results if result.curve is not None]
    if not counted:
        raise ManifestError(f"None of the {len(results)} images has between 2% and 98% foreground.")
    curves = [curve for _, curve in counted]
    figures = curve_figures(curves) | {
        "noc85_ci": _interval([curve.clicks_to(0.85)[0] for curve in curves], seed),
        "iou_at_ci": {str(n): _interval([curve.iou_after(n) for curve in curves], seed) for n in AFTER},
        "obeyed": float(np.mean([share for curve in curves for share in curve.obeyed])),
        "obeyed_newest": float(np.mean([each for curve in curves for each in curve.obeyed_newest])),
        "images_apart": len(results) - len(counted),
        "all_foreground_iou": float(np.mean([result.foreground for result, _ in counted])),
        "shuffled": _shuffled(counted),
        "far": _far(curves),
        "iou_at_20": float(np.mean([curve.iou_after(MAX_CLICKS) for curve in curves])),
        "noc85_by_order": _by_order([curve.clicks_to(0.85)[0] for curve in curves]),
    }
    held = [(result, curve) for result, curve in counted if result.baselines]
    return figures | ({"baselines": _baselines(held)} if held else {})


def curve_figures(curves: Sequence[Curve]) -> dict[str, Any]:
    """Return mean clicks to a quality, how often it is never reached, and mean IoU after some clicks."""
    figures: dict[str, Any] = {}
    failures = {}
    for quality in QUALITIES:
        counts = [curve.clicks_to(quality / 100) for curve in curves]
        figures[f"noc{quality}"] = float(np.mean([count for count, _ in counts]))
        failures[str(quality)] = sum(not reached for _, reached in counts)
    return figures | {
        "failures": failures,
        "failure_share": {quality: count / len(curves) for quality, count in failures.items()},
        "iou_at": {str(n): float(np.mean([curve.iou_after(n) for curve in curves])) for n in AFTER},
        "images": len(curves),
    }


def bootstrap_interval(values: Sequence[float], *, seed: int = 0) -> tuple[float, float]:
    """Return the 95% interval of the mean: percentiles over 2,000 resamples, drawn with replacement."""
    array = np.asarray(values, np.float64)
    drawn = np.random.default_rng(seed).integers(len(array), size=(_RESAMPLES, len(array)))
    tail = 50 * (1 - _CONFIDENCE)
    low, high = np.percentile(array[drawn].mean(axis=1), [tail, 100 - tail])
    return float(low), float(high)


def _interval(values: Sequence[float], seed: int) -> list[float]:
    return list(bootstrap_interval(values, seed=seed))


def _shuffled(counted: Sequence[tuple[PatchResult, Curve]]) -> dict[str, Any]:
    """Compare, over the images whose clicks have both labels, wrong labels with the right ones."""
    pairs = [
        (result.shuffled, curve.iou_after(_SHUFFLED_AFTER))
        for result, curve in counted
        if result.shuffled is not None
    ]
    wrong, right = np.mean(pairs, axis=0).tolist() if pairs else (None, None)
    return {"images": len(pairs), "iou": wrong, "iou_with_own_labels": right}


def _by_order(counts: Sequence[int]) -> list[float]:
    """Return the means of consecutive parts, of one image at least, in the order of clicking."""
    return [float(np.mean(part)) for part in np.array_split(counts, min(_PARTS, len(counts)))]


def _far(curves: Sequence[Curve]) -> dict[str, Any]:
    flips = [each for curve in curves for each in curve.flips if each.far]
    return {
        "clicks": len(flips),
        "right_to_wrong": float(np.mean([each.spoilt / each.far for each in flips])) if flips else None,
        "wrong_to_right": float(np.mean([each.mended / each.far for each in flips])) if flips else None,
    }


def _baselines(held: Sequence[tuple[PatchResult, Curve]]) -> dict[str, Any]:
    """Return each baseline's figures, and those of the network on the same images as `network`."""
    return {"network": curve_figures([curve for _, curve in held])} | {
        name: curve_figures([Curve(result.baselines[name], curve.points, ()) for result, curve in held])
        for name in held[0][0].baselines
    }

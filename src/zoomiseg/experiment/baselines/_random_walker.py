"""Random walker (Grady 2006), which needs no training, given the same clicks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoomiseg.errors import MissingExtra
from zoomiseg.guidance import PatchPoint
from zoomiseg.predict import FloatArray, ImageArray

from ._baseline import LONGEST_PX, Baseline
from ._disks import click_disks

_BETA = 130.0
# scikit-image's own 1e-3 leaves errors of several percent on stained tissue.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class RandomWalker:
    """scikit-image's random walker, started from the clicks' disks.

    Args:
        radius_px: Of a click's disk.
    """

    radius_px: int = 5

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None = None
    ) -> FloatArray:
        """Return (H, W) float32 in [0, 1]; see `Promptable.predict`. It starts anew at each click.

        Clicks of one sign alone reach every pixel: all target, or all background.

        Raises:
            MissingExtra: Without `zoomiseg[baselines]`.
        """
        try:
            from skimage.segmentation import random_walker  # noqa: PLC0415
        except ImportError as error:
            hint = "Install it with: pip install 'zoomiseg[baselines]'"
            raise MissingExtra("The random walker needs scikit-image.", hint=hint) from error
        height, width = image.shape[:2]
        positive, negative = click_disks((height, width), clicks, self.radius_px)
        if not (positive.any() and negative.any()):
            return np.full((height, width), float(positive.any()), np.float32)
        labels = np.where(positive, 1, 0) + np.where(negative, 2, 0)
        probability = random_walker(
            image / 255.0,
            labels,
            beta=_BETA,
            mode="cg_j",
            tol=_TOLERANCE,
            channel_axis=-1,
            return_full_prob=True,
        )
        return np.asarray(np.clip(probability[0], 0, 1), np.float32)


RANDOM_WALKER = Baseline(name="random-walker", load=RandomWalker, longest_px=LONGEST_PX)

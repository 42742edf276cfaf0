"""From a patch and its clicks to what a network is fed, and back; the same for every engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from zoomiseg.errors import ClickOutside, WeightsError
from zoomiseg.geometry import Box, Click, PatchFrame
from zoomiseg.guidance import PatchPoint, guidance

from ._predictor import FloatArray, ImageArray, Patch

if TYPE_CHECKING:
    from zoomiseg.networks import Card

SIZE_STEP = 32
MARGIN_PX = 224
"""White that the network sees around a slide smaller than a patch. Without it such a mask agreed with
that of a whole padded patch to an IoU of only 0.57 to 0.71; with 192 pixels to 0.988."""
Run = Callable[[FloatArray, FloatArray], FloatArray]
"""(1, 3, H, W) normalised image and (1, 3, H, W) guidance to (1, 1, H, W) probability, all float32."""
PixelRun = Callable[[ImageArray, FloatArray], FloatArray]
"""(H, W, 3) uint8 RGB and (1, 3, H, W) guidance to (1, 1, H, W) probability."""


@dataclass(frozen=True, slots=True)
class NetworkInput:
    """What a network is fed for one prediction.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        guidance: (1, 3, H, W) float32 in [0, 1]: positive clicks, negative clicks, mask input.
        window: The part of the patch that the network sees, W x H patch pixels.
    """

    pixels: ImageArray
    guidance: FloatArray
    window: Box


def predict_with(
    run: Run, card: Card, patch: Patch, clicks: Sequence[Click], mask_input: FloatArray | None
) -> FloatArray:
    """Return (H, W) float32 probability over the patch, 0 outside the slide.

    Args:
        run: The engine.
        card: Of the network that `run` runs.
        patch: As in `Predictor.predict`.
        clicks: As in `Predictor.predict`.
        mask_input: As in `Predictor.predict`.
    Raises:
        ClickOutside: A click outside the patch or the slide.
        ValueError: The image or the mask input is not of the patch's size.
        WeightsError: The answer is not finite.
    """
    return predict_pixels_with(
        lambda pixels, guidance: run(normalised(pixels, card)[None], guidance),
        card,
        patch,
        clicks,
        mask_input,
    )


def predict_pixels_with(
    run: PixelRun, card: Card, patch: Patch, clicks: Sequence[Click], mask_input: FloatArray | None
) -> FloatArray:
    """Return what `predict_with` does, by an engine that normalises the pixels itself.

    Args:
        run: The engine.
        card: Of the network that `run` runs.
        patch: As in `Predictor.predict`.
        clicks: As in `Predictor.predict`.
        mask_input: As in `Predictor.predict`.
    Raises:
        ClickOutside: A click outside the patch or the slide.
        ValueError: The image or the mask input is not of the patch's size.
        WeightsError: The answer is not finite.
    """
    fed = network_input(patch, clicks, mask_input, card)
    inside = patch.frame.inside
    whole = np.zeros(patch.image.shape[:2], np.float32)
    if inside.area:
        seen = run(fed.pixels, fed.guidance)[0, 0]
        if not np.isfinite(seen).all():
            # As a mask it would be empty tissue, which nobody would doubt.
            raise WeightsError(
                f"The {card.scale} network of {card.name} answers with something that is no number.",
                hint=f"Its weights may be damaged. Check them with: zoomiseg weights verify {card.name}",
            )
        patch_box = Box(0, 0, patch.frame.box.width, patch.frame.box.height)
        whole[inside.slices_in(patch_box)] = seen[inside.slices_in(fed.window)]
    return whole


def network_input(
    patch: Patch, clicks: Sequence[Click], mask_input: FloatArray | None, card: Card
) -> NetworkInput:
    """Cut out what the network sees and draw the clicks.

    Raises:
        ClickOutside: A click outside the patch or the slide.
        ValueError: The image or the mask input is not of the patch's size.
    """
    _check_sizes(patch, mask_input)
    points = [_point(patch.frame, click) for click in clicks]
    window = seen_window(patch.frame, pad_to_patch=card.pad_to_patch)
    part = window.slices_in(Box(0, 0, patch.frame.box.width, patch.frame.box.height))
    maps = guidance(
        [(column - window.x, row - window.y, label) for column, row, label in points],
        None if mask_input is None else mask_input[part],
        window.height,
        window.width,
        radius_px=card.click_radius_px,
    )
    return NetworkInput(patch.image[part], maps[None], window)


def seen_pixels(patch: Patch, card: Card) -> ImageArray:
    """Return the (H, W, 3) part of a patch's pixels that the network sees, whatever is clicked."""
    window = seen_window(patch.frame, pad_to_patch=card.pad_to_patch)
    return patch.image[window.slices_in(Box(0, 0, patch.frame.box.width, patch.frame.box.height))]


def seen_window(frame: PatchFrame, *, pad_to_patch: bool) -> Box:
    """Return the patch pixels that the network runs on.

    With `pad_to_patch` all of them; else what lies on the slide and a margin of white around it, on the
    patch's own raster of 32 pixels.
    """
    width, height = frame.box.width, frame.box.height
    if pad_to_patch:
        return Box(0, 0, width, height)
    grown = frame.inside.expanded(MARGIN_PX)
    left, top = _stepped_down(grown.x), _stepped_down(grown.y)
    right, bottom = _stepped_up(grown.right, width), _stepped_up(grown.bottom, height)
    return Box(left, top, right - left, bottom - top)


def normalised(image: ImageArray, card: Card) -> FloatArray:
    """Turn (H, W, 3) uint8 RGB into (3, H, W) float32, less the card's mean, over its deviation."""
    # Of 256 possible values each is computed once: five times as fast as arithmetic on every pixel.
    values = np.arange(256)[:, None] / 255
    table = ((values - np.array(card.mean)) / np.array(card.std)).astype(np.float32)
    channels = np.empty((3, *image.shape[:2]), np.float32)
    for colour in range(3):
        np.take(table[:, colour], image[..., colour], out=channels[colour], mode="clip")
    return channels


def _point(frame: PatchFrame, click: Click) -> PatchPoint:
    column, row = frame.pixel_of(click)
    if not frame.inside.contains(column, row):
        raise ClickOutside(f"The click at ({click.x:g}, {click.y:g}) lies outside the slide.")
    return column, row, click.label


def _stepped_down(start: int) -> int:
    return max(start // SIZE_STEP * SIZE_STEP, 0)


def _stepped_up(end: int, limit: int) -> int:
    return min(-(-end // SIZE_STEP) * SIZE_STEP, limit)


def _check_sizes(patch: Patch, mask_input: FloatArray | None) -> None:
    size = (patch.frame.box.height, patch.frame.box.width)
    if patch.image.shape != (*size, 3):
        raise ValueError(f"The patch's image must be {(*size, 3)}, got {patch.image.shape}.")
    if mask_input is not None and mask_input.shape != size:
        raise ValueError(f"The mask input must be {size}, got {mask_input.shape}.")

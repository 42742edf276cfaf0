"""How tissue would have looked under another stain, scanner or compression."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.samples import optical_density

from ._stored import ImageArray

# Optical densities of haematoxylin, eosin and a residual (Ruifrok and Johnston 2001), one a row.
_STAINS = np.array([[0.650, 0.704, 0.286], [0.072, 0.990, 0.105], [0.268, 0.570, 0.776]], np.float32)


def augment(rng: np.random.Generator, image: ImageArray, *, blur: float = 0.3) -> ImageArray:
    """Vary stain, sharpness, noise and compression of an (H, W, 3) uint8 RGB image.

    Args:
        rng: Decides everything.
        image: Left as it is; the result is a new array.
        blur: Share of images that are blurred.
    """
    image = _restained(rng, image)
    if rng.random() < blur:
        image = _blurred(image, float(rng.uniform(0.4, 1.8)))
    elif rng.random() < 0.2:
        image = np.asarray(cv2.addWeighted(image, 1.6, _blurred(image, 1.5), -0.6, 0), np.uint8)
    if rng.random() < 0.25:
        noise = rng.standard_normal(image.shape[:2], np.float32)[..., None] * float(rng.uniform(2, 9))
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        image = _compressed(image, int(rng.integers(35, 90)))
    return image


def _blurred(image: ImageArray, sigma_px: float) -> ImageArray:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma_px), np.uint8)


def _compressed(image: ImageArray, quality: int) -> ImageArray:
    encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def _restained(rng: np.random.Generator, image: ImageArray) -> ImageArray:
    density = optical_density(image)
    stains = _unit(_STAINS)
    turned = _unit(np.abs(stains + rng.normal(0, 0.06, (3, 3)).astype(np.float32)))
    strength = np.exp(rng.normal(0, 0.22, 3)).astype(np.float32)
    mixing = np.linalg.inv(stains) @ np.diag(strength) @ turned
    density = density @ mixing.astype(np.float32) + float(rng.normal(0, 0.03))
    brightness = float(rng.uniform(0.92, 1.05))
    return np.asarray(np.clip(np.exp(-density) * 255 * brightness, 0, 255), np.uint8)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

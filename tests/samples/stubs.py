"""Virtual slides whose pixels are known in advance."""

from __future__ import annotations

import threading

import numpy as np

from zoomiseg.geometry import Box
from zoomiseg.samples import CoreImage, Kind, View


class StubSource:
    """Smooth colours, and blobs of tumour on stroma with glass to the right; remembers what was asked."""

    mpp = 0.5

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.asked: list[Box] = []
        self._lock = threading.Lock()

    def read(self, box: Box) -> View:
        with self._lock:
            self.asked.append(box)
        y, x = np.mgrid[box.y : box.bottom, box.x : box.right].astype(np.float32)
        image = np.stack([128 + 100 * np.sin(x / 40), 128 + 100 * np.cos(y / 50), 0 * x + 90], axis=2)
        blobs = np.sin(x / 23) + np.sin(y / 17) + np.sin((x + 2 * y) / 31) > 0.6
        kind = np.where(x > 0.9 * self.width, Kind.GLASS, np.where(blobs, Kind.TUMOUR, Kind.STROMA))
        return View(image.astype(np.uint8), kind.astype(np.uint8))

    @property
    def whole(self) -> View:
        return self.read(Box(0, 0, self.width, self.height))


def core_images(
    count: int, *, kinds: tuple[str, ...] = ("",), size: tuple[int, int] = (300, 200)
) -> list[CoreImage]:
    """Images of one colour each, (width, height), marked in their left half."""

    def image(number: int) -> CoreImage:
        width, height = size

        def read():
            pixels = np.full((height, width, 3), 20 + number, np.uint8)
            marked = np.zeros((height, width), bool)
            marked[:, : width // 2] = True
            return pixels, marked

        return CoreImage(f"image-{number:03d}", kinds[number % len(kinds)], read)

    return [image(number) for number in range(count)]

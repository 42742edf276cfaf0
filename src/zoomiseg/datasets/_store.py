"""Random access to prepared patches: by offset, from any thread or process."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zoomiseg.errors import ManifestError
from zoomiseg.geometry import ScaleName

from ._cuts import Form
from ._index import StoredPair, read_index
from ._prepare_options import Split

ImageArray = NDArray[np.uint8]
MaskArray = NDArray[np.bool_]


class PatchStore:
    """The patches of a folder that `zoomiseg prepare` filled.

    It keeps the index in memory and no file open, so it may be shared by threads, forked and pickled.

    Args:
        folder: Holds `index.csv` and the shards.
    Raises:
        ManifestError: The index or a shard is missing, damaged or cut short.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pairs = read_index(folder)
        self._require_shards()

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, number: int) -> StoredPair:
        """Return what the index says of a pair, counted from 0 in the index's order."""
        return self._pairs[number]

    def pairs(
        self, *, split: Split | None = None, scale: ScaleName | None = None, form: Form | None = None
    ) -> list[int]:
        """Return the numbers, for `read`, of the pairs of a split, scale and form; None takes all of them."""
        return [
            number
            for number, pair in enumerate(self._pairs)
            if split in (None, pair.split) and scale in (None, pair.scale) and form in (None, pair.form)
        ]

    def read(self, number: int) -> tuple[ImageArray, MaskArray]:
        """Return an image, (H, W, 3) uint8 RGB, and its mask, (H, W) bool.

        Raises:
            ManifestError: The shard is damaged there.
        """
        pair = self._pairs[number]
        try:
            # Opening costs a hundredth of the decoding, and nothing is shared with anybody.
            with (self.folder / pair.shard).open("rb") as file:
                image = _decoded(file, pair.image_offset, pair.image_bytes, cv2.IMREAD_COLOR_RGB)
                mask = _decoded(file, pair.mask_offset, pair.mask_bytes, cv2.IMREAD_GRAYSCALE)
        except OSError as error:
            raise ManifestError(f"{self.folder / pair.shard} cannot be read: {error.strerror}.") from error
        if image is None or mask is None or mask.shape != image.shape[:2]:
            raise ManifestError(f"{self.folder / pair.shard} is damaged at byte {pair.image_offset}.")
        return image, mask > 0

    def _require_shards(self) -> None:
        ends: defaultdict[str, int] = defaultdict(int)
        for pair in self._pairs:
            last = max(pair.image_offset + pair.image_bytes, pair.mask_offset + pair.mask_bytes)
            ends[pair.shard] = max(ends[pair.shard], last)
        for shard, end in ends.items():
            path = self.folder / shard
            if Path(shard).name != shard or not path.is_file():
                raise ManifestError(f"There is no shard {path}, which the index names.")
            if path.stat().st_size < end:
                raise ManifestError(f"{path} is cut short: the index tells of {end} bytes.")


def _decoded(file: Any, offset: int, length: int, flags: int) -> NDArray[Any] | None:
    file.seek(offset)
    data = np.frombuffer(file.read(length), np.uint8)
    return cv2.imdecode(data, flags) if len(data) == length and length else None

"""Where predicted layers are kept: some decoded in memory, all of them compressed."""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from zoomiseg.geometry import PATCH_SIZE

if TYPE_CHECKING:
    import zarr

ByteArray = NDArray[np.uint8]
SHAPE = (PATCH_SIZE, PATCH_SIZE)


class Shelf(Protocol):
    """Keeps layers by id; (1024, 1024) uint8, 255 stands for probability 1."""

    def get(self, layer_id: str) -> ByteArray | None:
        """Return the layer, or None where it is absent or not as it was written."""
        ...

    def put(self, layer_id: str, values: ByteArray) -> None:
        """Keep a layer.

        Raises:
            OSError: It cannot be written.
        """
        ...

    def prepare(self) -> None:
        """Load what the first layer would wait for; writes nothing."""
        ...


class MemoryShelf:
    """Compressed layers in memory."""

    def __init__(self) -> None:
        self._packed: dict[str, bytes] = {}

    def get(self, layer_id: str) -> ByteArray | None:
        packed = self._packed.get(layer_id)
        return None if packed is None else np.frombuffer(zlib.decompress(packed), np.uint8).reshape(SHAPE)

    def put(self, layer_id: str, values: ByteArray) -> None:
        self._packed[layer_id] = zlib.compress(values.tobytes(), level=1)

    def prepare(self) -> None:
        """Do nothing: there is nothing to load."""


class FolderShelf:
    """Compressed layers in a Zarr group on disk, an array each; it may be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, layer_id: str) -> ByteArray | None:
        if not (self._folder / layer_id).is_dir():
            return None
        import zarr  # noqa: PLC0415  # heavy, and needed only where a cache is

        try:
            array = cast(Any, zarr.open_array(self._folder / layer_id, mode="r"))
            values: ByteArray = np.asarray(array[...])
            # A chunk that a kill kept from being written reads as zeros: only the checksum tells.
            whole = values.shape == SHAPE and array.attrs.get("sha256") == _checksum(values)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError):
            return None
        return values if whole else None

    def put(self, layer_id: str, values: ByteArray) -> None:
        from zarr.codecs import Crc32cCodec, ZstdCodec  # noqa: PLC0415  # as above

        self._group().create_array(
            layer_id,
            data=values,
            chunks=SHAPE,
            compressors=[ZstdCodec(level=1), Crc32cCodec()],
            attributes={"sha256": _checksum(values)},
            overwrite=True,
        )

    def prepare(self) -> None:
        import zarr.codecs  # noqa: F401, PLC0415  # half a second

    def _group(self) -> zarr.Group:
        import zarr  # noqa: PLC0415  # as above

        # Opened each time: the folder may have been deleted meanwhile.
        try:
            return zarr.open_group(self._folder, mode="a", zarr_format=3)
        except (ValueError, KeyError, TypeError) as error:
            raise OSError(f"{self._folder} is no Zarr group: {error}") from error


class LayerStore:
    """Layers by id: a bounded number decoded, the rest on the shelf. Threads may share it.

    Args:
        shelf: Where all layers are kept; None keeps them compressed in memory.
        decoded: How many decoded layers, of 1 MB each, are held at most.
    """

    def __init__(self, shelf: Shelf | None, *, decoded: int) -> None:
        self.notices: list[str] = []
        self._fallback = MemoryShelf()
        self._shelf: Shelf = shelf or self._fallback
        self._decoded: OrderedDict[str, ByteArray] = OrderedDict()
        self._limit = decoded
        self._lock = threading.Lock()

    def get(self, layer_id: str) -> ByteArray | None:
        """Return the layer, read-only, or None where it has to be predicted."""
        with self._lock:
            values = self._decoded.get(layer_id)
        if values is None:
            values = self._shelf.get(layer_id)
        if values is None:
            values = self._fallback.get(layer_id)
        if values is not None:
            self._remember(layer_id, values)
        return values

    def put(self, layer_id: str, values: ByteArray) -> None:
        """Keep a layer; where the shelf cannot be written, in memory until the session is closed."""
        self._remember(layer_id, values)
        try:
            self._shelf.put(layer_id, values)
        except OSError as error:
            self._fallback.put(layer_id, values)
            if not self.notices:
                self.notices.append(
                    f"The cache of predictions cannot be written ({error}); nothing is lost, but opening the "
                    "session again will take longer."
                )

    def prepare(self) -> None:
        """Load what keeping the first layer would wait for; writes nothing."""
        self._shelf.prepare()

    def _remember(self, layer_id: str, values: ByteArray) -> None:
        values.flags.writeable = False
        with self._lock:
            self._decoded[layer_id] = values
            self._decoded.move_to_end(layer_id)
            while len(self._decoded) > self._limit:
                self._decoded.popitem(last=False)


def _checksum(values: ByteArray) -> str:
    return hashlib.sha256(values.tobytes()).hexdigest()

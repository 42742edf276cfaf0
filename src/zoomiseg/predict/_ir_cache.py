"""Converted networks kept between runs, so that only the first run ever converts."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np

from ._runtime import openvino

_DIGEST_BYTES = 32
_LENGTH_BYTES = 8
# Converted networks of other weights and releases stay until these many are newer.
MAX_ENTRIES = 8


class IrCache:
    """One file for each converted network: SHA-256 of the rest, length of the XML, XML, constants.

    A file that is cut, damaged or of another kind reads as absent. Where nothing can be written, nothing
    is kept, and no error is raised: a cache only saves time.

    Args:
        folder: Made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "openvino"

    def path(self, key: str) -> Path:
        """Return where the network of `key` is kept."""
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.ir"

    def read(self, key: str, core: openvino.Core) -> openvino.Model | None:
        """Return the network of `key`, or None where it is absent or damaged."""
        try:
            content = self.path(key).read_bytes()
        except OSError:
            return None
        digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(key.encode() + body).digest() != digest:
            return None
        xml_end = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "little")
        constants = np.frombuffer(body, np.uint8, offset=xml_end)
        return core.read_model(body[_LENGTH_BYTES:xml_end], openvino.Tensor(constants))

    def write(self, key: str, model: openvino.Model) -> None:
        """Keep `model` under `key`: written beside, then renamed."""
        # A full disk, a read-only home: the network runs all the same.
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=".") as beside:
                whole = Path(beside) / "whole"
                whole.write_bytes(_packed(key, model, Path(beside)))
                os.replace(whole, self.path(key))
            self._forget_the_oldest()

    def _forget_the_oldest(self) -> None:
        newest_first = sorted(
            self.folder.glob("*.ir"), key=lambda path: path.stat().st_mtime_ns, reverse=True
        )
        for path in newest_first[MAX_ENTRIES:]:
            path.unlink(missing_ok=True)


def _packed(key: str, model: openvino.Model, folder: Path) -> bytes:
    openvino.save_model(model, folder / "model.xml", compress_to_fp16=False)
    xml, constants = (folder / "model.xml").read_bytes(), (folder / "model.bin").read_bytes()
    body = len(xml).to_bytes(_LENGTH_BYTES, "little") + xml + constants
    return hashlib.sha256(key.encode() + body).digest() + body

"""Converted networks kept between runs, so that only the first run ever converts."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from ._cache_folder import SUFFIX, converted_networks
from ._ir import packed, unpacked
from ._runtime import openvino

_DIGEST_BYTES = 32
# Converted networks of other weights and releases stay until these many are newer.
MAX_ENTRIES = 16


class IrCache:
    """One file for each converted network: SHA-256 of the rest, length of the XML, XML, constants.

    A file that is cut, damaged or of another kind reads as absent. Where nothing can be written, nothing
    is kept, and no error is raised: a cache only saves time.

    Args:
        folder: Made when first written to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = converted_networks(folder)

    def path(self, key: str) -> Path:
        """Return where the network of `key` is kept."""
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}{SUFFIX}"

    def read(self, key: str, core: openvino.Core) -> openvino.Model | None:
        """Return the network of `key`, or None where it is absent or damaged."""
        try:
            content = self.path(key).read_bytes()
        except OSError:
            return None
        digest, body = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(key.encode() + body).digest() != digest:
            return None
        return unpacked(body, core)

    def write(self, key: str, model: openvino.Model, core: openvino.Core) -> openvino.Model:
        """Keep `model` under `key`: written beside, then renamed. Return it as `read` will.

        A network that was just converted and the same one read again differ in the last bits of what they
        compute, and then the first run's masks would not be those of a later replay.
        """
        # A full disk, a read-only home: the network runs all the same.
        try:
            body = packed(model)
        except OSError:
            return model
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=".") as beside:
                whole = Path(beside) / "whole"
                whole.write_bytes(hashlib.sha256(key.encode() + body).digest() + body)
                os.replace(whole, self.path(key))
            self._forget_the_oldest()
        return unpacked(body, core)

    def _forget_the_oldest(self) -> None:
        newest_first = sorted(
            self.folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime_ns, reverse=True
        )
        for path in newest_first[MAX_ENTRIES:]:
            path.unlink(missing_ok=True)

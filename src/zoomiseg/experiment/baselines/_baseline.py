"""A method with its name, as it stands in tables and result files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from zoomiseg.errors import WeightsError

from ._promptable import Promptable

LONGEST_PX = 512
"""Longest side of what is given to methods that need seconds a click on more."""
NO_FILE = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A method that networks are held against.

    Args:
        name: In `--rows`, `--weights` and tables: small letters, digits and dashes.
        load: Returns the method, ready to predict; called once, on first use.
        longest_px: A larger image is shrunk for it, and its answer enlarged; None: never.
        file: What the answers depend on besides the package: weights, or the method's own code.
    """

    name: str
    load: Callable[[], Promptable]
    longest_px: int | None = None
    file: Path | None = None

    @cached_property
    def method(self) -> Promptable:
        return self.load()

    def warm_up(self) -> None:
        """Load it, so that what is missing is told before any work is done.

        Raises:
            WeightsError, MissingExtra: It cannot be had.
        """
        assert self.method is not None, "loading returns a method"

    @cached_property
    def sha256(self) -> str:
        """The file's checksum in hexadecimal; zeros where there is none.

        Raises:
            WeightsError: It cannot be read.
        """
        if self.file is None:
            return NO_FILE
        try:
            with self.file.open("rb") as content:
                return hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            raise WeightsError(f"{self.file} cannot be read: {error.strerror}.") from error

    @property
    def identity(self) -> str:
        """What tells its answers from those of all others."""
        return self.name if self.file is None else f"{self.name} {self.sha256}"

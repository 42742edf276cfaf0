"""A slide that is read by box and scale, never by level number."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from zoomiseg.errors import SlideError
from zoomiseg.geometry import Box, Grid, Grids, grids_of

from ._backend import Backend, ImageArray
from ._fingerprint import Fingerprint, fingerprint_of
from ._levels import axes_of, level_downsample, level_for
from ._resample import resample
from ._tiles import TileCache


class Slide:
    """An open slide. Made by `open_slide`; reading is thread-safe; close it, or use it in a `with`.

    Args:
        path: Where the slide lies.
        backend: The opened file; the slide closes it.
        mpp: What a level-0 pixel measures on glass, in µm (x, y).
        warnings: Sentences that a user should read.
        cache_bytes: What decoded tiles kept in memory may weigh together.
    """

    def __init__(
        self,
        path: Path,
        backend: Backend,
        *,
        mpp: tuple[float, float],
        warnings: tuple[str, ...] = (),
        cache_bytes: int,
    ) -> None:
        self.path = path
        self.warnings = warnings
        self.mpp = mpp
        self.levels = backend.levels
        self.width, self.height = backend.levels[0]
        self.grids: Grids = grids_of(self.width, self.height, mpp)
        self._backend = backend
        self._tiles = TileCache(backend, max_bytes=cache_bytes)
        self._closed = False
        self._downsamples = tuple(level_downsample(self.levels[0], size) for size in self.levels)

    def __repr__(self) -> str:
        return f"Slide({self.path.name!r}, {self.width} x {self.height}, {self.mpp[0]:g} µm per pixel)"

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def objective(self) -> float | None:
        """The objective's power as the file says it: 40.0 for 40x."""
        return self._backend.objective

    @property
    def bounds_origin(self) -> tuple[int, int]:
        """Where on level 0 what was scanned begins, (x, y), as the file says; (0, 0) where it does not.

        All coordinates here count from level 0's own corner; those of a program that crops a slide to what
        was scanned, as QuPath does, count from this place.
        """
        return self._backend.bounds_origin

    @property
    def vendor(self) -> str:
        """The format's or the scanner maker's name."""
        return self._backend.vendor

    def read(self, box: Box, grid: Grid) -> ImageArray:
        """Return (H, W, 3) uint8 RGB of a box, white outside the slide and where it is transparent.

        A pixel's value does not depend on the box it is read in. Where the grid is coarser than the level
        it is read from, a pixel is the exact average of what it covers; where level 0 is coarser than the
        grid, it is interpolated (cubic).

        Args:
            box: In the grid's pixels; may reach outside the slide.
            grid: One of `grids`, or what `grids.at(mpp)` gives.
        Raises:
            SlideError: The pixels cannot be decoded, or the slide is closed.
        """
        if self._closed:
            raise SlideError(f"{self.path.name} was closed before it was read.")
        level = level_for(self._downsamples, grid)
        x_axis, y_axis = axes_of(self.levels[0], self.levels[level], self._downsamples[level], grid)
        return resample(lambda source: self._tiles.read(level, source), box, x_axis=x_axis, y_axis=y_axis)

    def fingerprint(self) -> Fingerprint:
        """Return what tells this slide from another: size and SHA-256 of the first and last megabyte."""
        return fingerprint_of(self.path)

    def close(self) -> None:
        """Release the file and the cache; closing twice is harmless."""
        if not self._closed:
            self._closed = True
            self._tiles.clear()
            self._backend.close()

    def __enter__(self) -> Slide:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

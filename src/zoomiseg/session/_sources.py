"""What a session asks of a slide and of loaded networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from zoomiseg.geometry import Box, Click, Grid, Grids
from zoomiseg.predict import Predictor

if TYPE_CHECKING:
    from zoomiseg.adapt import Remembered
    from zoomiseg.predict import FloatArray, ImageArray, Patch


class SlideSource(Protocol):
    """An open slide; `zoomiseg.slide.Slide` is one."""

    @property
    def name(self) -> str: ...

    @property
    def width(self) -> int:
        """Level-0 pixels from left to right."""
        ...

    @property
    def height(self) -> int:
        """Level-0 pixels from top to bottom."""
        ...

    @property
    def mpp(self) -> tuple[float, float]:
        """µm per level-0 pixel, (x, y)."""
        ...

    @property
    def grids(self) -> Grids: ...

    def read(self, box: Box, grid: Grid) -> ImageArray:
        """Return (H, W, 3) uint8 RGB of a box in the grid's pixels, white outside the slide."""
        ...

    def fingerprint(self) -> Mapping[str, object]:
        """Return what tells this slide from another, as JSON values."""
        ...


class PredictorPair(Protocol):
    """The networks of both scales; `zoomiseg.predict.Predictors` is one."""

    @property
    def low(self) -> Predictor: ...

    @property
    def high(self) -> Predictor: ...

    @property
    def name(self) -> str:
        """The weights' name."""
        ...

    @property
    def engine(self) -> str: ...

    @property
    def weights_sha256(self) -> str: ...


@runtime_checkable
class LearningPredictor(Predictor, Protocol):
    """A network that is told of clicks in other patches; `zoomiseg.adapt.AdaptedPredictor` is one."""

    def predict(
        self,
        patch: Patch,
        clicks: Sequence[Click],
        *,
        mask_input: FloatArray | None = None,
        memory: Sequence[Remembered] = (),
        settled: FloatArray | None = None,
    ) -> FloatArray:
        """As `Predictor.predict`, with what `remembered` gave of other patches, and what was settled in it:

        (H, W) float32 from -1 (not the target) to 1, 0 where nothing was.
        """
        ...

    def plain(
        self, patch: Patch, clicks: Sequence[Click], *, mask_input: FloatArray | None = None
    ) -> FloatArray:
        """As `Predictor.predict`, without what was learnt."""
        ...

    def remembered(self, patch: Patch, clicks: Sequence[Click]) -> Remembered:
        """Return what the network sees at a patch's clicks."""
        ...

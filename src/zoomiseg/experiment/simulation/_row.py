"""A row of the table: which networks, clicked how; run on one slide, from the first click to its measure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Literal, cast

from zoomiseg.adapt import adaptation, adapted_pair
from zoomiseg.geometry import PATCH_SIZE, Grids
from zoomiseg.session import PredictorPair, Session, SessionOptions, SlideSource

from ..metrics import measure_slide
from ._hands import Hands
from ._record import SlideRun
from ._rules import ZoomRules
from ._simulation import Simulation
from ._timed import TimedPair, TimedPredictor, timed
from ._whole import WholePatches
from ._world import World, high_boxes

if TYPE_CHECKING:
    from zoomiseg.predict import Predictors
    from zoomiseg.slide import Slide

Scheme = Literal["low", "high", "zoom", "zoom-again"]
Report = Callable[[float], None]
Keep = Callable[[Session], None]
OPTIONS = SessionOptions(low_stride=PATCH_SIZE, seam="hard", high_margin_px=0, share_high_clicks=False)
"""Those of the paper's simulation; what a user's own session has besides is left out."""
_HELD_PIXELS = 4 * 8192 * 8192
"""Predictions on a slide with more high pixels are kept on disk: about 0.1 MB a click."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """How a row's masks come about.

    Args:
        name: In the table.
        scheme: `low`: every low patch with any tumour. `high`: every high patch with any tumour, by itself.
            `zoom`: low patches, with zooms. `zoom-again`: the low clicks and zooms of another row.
        predictors: What answers.
        l2h: The low mask is given to the high network.
        adapt: What the networks learn from the slide and its clicks.
    """

    name: str
    scheme: Scheme
    predictors: PredictorPair
    l2h: bool = True
    adapt: str = "off"


def click_slide(
    row: Row,
    world: World,
    rules: ZoomRules,
    hands: Hands,
    *,
    recorded: SlideRun | None = None,
    report: Report = lambda _: None,
    keep: Keep = lambda _: None,
) -> SlideRun:
    """Let the simulated user make one slide's mask, and measure it.

    Args:
        row: How.
        world: The slide and its truth.
        rules: When to stop and to zoom; only zooming can be literal.
        hands: Who clicks.
        recorded: The run whose low clicks and zooms `zoom-again` repeats.
        report: Told the share that is done.
        keep: Given the session once all is clicked, to take from it what the record does not hold.
    Raises:
        SlideError: The slide cannot be read.
    """
    pair = timed(_learning(row, world))
    if row.scheme in ("low", "high"):
        rules = replace(rules, literal=False)
    slide = WholePatches(world.slide) if row.scheme == "high" else world.slide
    with _session(slide, pair, replace(OPTIONS, l2h=row.l2h, adapt=row.adapt)) as session:
        simulation = Simulation(world, session, rules, hands)
        steps = list(_steps(row.scheme, world, simulation, slide.grids, recorded))
        for predictor in _used(row.scheme, pair):
            predictor.warm_up()
        begin = perf_counter()
        for number, step in enumerate(steps, start=1):
            step()
            report(number / (len(steps) + 1))
        seconds = perf_counter() - begin
        measure = measure_slide(session.read_mask_high, world.read_truth, world.slide.grids.high, world.cells)
        keep(session)
    report(1.0)
    return SlideRun(tuple(simulation.runs), measure, seconds, pair.seconds, simulation.robot_seconds)


def _learning(row: Row, world: World) -> PredictorPair:
    if row.adapt == "off":
        return row.predictors
    return adapted_pair(cast("Predictors", row.predictors), adaptation(row.adapt), cast("Slide", world.slide))


def _steps(
    scheme: Scheme, world: World, simulation: Simulation, grids: Grids, recorded: SlideRun | None
) -> Iterator[Callable[[], None]]:
    """Yield what is to be done, patch by patch; `grids` are those of the session's slide."""
    if scheme == "zoom-again":
        assert recorded is not None, "there is a run to repeat"
        for each in recorded.patches:
            if each.scale == "low":
                yield partial(simulation.low_patch_again, each, recorded.patches)
    elif scheme == "high":
        for box in high_boxes(grids):
            if world.truth_high(box).any():
                yield partial(simulation.high_patch, box)
    else:
        for number, frame in enumerate(world.low_frames):
            if world.truth_low(frame.box).any():
                yield partial(simulation.low_patch, number, zooming=scheme == "zoom")


def _used(scheme: Scheme, pair: TimedPair) -> tuple[TimedPredictor, ...]:
    match scheme:
        case "low":
            return (pair.low,)
        case "high":
            return (pair.high,)
    return pair.low, pair.high


@contextmanager
def _session(slide: SlideSource, pair: TimedPair, options: SessionOptions) -> Iterator[Session]:
    high = slide.grids.high
    if high.width * high.height <= _HELD_PIXELS:
        with Session(slide, predictors=pair, options=options) as session:
            yield session
        return
    with TemporaryDirectory(prefix="zoomiseg-") as folder:
        place = Path(folder) / "evaluate.zoomiseg"
        with Session(slide, predictors=pair, options=options, folder=place) as session:
            yield session

"""`zoomiseg evaluate`: the paper's table on slides with truth, by a simulated user at both scales."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from zoomiseg.errors import ManifestError, OutputError

from ._baseline_options import MethodOption, RitmOption, SamOption, baselines_from
from ._evaluate_progress import Clock, kept, tell
from ._evaluate_report import finish
from ._evaluate_sweep import needs_zoomiseg, run_sweep, swept_pairs
from ._options import EngineName, EngineOption, JsonFlag, MppOption, WeightsOption
from ._output import progress

if TYPE_CHECKING:
    from zoomiseg.datasets import Pair
    from zoomiseg.experiment import Baseline
    from zoomiseg.experiment.evaluation import EvaluationFile, Setting
    from zoomiseg.experiment.report import KeptMasks
    from zoomiseg.experiment.simulation import Row, World
    from zoomiseg.session import PredictorPair

DEFAULT_ROWS = "low-only,high-only,zoomiseg,without-l2h"
_ClickerChoice = Literal["exact", "jittered", "human"]
_LookChoice = Literal["shown", "given"]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("evaluate", short_help="Count the clicks to good masks of slides.")(evaluate)


def evaluate(
    manifest: Annotated[
        Path | None,
        typer.Argument(
            metavar="MANIFEST",
            help="CSV with the columns slide, mask and perhaps split, mpp, kind. Not needed with --replay.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Folder for evaluation.json with every click, masks, table.md and report.html; an "
            "interrupted run goes on.",
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            help="Rows of the table, with commas: low-only, high-only, zoomiseg, without-l2h, "
            "without-click-loss, ritm-style, grabcut, random-walker (needs zoomiseg[baselines]), sam. "
            f"Without it {DEFAULT_ROWS}; with --replay all that the file holds.",
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            help="Make all figures again from this evaluation.json, without any network or slide.",
        ),
    ] = None,
    weights: WeightsOption = "compact",
    without_click_loss: Annotated[
        str | None,
        typer.Option(
            "--without-click-loss", help="Networks for that row: trained alike, but without click loss."
        ),
    ] = None,
    adapt: Annotated[
        str,
        typer.Option(
            "--adapt",
            metavar="NAME|off",
            help="What the networks learn from the slide while it is clicked: statistics, head, refine, "
            "memory, views, guard, joined with +.",
        ),
    ] = "off",
    ritm_weights: RitmOption = None,
    sam_checkpoint: SamOption = None,
    method: MethodOption = None,
    clicker: Annotated[
        _ClickerChoice,
        typer.Option(
            "--clicker",
            help="The paper's exact robot, one whose hand shakes, or one with human habits: it shakes, takes "
            "the second largest error at times, and undoes wrong labels.",
        ),
    ] = "exact",
    seed: Annotated[int, typer.Option("--seed", help="Of the clicker and of intervals.", min=0)] = 0,
    d_min: Annotated[
        float, typer.Option("--d-min", help="Clicks nearer than this, in low pixels, always zoom.")
    ] = 50.0,
    d_thr: Annotated[
        float, typer.Option("--d-thr", help="Clicks nearer than this zoom once the mask is good enough.")
    ] = 250.0,
    q_thr: Annotated[float, typer.Option("--q-thr", help="IoU from which a mask is good enough.")] = 0.85,
    q_max: Annotated[float, typer.Option("--q-max", help="IoU at which a patch is finished.")] = 0.95,
    noc_max: Annotated[int, typer.Option("--noc-max", help="Clicks in a patch at most.")] = 20,
    literal: Annotated[
        bool,
        typer.Option("--literal", help="Zoom exactly as the algorithm is printed: nothing is ever settled."),
    ] = False,
    first_look: Annotated[
        _LookChoice | None,
        typer.Option(
            "--first-look",
            help="What the first click of a high patch answers: the mask shown there, or the one given to "
            "the network; by default shown, with --literal given.",
        ),
    ] = None,
    sweep: Annotated[
        bool,
        typer.Option(
            "--sweep", help="Also run zoomiseg under other thresholds, one changed at a time, on two slides."
        ),
    ] = False,
    sweep_slides: Annotated[
        str | None,
        typer.Option(
            "--sweep-slides", help="Slides of the sweep, one or two as the manifest names them, with commas."
        ),
    ] = None,
    split: Annotated[str, typer.Option("--split", help="Only rows of this split; empty takes all.")] = "",
    mpp: MppOption = None,
    engine: EngineOption = "openvino",
    json: JsonFlag = False,
) -> None:
    """Let a simulated user click whole slides at one scale and at both, and print quality and clicks.

    Tables are in Markdown, one for each kind of slides that the manifest's column kind names.
    """
    from zoomiseg.experiment.evaluation import EvaluationFile, evaluation_figures, names_of, ordered
    from zoomiseg.experiment.report import KeptMasks
    from zoomiseg.experiment.simulation import ZoomRules

    if replay is not None:
        file = EvaluationFile.read(replay)
        chosen = None if rows is None else _held_rows(file, rows)
        finish(file, evaluation_figures(file, rows=chosen), output, as_json=json)
        return
    if manifest is None or output is None:
        raise typer.BadParameter("Give a MANIFEST and a folder with -o, or a file with --replay.")
    try:
        rules = ZoomRules(
            d_min_px=d_min,
            d_thr_px=d_thr,
            q_thr=q_thr,
            q_max=q_max,
            noc_max=noc_max,
            literal=literal,
            first_look=first_look or ("given" if literal else "shown"),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if sweep_slides is not None and not sweep:
        raise typer.BadParameter("--sweep-slides says which slides --sweep takes; give both.")
    baselines = baselines_from(sam_checkpoint, method)
    asked_names = _row_names(rows or DEFAULT_ROWS, baselines)
    pairs = _chosen(manifest, split)
    names = names_of(pairs, manifest.parent)
    swept = []
    if sweep:
        needs_zoomiseg(ordered(asked_names))
        swept = swept_pairs(pairs, names, sweep_slides)
    asked = _rows(asked_names, weights, without_click_loss, ritm_weights, engine, baselines, adapt)
    file = _opened(output, rules, clicker, seed, asked)
    click = partial(_clicked, folder=manifest.parent, mpp=mpp)
    click(pairs, asked, file, keep=KeptMasks(file.path.parent))
    if swept:
        run_sweep(file, asked, swept, click)
    figures = evaluation_figures(file, rows=[row.name for row in asked], slides=names)
    slides = dict(zip(names, pairs, strict=True))
    finish(file, figures, output, as_json=json, open_world=partial(_world, slides, mpp))


def _held_rows(file: EvaluationFile, text: str) -> list[str]:
    names = _split(text)
    missing = [name for name in names if name not in file.networks]
    if missing or not names:
        name, there = "".join(missing[:1]), ", ".join(file.networks)
        raise typer.BadParameter(f"No row {name!r} is in {file.path}; there is {there}.")
    return names


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _row_names(text: str, baselines: Mapping[str, Baseline]) -> list[str]:
    from zoomiseg.experiment.evaluation import ROW_NAMES

    names = _split(text)
    known = dict.fromkeys([*ROW_NAMES, *baselines])
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise typer.BadParameter(
            f"No row is called {unknown[0] if unknown else ''!r}; there is {', '.join(known)}."
        )
    return names


def _chosen(manifest: Path, split: str) -> list[Pair]:
    from zoomiseg.datasets import read_manifest

    pairs = [pair for pair in read_manifest(manifest) if split in ("", pair.split)]
    if not pairs:
        raise ManifestError(f"No row of {manifest} is of the split {split!r}.")
    return pairs


def _rows(
    names: Sequence[str],
    weights: str,
    without: str | None,
    ritm: str | None,
    engine: EngineName,
    baselines: Mapping[str, Baseline],
    adapt: str,
) -> list[Row]:
    from zoomiseg.adapt import adaptation
    from zoomiseg.experiment.evaluation import ritm_style_pair, rows_named
    from zoomiseg.predict import load_predictors

    def load(name: str) -> PredictorPair:
        return load_predictors(name, engine=engine, allow_path=True)

    other: Callable[[], PredictorPair] | None = None if without is None else partial(load, without)
    return rows_named(
        names,
        load=partial(load, weights),
        load_without_click_loss=other,
        load_ritm_style=None if ritm is None else partial(ritm_style_pair, ritm, engine=engine),
        baselines=baselines,
        adapt=adaptation(adapt).name,
    )


def _opened(output: Path, rules: Any, clicker: _ClickerChoice, seed: int, rows: list[Row]) -> EvaluationFile:
    from zoomiseg.experiment.evaluation import FILE_NAME, EvaluationFile, Setting
    from zoomiseg.experiment.simulation import Hands

    folder = output.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {folder} cannot be made: {error.strerror or error}.",
            hint="Choose another one with -o.",
        ) from error
    setting: Setting = Setting(rules, Hands(clicker, seed))
    return EvaluationFile.resume(folder / FILE_NAME, setting, rows)


def _clicked(
    pairs: Sequence[Pair],
    rows: Sequence[Row],
    file: EvaluationFile,
    *,
    folder: Path,
    mpp: float | None,
    keep: KeptMasks | None = None,
) -> None:
    """Run what is missing, telling each row when it is done."""
    from zoomiseg.experiment.evaluation import evaluate_slides

    with kept(file), progress("Clicking slides") as advance:
        clock = Clock(advance)
        more = {} if keep is None else {"keep": keep.keep}
        for done in evaluate_slides(pairs, rows, file, folder=folder, mpp=mpp, report=clock.told, **more):
            tell(done, clock)


def _world(slides: dict[str, Pair], mpp: float | None, name: str) -> AbstractContextManager[World]:
    from zoomiseg.experiment.evaluation import opened

    return opened(slides[name], name, mpp=mpp)

"""`zoomiseg evaluate`: the paper's table on slides with truth, by a simulated user at both scales."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from zoomiseg.errors import ManifestError, OutputError

from ._baseline_options import MethodOption, RitmOption, SamOption, baselines_from
from ._options import EngineName, EngineOption, JsonFlag, MppOption, WeightsOption
from ._output import counted, print_result, progress, say

if TYPE_CHECKING:
    from zoomiseg.datasets import Pair
    from zoomiseg.experiment import Baseline
    from zoomiseg.experiment.evaluation import Done, EvaluationFile, Setting
    from zoomiseg.experiment.simulation import Row
    from zoomiseg.session import PredictorPair

_ClickerChoice = Literal["exact", "jittered", "human"]
_LookChoice = Literal["shown", "given"]
_TABLE_NAME = "table.md"


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
            help="Folder for evaluation.json with every click, and table.md; an interrupted run goes on.",
        ),
    ] = None,
    rows: Annotated[
        str,
        typer.Option(
            "--rows",
            help="Rows of the table, with commas: low-only, high-only, zoomiseg, without-l2h, "
            "without-click-loss, ritm-style, grabcut, random-walker (needs zoomiseg[baselines]), sam.",
        ),
    ] = "low-only,high-only,zoomiseg,without-l2h",
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
    split: Annotated[str, typer.Option("--split", help="Only rows of this split; empty takes all.")] = "",
    mpp: MppOption = None,
    engine: EngineOption = "openvino",
    json: JsonFlag = False,
) -> None:
    """Let a simulated user click whole slides at one scale and at both, and print quality and clicks.

    Tables are in Markdown, one for each kind of slides that the manifest's column kind names.
    """
    from zoomiseg.experiment.evaluation import EvaluationFile, evaluation_figures
    from zoomiseg.experiment.simulation import ZoomRules

    if replay is not None:
        file = EvaluationFile.read(replay)
        _finish(file, evaluation_figures(file), output, as_json=json)
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
    baselines = baselines_from(sam_checkpoint, method)
    names = _row_names(rows, baselines)
    pairs = _chosen(manifest, split)
    asked = _rows(names, weights, without_click_loss, ritm_weights, engine, baselines)
    file = _opened(output, rules, clicker, seed, asked)
    slides = _clicked(pairs, asked, file, manifest.parent, mpp)
    figures = evaluation_figures(file, rows=[row.name for row in asked], slides=slides)
    _finish(file, figures, output, as_json=json)


def _row_names(text: str, baselines: Mapping[str, Baseline]) -> list[str]:
    from zoomiseg.experiment.evaluation import ROW_NAMES

    names = [name.strip() for name in text.split(",") if name.strip()]
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
) -> list[Row]:
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
    pairs: Sequence[Pair], rows: Sequence[Row], file: EvaluationFile, folder: Path, mpp: float | None
) -> list[str]:
    """Run what is missing, telling each row when it is done; return the slides' names."""
    from zoomiseg.experiment.evaluation import evaluate_slides, names_of

    names = names_of(pairs, folder)
    with _kept(file), progress("Clicking slides") as advance:
        clock = _Clock(advance)
        for done in evaluate_slides(pairs, rows, file, folder=folder, mpp=mpp, report=clock.told):
            _tell(done, clock)
    return names


class _Clock:
    """Knows how long what is left will take."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        self._advance = advance
        self._begin_s = monotonic()
        self._share = 0.0

    def told(self, share: float) -> None:
        """Take the share that is done."""
        self._share = share
        self._advance(share)

    def left(self) -> str:
        """Return the time left, in words."""
        seconds = (monotonic() - self._begin_s) * (1 - self._share) / max(self._share, 1e-6)
        return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _tell(done: Done, clock: _Clock) -> None:
    clicks = counted(sum(len(patch.actions) for patch in done.run.patches), "click")
    rest = f"; {counted(done.left, 'row')} to go, about {clock.left()}" if done.left else ""
    say(f"{done.slide}: {done.row}: IoU {done.run.measure.overlap.iou:.3f}, {clicks}{rest}")


@contextmanager
def _kept(file: EvaluationFile) -> Iterator[None]:
    """Tell how to go on after Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        count = sum(len(slide.runs) for slide in file.slides.values())
        say(f"{counted(count, 'finished row')} are kept in {file.path}; the same command goes on from there.")
        raise


def _finish(file: EvaluationFile, figures: dict[str, Any], output: Path | None, *, as_json: bool) -> None:
    from zoomiseg.durable import replace_file
    from zoomiseg.experiment.evaluation import evaluation_table

    lines = evaluation_table(figures)
    values = {**figures, "file": str(file.path.absolute())}
    if output is not None:
        path = output.absolute() / _TABLE_NAME
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, [("\n".join(lines) + "\n").encode("utf-8")])
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
        values["table"] = str(path)
        if file.path.absolute().parent == path.parent:
            file.save(figures)
    print_result(values, lines, as_json=as_json)

"""`zoomiseg prepare`: slides with masks become patches that a training reads fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ._options import JsonFlag, MppOption
from ._output import Advance, counted, print_result, progress, say, warn

if TYPE_CHECKING:
    from zoomiseg.datasets import Prepared, PrepareOptions, PrepareState, SummaryRow

_SplitChoice = Literal["patient", "slide", "patch"]
_SAY_EVERY_S = 10.0
_MOST_WARNINGS = 10
_SHEET = "contact-sheet.png"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("prepare", short_help="Cut slides into patches to train on.")(prepare)


def prepare(
    manifest: Annotated[
        Path,
        typer.Argument(
            metavar="MANIFEST",
            help="CSV with the columns slide, mask and perhaps group, split, mpp, mask_value.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for shards, index.csv and contact-sheet.png.")
    ],
    stride: Annotated[
        int, typer.Option("--stride", help="Pixels from one patch to the next; below 1024 they overlap.")
    ] = 1024,
    low_tumour: Annotated[
        tuple[float, float],
        typer.Option("--low-tumour", help="Least and most share of tumour in a low patch; some is needed."),
    ] = (0.0, 1.0),
    high_tumour: Annotated[
        tuple[float, float],
        typer.Option("--high-tumour", help="Least and most share of tumour in a high patch; some is needed."),
    ] = (0.1, 0.9),
    split_by: Annotated[
        _SplitChoice,
        typer.Option(
            "--split-by",
            help="What falls into training or validation as a whole: patient (the column group; without it "
            "the slide), slide, or patch, as in the paper, which leaks.",
        ),
    ] = "patient",
    val_share: Annotated[
        float, typer.Option("--val-share", help="Share for validation, where the manifest says nothing.")
    ] = 0.1,
    seed: Annotated[int, typer.Option("--seed", help="Of that draw.")] = 0,
    workers: Annotated[
        int, typer.Option("--workers", help="Patches made at a time; changes only the speed.", min=1, max=64)
    ] = 2,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out slides that cannot be used, and name them.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Remove what an earlier run prepared there, and begin anew.")
    ] = False,
    mpp: MppOption = None,
    json: JsonFlag = False,
) -> None:
    """Cut slides into patches of 1024 x 1024 pixels at both scales, for `zoomiseg train`.

    At the low scale those with any tumour are kept, at the high scale those with 10% to 90% of it. Images
    too small for a patch are kept as they are, to make collages of. Rows of the split test or sample are
    never prepared. After an interruption the same command goes on where it was.
    """
    options = _options(
        stride=stride,
        low_tumour=low_tumour,
        high_tumour=high_tumour,
        split_by=split_by,
        val_share=val_share,
        seed=seed,
        mpp=mpp,
    )
    folder = output.absolute()
    done = _done(manifest, folder, options, workers=workers, skip_bad=skip_bad, restart=restart)
    _warn_few(done.notices)
    _warn_few([f"Left out: {slide}: {reason}" for slide, reason in done.skipped])
    with progress("Drawing the contact sheet"):
        _draw_sheet(folder)
    from zoomiseg.datasets import summary

    rows = summary(done.pairs)
    print_result(_values(folder, done, rows, split_by), _lines(folder, done, rows), as_json=json)


def _options(
    *,
    stride: int,
    low_tumour: tuple[float, float],
    high_tumour: tuple[float, float],
    split_by: _SplitChoice,
    val_share: float,
    seed: int,
    mpp: float | None,
) -> PrepareOptions:
    from zoomiseg.datasets import PrepareOptions

    try:
        return PrepareOptions(
            stride=stride,
            low_tumour=low_tumour,
            high_tumour=high_tumour,
            split_by=split_by,
            val_share=val_share,
            seed=seed,
            mpp=mpp,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


def _done(
    manifest: Path, folder: Path, options: PrepareOptions, *, workers: int, skip_bad: bool, restart: bool
) -> Prepared:
    from zoomiseg.datasets import prepare as run

    with _telling_how_far("Preparing slides", folder) as report:
        return run(
            manifest,
            folder,
            options=options,
            workers=workers,
            skip_bad=skip_bad,
            restart=restart,
            report=report,
        )


def _draw_sheet(folder: Path) -> None:
    from zoomiseg.datasets import PatchStore, write_contact_sheet

    write_contact_sheet(PatchStore(folder), folder / _SHEET)


class _Teller:
    """Moves the bar, and says now and then how far the work is, how fast it goes and what is left."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._began: tuple[float, float, int] | None = None
        self._said = monotonic()
        self.last: PrepareState | None = None

    def __call__(self, state: PrepareState) -> None:
        now = monotonic()
        position = state.done + state.share
        samples = sum(state.samples.values())
        # What an earlier run finished took no time now.
        if self._began is None or (self.last and samples == self._began[2]):
            self._began = now, position, samples
        self.last = state
        self._advance(position / state.slides)
        if now - self._said >= _SAY_EVERY_S:
            self._said = now
            say(self._line(state, now, position, samples))

    def _line(self, state: PrepareState, now: float, position: float, samples: int) -> str:
        assert self._began is not None
        began, first_position, first_samples = self._began
        speed = (position - first_position) / max(now - began, 1e-9)
        rate = (samples - first_samples) / max(now - began, 1e-9)
        left = f", {_duration((state.slides - position) / speed)} left" if speed > 0 else ""

        kinds = (
            ", ".join(f"{count:,} {kind}" for kind, count in state.samples.items() if count) or "nothing yet"
        )
        return f"  {state.done} of {counted(state.slides, 'slide')}: {kinds}; {rate:.1f}/s{left}"


@contextmanager
def _telling_how_far(what: str, folder: Path) -> Iterator[Callable[[PrepareState], None]]:
    with progress(what) as advance:
        teller = _Teller(advance)
        try:
            yield teller
        except KeyboardInterrupt:
            if teller.last is not None:
                finished = f"{teller.last.done} of {counted(teller.last.slides, 'slide')}"
                say(f"Finished so far: {finished}, in {folder}; the same command goes on from there.")
            raise


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def _warn_few(lines: Sequence[str]) -> None:
    warn(lines[:_MOST_WARNINGS])
    if len(lines) > _MOST_WARNINGS:
        warn([f"... and {len(lines) - _MOST_WARNINGS} more of this kind."])


def _values(
    folder: Path, done: Prepared, rows: Sequence[SummaryRow], split_by: _SplitChoice
) -> dict[str, Any]:
    def total(what: str, scale: str) -> int:
        return sum(getattr(row, what) for row in rows if row.scale == scale)

    return {
        "patches_low": total("patches", "low"),
        "patches_high": total("patches", "high"),
        "pieces_low": total("pieces", "low"),
        "pieces_high": total("pieces", "high"),
        "slides": done.slides,
        "split": {"by": split_by, **{name: _split_values(name, rows) for name in ("train", "val")}},
        "skipped": [{"slide": slide, "reason": reason} for slide, reason in done.skipped],
        "warnings": list(done.notices),
        "index": str(folder / "index.csv"),
        "contact_sheet": str(folder / _SHEET),
    }


def _split_values(split: str, rows: Sequence[SummaryRow]) -> dict[str, Any]:
    return {
        row.scale: {
            "slides": row.slides,
            "patients": row.patients,
            "patches": row.patches,
            "pieces": row.pieces,
            "tumour": round(row.tumour, 4),
        }
        for row in rows
        if row.split == split
    }


def _lines(folder: Path, done: Prepared, rows: Sequence[SummaryRow]) -> list[str]:
    left_out = f" ({len(done.skipped)} left out)" if done.skipped else ""
    return [
        f"{folder / 'index.csv'}: {counted(done.slides, 'slide')}{left_out}",
        f"  {'scale':6}{'split':6}{'patients':>9}{'slides':>9}{'patches':>9}{'pieces':>9}{'tumour':>9}",
        *(
            f"  {row.scale:6}{row.split:6}{row.patients:9,}{row.slides:9,}{row.patches:9,}{row.pieces:9,}"
            f"{100 * row.tumour:8.1f}%"
            for row in rows
        ),
        f"{folder / _SHEET}: random patches with their masks",
    ]

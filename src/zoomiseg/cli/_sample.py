"""`zoomiseg sample`: a slide with its exact truth, generated or made of real images."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._options import JsonFlag, listed
from ._output import print_result, say
from ._pace import pace
from ._results import keep_inputs
from ._sample_options import (
    BenchmarkOption,
    FromOption,
    ImagesOption,
    KindOption,
    KindsFlag,
    SeedOption,
    SizeOption,
    SplitOption,
    StyleOption,
    TargetOption,
    ThreadsOption,
    refuse_apart,
)

if TYPE_CHECKING:
    from zoomiseg.samples import Montage, Sample, Source

DEFAULT_STYLE = "nests"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command("sample", short_help="Make a slide with its truth.")(sample)


def sample(
    output: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="The slide to write, NAME.tif; its truth goes into NAME-truth.ome.tif beside it. "
            "Older files are replaced. With --benchmark: a folder.",
        ),
    ],
    size: SizeOption = (8192, 8192),
    seed: SeedOption = 0,
    style: StyleOption = None,
    kinds: KindsFlag = False,
    from_: FromOption = None,
    split: SplitOption = None,
    kind: KindOption = None,
    target: TargetOption = None,
    images: ImagesOption = None,
    benchmark: BenchmarkOption = None,
    threads: ThreadsOption = 2,
    json: JsonFlag = False,
) -> None:
    """Make a slide with exact truth: generated tissue, or with --from real images laid out like cores.

    The slide has 0.5 µm per pixel (20x) and opens in any program that reads Aperio's TIFF. The same options
    give the same pixels. Generated tissue is no substitute for real tissue: say so wherever you show it.

    Example: zoomiseg sample nests.tif --size 8192 8192 --seed 3 --style nests
    """
    chosen = {"--split": split, "--kind": kind, "--target": target, "--images": images}
    refuse_apart(chosen, benchmark=benchmark, from_=from_, style=style, kinds=kinds)
    if benchmark is not None:
        from ._sample_benchmark import build

        build(output, benchmark, manifest=from_, threads=threads, as_json=json)
        return
    source: Source
    if from_ is None:
        source = _specimen(output, size, seed, style or DEFAULT_STYLE)
        origin: dict[str, Any] = {"style": style or DEFAULT_STYLE}
    else:
        _keep_images(output, from_)
        source = _montage(from_, size, seed, split=split, kind=kind, target=target, images=images)
        origin = {"images": len(source.cores)}
    done, seconds = _written(source, output, kinds=kinds, threads=threads)
    values = {**_values(done), **origin, "seed": seed, **_speed(done, seconds)}
    print_result(values, _lines(values), as_json=json)


def _specimen(output: Path, size: tuple[int, int], seed: int, style: str) -> Source:
    from zoomiseg.samples import Specimen, sample_files

    sample_files(output)  # refuses a wrong ending before the work begins
    say("Growing the tissue ...")
    return Specimen(*size, seed=seed, style=style)


def _keep_images(output: Path, manifest: Path) -> None:
    """Refuse to write over the manifest or one of its files."""
    from zoomiseg.datasets import read_manifest
    from zoomiseg.samples import sample_files

    pairs = read_manifest(manifest)
    inputs = [manifest, *(pair.slide for pair in pairs), *(pair.mask for pair in pairs if pair.mask)]
    keep_inputs(astuple(sample_files(output)), inputs)


def _montage(
    manifest: Path,
    size: tuple[int, int],
    seed: int,
    *,
    split: str | None,
    kind: Sequence[str] | None,
    target: Sequence[str] | None,
    images: int | None,
) -> Montage:
    from zoomiseg.experiment import core_images
    from zoomiseg.samples import Montage

    whole = not target or "all" in target
    return Montage(
        core_images(manifest, split=split, kinds=listed(kind or ())),
        width=size[0],
        height=size[1],
        seed=seed,
        target="all" if whole else "one",
        kinds=[name for name in target or () if name not in ("all", "one")],
        count=images,
    )


def _written(source: Source, output: Path, *, kinds: bool, threads: int) -> tuple[Sample, float]:
    from zoomiseg.samples import write_sample

    before = time.perf_counter()
    with pace(f"Drawing {output.name}", megapixels=source.width * source.height / 1e6) as advance:
        done = write_sample(source, output.absolute(), kinds=kinds, threads=threads, progress=advance)
    return done, time.perf_counter() - before


def _values(done: Sample) -> dict[str, Any]:
    values: dict[str, Any] = {
        "slide": str(done.slide),
        "truth": str(done.truth),
        "width": done.width,
        "height": done.height,
        "mpp": done.mpp,
        "tumour_fraction": round(done.tumour_fraction, 6),
        "low_scale_ceiling": round(done.low_scale_ceiling, 6),
    }
    return values | ({"kinds": str(done.kinds)} if done.kinds else {})


def _speed(done: Sample, seconds: float) -> dict[str, float]:
    rate = done.width * done.height / 1e6 / seconds
    return {"seconds": round(seconds, 2), "megapixels_per_second": round(rate, 2)}


def _lines(values: dict[str, Any]) -> list[str]:
    return [
        f"{values['slide']}: {values['width']} x {values['height']} pixels of {values['mpp']:g} µm",
        f"{values['truth']}: tumour is {100 * values['tumour_fraction']:.1f}% of the slide",
        *([f"{values['kinds']}: classes of tissue"] if "kinds" in values else []),
        f"no mask of the low scale can be better than IoU {values['low_scale_ceiling']:.3f}",
        f"{values['seconds']:.1f} s, {values['megapixels_per_second']:.1f} megapixels a second",
    ]

"""Builds a benchmark set into a folder, and says of each slide whether it is the one it should be."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from zoomiseg.durable import replace_file
from zoomiseg.errors import ManifestError, OutputError, ZoomisegError
from zoomiseg.geometry import HIGH
from zoomiseg.samples import (
    GENERATOR_VERSION,
    ImagePrint,
    Montage,
    Source,
    Specimen,
    print_of_slide,
    sample_files,
    sha256_of_file,
    sha256_of_mask,
    tally_truth,
    write_sample,
)
from zoomiseg.slide import open_mask, open_slide, sample_path

from ._benchmark_definition import Benchmark, Checksum, MontageRecipe, RealRecipe, Recipe, SpecimenRecipe
from ._core_images import core_images
from ._truth_reader import truth_reader

State = Literal["identical", "alike", "different", "unchecked"]
ReportProgress = Callable[[str, float], None]
MANIFEST = "benchmark.csv"
_COLUMNS = ("slide", "mask", "group", "split", "mpp", "kind")


@dataclass(frozen=True, slots=True)
class BuiltSlide:
    """A slide of a set as it lies in the folder.

    Args:
        name: In the definition.
        slide: Its file.
        truth: Its mask's file.
        state: "identical": image and truth are equal to the pixel. "alike": the truth is equal to the pixel,
            and the mean colour of every block is the same within half a brightness of 255, as where another
            processor rounds otherwise. "different": neither. "unchecked": the set has no checksums yet.
    """

    name: str
    slide: Path
    truth: Path
    state: State


def build_benchmark(
    benchmark: Benchmark,
    folder: Path,
    *,
    manifest: Path | None,
    threads: int = 2,
    progress: ReportProgress | None = None,
) -> list[BuiltSlide]:
    """Build what is not there yet, verify all, and write the set's manifest `benchmark.csv`.

    Args:
        benchmark: What is built.
        folder: Where to; what lies there and is as it should be, is left alone.
        manifest: Names the real images of the montages; None leaves the montages out.
        threads: How many draw at once.
        progress: Called with a slide's name and the share of it that is done.
    Raises:
        ManifestError: The set is of another version of the generator, or the images do not suffice.
        OutputError: Something cannot be written.
    """
    if benchmark.generator != GENERATOR_VERSION:
        raise ManifestError(
            f"The benchmark {benchmark.name} is of version {benchmark.generator} of the generator, "
            f"and this program has version {GENERATOR_VERSION}.",
            hint="Build it with the release that came with it, or a newer set with this one.",
        )
    _made(folder)
    built = []
    for name, recipe in benchmark.slides.items():
        if isinstance(recipe, MontageRecipe) and manifest is None:
            continue
        if progress is not None:
            progress(name, 0.0)
        slide, truth = _files(folder, name, recipe)
        state = verified(slide, truth, benchmark.checksums.get(name))
        if state in ("different", "unchecked"):
            _build(recipe, slide, truth, manifest=manifest, threads=threads, progress=_named(progress, name))
            state = verified(slide, truth, benchmark.checksums.get(name))
        built.append(BuiltSlide(name, slide, truth, state))
    _write_manifest(folder / MANIFEST, built, benchmark)
    return built


def verified(slide: Path, truth: Path, expected: Checksum | None) -> State:
    """Say whether a slide and its truth are what they should be."""
    if expected is None:
        return "unchecked"
    if not (slide.exists() and truth.exists()):
        return "different"
    if (sha256_of_file(slide), sha256_of_file(truth)) == (expected.slide_file, expected.truth_file):
        return "identical"
    return _compared(slide, truth, expected)


def _compared(slide: Path, truth: Path, expected: Checksum) -> State:
    try:
        found, found_truth = print_of_slide(slide), sha256_of_mask(truth)
    except ZoomisegError:  # a damaged file is another one
        return "different"
    alike = found.resembles(ImagePrint(expected.image, expected.means))
    if found_truth != expected.truth or not alike:
        return "different"
    return "identical" if found.sha256 == expected.image else "alike"


def checksum_of(slide: Path, truth: Path) -> Checksum:
    """Return what a slide and its truth are to be known by from now on."""
    found = print_of_slide(slide)
    with open_slide(slide) as opened, open_mask(truth) as mask:
        high = opened.grids.high
        tally = tally_truth(truth_reader(mask, opened.grids), width=high.width, height=high.height)
    return Checksum(
        image=found.sha256,
        truth=sha256_of_mask(truth),
        slide_file=sha256_of_file(slide),
        truth_file=sha256_of_file(truth),
        means=found.means,
        tumour_fraction=round(tally.tumour_fraction, 6),
        low_scale_ceiling=round(tally.low_scale_ceiling, 6),
    )


def _files(folder: Path, name: str, recipe: Recipe) -> tuple[Path, Path]:
    if isinstance(recipe, RealRecipe):
        slide, mask = sample_path(recipe.slide), sample_path(recipe.mask)
        return folder / f"{name}{slide.suffix}", folder / f"{name}-truth{mask.suffix}"
    files = sample_files(folder / f"{name}.tif")
    return files.slide, files.truth


def _build(
    recipe: Recipe,
    slide: Path,
    truth: Path,
    *,
    manifest: Path | None,
    threads: int,
    progress: Callable[[float], None],
) -> None:
    if isinstance(recipe, RealRecipe):
        _copy(sample_path(recipe.mask), truth)
        _copy(sample_path(recipe.slide), slide)
    else:
        write_sample(_source(recipe, manifest), slide, threads=threads, progress=progress)


def _source(recipe: SpecimenRecipe | MontageRecipe, manifest: Path | None) -> Source:
    if isinstance(recipe, SpecimenRecipe):
        return Specimen(recipe.width, recipe.height, seed=recipe.seed, style=recipe.style)
    assert manifest is not None, "montages without images are left out"
    return Montage(
        core_images(manifest, split=recipe.split, kinds=recipe.kinds),
        width=recipe.width,
        height=recipe.height,
        seed=recipe.seed,
        target="all" if recipe.target == ("all",) else "one",
        kinds=() if recipe.target in (("all",), ("one",)) else recipe.target,
        count=recipe.images,
    )


def _copy(source: Path, target: Path) -> None:
    try:
        replace_file(target, [source.read_bytes()])
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}.") from error


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {folder} cannot be made: {error.strerror or error}.") from error


def _write_manifest(path: Path, built: Sequence[BuiltSlide], benchmark: Benchmark) -> None:
    text = io.StringIO()
    rows = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    rows.writeheader()
    for item in built:
        recipe = benchmark.slides[item.name]
        kind = {SpecimenRecipe: "generated", MontageRecipe: "montage", RealRecipe: "real"}[type(recipe)]
        mpp = "" if isinstance(recipe, RealRecipe) else f"{HIGH.mpp:g}"
        rows.writerow(
            dict(zip(_COLUMNS, (item.slide.name, item.truth.name, item.name, "test", mpp, kind), strict=True))
        )
    try:
        replace_file(path, [text.getvalue().encode("utf-8")])
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error


def _named(progress: ReportProgress | None, name: str) -> Callable[[float], None]:
    return lambda share: progress(name, share) if progress is not None else None

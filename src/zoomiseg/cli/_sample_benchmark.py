"""`zoomiseg sample --benchmark`: a whole set of test slides, verified."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoomiseg.errors import ManifestError

from ._output import Advance, counted, print_result, say, warn
from ._pace import pace

if TYPE_CHECKING:
    from zoomiseg.experiment import Benchmark, BuiltSlide

_SAYS = {
    "identical": "equal to the pixel",
    "alike": "truth equal to the pixel, image alike (rounded otherwise)",
    "different": "NOT what it should be",
    "unchecked": "not checked: the set has no checksum for it",
}


def build(folder: Path, name: str, *, manifest: Path | None, threads: int, as_json: bool) -> None:
    """Build a set into a folder and say what came of it.

    Raises:
        ManifestError: A slide is not what it should be; it stays there to be looked at.
    """
    from zoomiseg.experiment import benchmark_folder, build_benchmark, read_benchmark

    benchmark = read_benchmark(benchmark_folder(name))
    with _Progress(benchmark) as progress:
        built = build_benchmark(
            benchmark, folder.absolute(), manifest=manifest, threads=threads, progress=progress
        )
    missing = [slide for slide in benchmark.slides if slide not in {item.name for item in built}]
    if missing:
        warn([f"{', '.join(missing)} left out: name their images with --from."])
    _refuse_different(built, benchmark.name)
    print_result(_values(benchmark, folder, built, missing), _lines(folder, built), as_json=as_json)


class _Progress:
    """Shows each slide of the set with a pace of its own."""

    def __init__(self, benchmark: Benchmark) -> None:
        self._benchmark = benchmark
        self._shown: str | None = None
        self._stack = ExitStack()
        self._advance: Advance | None = None

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __call__(self, name: str, share: float) -> None:
        if name != self._shown or self._advance is None:
            self._stack.close()
            self._shown = name
            say(f"{name} ...")
            recipe = self._benchmark.slides[name]
            megapixels = getattr(recipe, "width", 0) * getattr(recipe, "height", 0) / 1e6
            self._advance = self._stack.enter_context(pace(f"Drawing {name}", megapixels=megapixels))
        self._advance(share)


def _refuse_different(built: list[BuiltSlide], benchmark: str) -> None:
    wrong = [item.name for item in built if item.state == "different"]
    if wrong:
        raise ManifestError(
            f"{', '.join(wrong)} cannot be called {benchmark}: its pixels are not those that were recorded.",
            hint="Real images must be the very same files; figures of this build are of another set.",
        )


def _values(
    benchmark: Benchmark, folder: Path, built: list[BuiltSlide], missing: list[str]
) -> dict[str, Any]:
    from zoomiseg.experiment import BENCHMARK_MANIFEST

    return {
        "benchmark": benchmark.name,
        "generator": benchmark.generator,
        "manifest": str(folder.absolute() / BENCHMARK_MANIFEST),
        "slides": [_slide(benchmark, item) for item in built],
        "missing": missing,
    }


def _slide(benchmark: Benchmark, item: BuiltSlide) -> dict[str, Any]:
    checksum = benchmark.checksums.get(item.name)
    figures = {
        "tumour_fraction": checksum.tumour_fraction if checksum else None,
        "low_scale_ceiling": checksum.low_scale_ceiling if checksum else None,
    }
    files = {"name": item.name, "slide": str(item.slide), "truth": str(item.truth), "state": item.state}
    return files | figures


def _lines(folder: Path, built: list[BuiltSlide]) -> list[str]:
    return [
        *(f"{item.name:20s} {_SAYS[item.state]}" for item in built),
        f"{counted(len(built), 'slide')} in {folder.absolute()}",
    ]

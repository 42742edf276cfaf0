"""Compare generated tissue with real tissue: colours, nuclei and texture, as a table and a picture.

    python tools/compare_tissue.py --real a.svs b.jpg@0.25 --pairs PAIRS.csv --split train \
        --generated FOLDER/*.tif -o comparison.png

A slide may be given as PATH@MPP where it does not say its microns per pixel. The pairs of one folder count as
one source. Of each source a drawn part is looked at, the same way for all: at 0.5 µm per pixel, only tissue.
Distances are to the nearest real source, for a real source to the nearest other one: what real laboratories
differ by is the yardstick. Slides kept for a final test are not to be looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from plot_panels import Line, Panel, draw

from zoomiseg.datasets import read_manifest
from zoomiseg.experiment import (
    DENSITIES,
    DIAMETERS_UM,
    FREQUENCIES,
    PLANES,
    TissueStatistics,
    TissueTally,
    core_images,
)
from zoomiseg.geometry import Box
from zoomiseg.slide import open_slide

BLOCK_PX = 1024
GLASS = 225
REAL_COLOURS = ((31, 119, 180), (23, 150, 150), (90, 90, 170), (120, 150, 190), (60, 60, 90), (100, 100, 100))
GENERATED_COLOURS = ((214, 39, 40), (255, 127, 14), (200, 60, 160), (150, 80, 30), (240, 180, 40))
HEAD = (
    f"{'source':24s} {'mm2':>6s} {'OD red':>7s} {'green':>6s} {'blue':>6s} {'H':>6s} {'E':>6s} "
    f"{'nuclei/mm2':>11s} {'diameter um (25 50 75%)':>24s} | {'dist OD':>8s} {'H, E':>6s} {'spectrum':>9s}"
)


@dataclass(frozen=True)
class Found:
    """A source's name, whether it is real, and its figures."""

    name: str
    is_real: bool
    figures: TissueStatistics


def main() -> None:
    """Print the table and write the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", nargs="*", default=[], metavar="SLIDE[@MPP]")
    parser.add_argument("--pairs", type=Path, help="a manifest of real images")
    parser.add_argument("--split", default="train", help="its rows to look at")
    parser.add_argument("--generated", nargs="*", default=[], metavar="SLIDE")
    parser.add_argument("--blocks", type=int, default=16, help="of 1024 x 1024 pixels, of each slide")
    parser.add_argument("--images", type=int, default=40, help="of each folder of pairs")
    parser.add_argument("-o", "--output", type=Path, default=Path("comparison.png"))
    options = parser.parse_args()
    generated = [name for name in options.generated if not name.endswith(".ome.tif")]
    found = [Found(_name(name), True, of_slide(name, options.blocks)) for name in options.real]
    found += of_pairs(options.pairs, options.split, options.images) if options.pairs else []
    found += [Found(_name(name), False, of_slide(name, options.blocks)) for name in generated]
    print(HEAD)
    for item in found:
        print(row(item, [other.figures for other in found if other.is_real and other is not item]))
    draw(options.output, panels([item.figures for item in found]), lines(found))
    print(f"{options.output}: a line for each of the {len(found)} sources")


def of_slide(name: str, blocks: int) -> TissueStatistics:
    """Return the figures of drawn blocks of a slide, of those that hold tissue."""
    tally = TissueTally()
    for image in blocks_of(name, blocks):
        tally.add(image)
    return tally.statistics()


def blocks_of(name: str, most: int) -> Iterator[NDArray[np.uint8]]:
    """Yield drawn blocks of a slide's high grid that are at least a third tissue."""
    path, _, mpp = name.partition("@")
    with open_slide(path, mpp=float(mpp) if mpp else None) as slide:
        grid = slide.grids.high
        boxes = [
            Box(x, y, min(BLOCK_PX, grid.width - x), min(BLOCK_PX, grid.height - y))
            for y in range(0, grid.height, BLOCK_PX)
            for x in range(0, grid.width, BLOCK_PX)
        ]
        yielded = 0
        for index in np.random.default_rng(0).permutation(len(boxes)):
            image = slide.read(boxes[int(index)], grid)
            if (image.mean(axis=2) < GLASS).mean() > 1 / 3:
                yielded += 1
                yield image
            if yielded == most:
                return


def of_pairs(manifest: Path, split: str, most: int) -> list[Found]:
    """Return the figures of each folder of a manifest's images, of images drawn from it."""
    rows = [pair for pair in read_manifest(manifest) if pair.split == split]
    folders = {pair.slide.name: _folder(pair.slide, manifest) for pair in rows}
    images = core_images(manifest, split=split)
    found = []
    for folder in sorted(set(folders.values())):
        own = sorted(
            (image for image in images if folders[image.name] == folder), key=lambda image: image.name
        )
        tally = TissueTally()
        for index in np.random.default_rng(0).permutation(len(own))[:most]:
            tally.add(own[int(index)].read()[0])
        found.append(Found(f"{folder} {split}", True, tally.statistics()))
    return found


def row(item: Found, others: list[TissueStatistics]) -> str:
    """Return a source's line of the table."""
    figures = item.figures
    quartiles = (
        np.percentile(figures.diameters_um, [25, 50, 75]) if len(figures.diameters_um) else [np.nan] * 3
    )
    means = " ".join(f"{figures.mean(plane):6.2f}" for plane in PLANES)
    distances = " " * 26
    if others:
        colours = min(sum(figures.distance(other, plane) for plane in PLANES[:3]) / 3 for other in others)
        stains = min(sum(figures.distance(other, plane) for plane in PLANES[3:]) / 2 for other in others)
        texture = min(figures.spectrum_distance(other) for other in others)
        distances = f"{colours:8.3f} {stains:6.3f} {texture:9.2f}"
    sizes = " ".join(f"{value:7.1f}" for value in quartiles)
    name = f"{item.name[:19]:19s} {'real' if item.is_real else 'made'}"
    return (
        f"{name} {figures.area_mm2:6.2f}  {means} {figures.nuclei_per_mm2:11.0f} {sizes:>24s} | {distances}"
    )


def panels(figures: list[TissueStatistics]) -> list[Panel]:
    """Return the diagrams: five histograms, nuclear sizes, spectrum."""
    densities, sizes = (DENSITIES[1:] + DENSITIES[:-1]) / 2, (DIAMETERS_UM[1:] + DIAMETERS_UM[:-1]) / 2
    shown = [
        Panel(
            f"{plane}: share of tissue",
            "optical density" if plane in PLANES[:3] else "amount",
            densities.tolist(),
            [item.histograms[index].tolist() for item in figures],
        )
        for index, plane in enumerate(PLANES)
    ]
    shares = [np.histogram(item.diameters_um, DIAMETERS_UM)[0] for item in figures]
    diameters = [(share / max(share.sum(), 1)).tolist() for share in shares]
    middles = np.sqrt(FREQUENCIES[1:] * FREQUENCIES[:-1]).tolist()
    spectra = [item.spectrum.tolist() for item in figures]
    return [
        *shown,
        Panel("nuclei: share", "diameter in um", sizes.tolist(), diameters),
        Panel("texture: power per octave", "cycles per um", middles, spectra, logarithmic=True),
    ]


def lines(found: list[Found]) -> list[Line]:
    """Return how each source is drawn: real ones in blues, generated ones in warm colours and bold."""
    real, made = iter(REAL_COLOURS * 9), iter(GENERATED_COLOURS * 9)
    return [
        Line(
            f"{item.name} ({'real' if item.is_real else 'generated'})",
            next(real) if item.is_real else next(made),
            not item.is_real,
        )
        for item in found
    ]


def _name(argument: str) -> str:
    return Path(argument.partition("@")[0]).stem


def _folder(path: Path, manifest: Path) -> str:
    """Return the first folder on the way from the manifest to an image."""
    try:
        return path.relative_to(manifest.parent).parts[0]
    except ValueError:
        return path.parent.name


if __name__ == "__main__":
    main()

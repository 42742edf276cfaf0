"""Trains each small variant of a default, has the robot click development images, and prints the tables.

    python benchmarks/ablations.py FOLDER -o RESULTS [--steps 300 --size 192] [--only radius] [--table]

FOLDER is the data folder with `pairs.csv`. One factor at a time differs from `ablation-low` or
`ablation-high` (benchmarks/recipes); click loss, skips and encoder are run with three seeds. A run is 1,000
steps of 4 samples of 256 x 256 pixels, or --steps and --size where the processor is slow; then the robot
clicks 40 images of EBHI-Seg val and 40 of GlaS train, which none of these recipes learns from.
What is finished is not run again: interrupted, or with further runs asked for, the same command goes on.
`--table` runs nothing and prints what is there, for docs/ablations.md.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoomiseg.datasets import read_manifest
from zoomiseg.experiment import PredictorMethod, image_subjects
from zoomiseg.geometry import HIGH, LOW
from zoomiseg.predict import load_predictor
from zoomiseg.robot import THRESHOLD, iou

RECIPES = Path(__file__).parent / "recipes"
PROGRAM = (sys.executable, "-c", "from zoomiseg.cli import main; main()")
SETS = {
    "EBHI-Seg val": ("--split", "val", "--limit", "40"),
    "GlaS train": ("--split", "train", "--limit", "40"),
}
STEPS = 1000
SIZE = 256
RAMP = 0.3
"""The share of the steps in which the clicks of training grow in number."""
AFTER = (1, 3, 5)
WIDEST_DISK_PX = 12
"""Of all variants: outside of it no disk can be the reason for a right pixel."""


@dataclass(frozen=True)
class Run:
    """A training.

    Args:
        factor: What is looked at.
        variant: Of the recipe ablation-VARIANT.
        seed: Of samples, clicks and weights.
    """

    factor: str
    variant: str
    seed: int = 1

    @property
    def name(self) -> str:
        return f"{self.variant}-seed-{self.seed}"

    @property
    def scale(self) -> str:
        return "high" if self.variant in ("high", "no-first-masks") else "low"


FACTORS = {
    "radius": (("low", "radius-8", "radius-12"), 1),
    "mask-drop": (("low", "mask-drop-0", "mask-drop-20"), 1),
    "click-loss-form": (("low", "as-printed"), 1),
    "click-loss": (("low", "no-click-loss"), 3),
    "skips": (("low", "plain-skips"), 3),
    "encoder": (("low", "from-scratch"), 3),
    "first-masks": (("high", "no-first-masks"), 1),
}
"""The variants of each factor, the default first, and with how many seeds."""


def main() -> None:
    """Run what is missing and print a table for each factor."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="the data folder")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for weights and results")
    parser.add_argument("--only", action="append", choices=FACTORS, help="a factor; may be repeated")
    parser.add_argument(
        "--steps", type=int, default=STEPS, help="of each training; the same in all runs of RESULTS"
    )
    parser.add_argument(
        "--size", type=int, default=SIZE, help="of a sample's side, a multiple of 32; likewise"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="run nothing")
    options = parser.parse_args()
    runs = list(queue(options.only or list(FACTORS)))
    if not options.table:
        for number, run in enumerate(runs, start=1):
            print(f"{number} of {len(runs)}: {run.name}", file=sys.stderr)
            try:
                do(run, options)
            except subprocess.CalledProcessError as error:
                sys.exit(error.stderr or f"{run.name} failed; the same command goes on from what is done.")
    print(tables(runs, options.output))


def queue(factors: Sequence[str]) -> Iterator[Run]:
    """Yield the runs of some factors; the default of several factors is the same run."""
    for factor in factors:
        variants, seeds = FACTORS[factor]
        yield from (Run(factor, variant, seed) for seed in range(1, seeds + 1) for variant in variants)


def do(run: Run, options: argparse.Namespace) -> None:
    """Train and click, as far as that is not done."""
    data, output = options.data, options.output
    folder = output / run.name
    if not (folder / f"{run.scale}.json").exists():
        recipe = output / f"{run.name}.toml"
        output.mkdir(parents=True, exist_ok=True)
        recipe.write_text(recipe_text(run, options.steps, options.size))
        low = ("--low-weights", "compact") if run.scale == "high" else ()
        begin = (*PROGRAM, "train", str(recipe), "--data", str(data), "-o", str(folder), "--resume")
        subprocess.run([*begin, *low, "--threads", str(options.threads)], check=True, stdout=sys.stderr)
    for name, chosen in SETS.items():
        result = folder / f"{name}.json"
        if not result.exists():
            images = folder / f"{name}.images"
            manifest = _manifest(data, output, name)
            said = subprocess.run(
                [
                    *(*PROGRAM, "evaluate-patches", str(manifest), "--scale", run.scale),
                    *("--weights", str(folder.absolute()), "-o", str(images), "--json", *chosen),
                ],
                check=True,
                capture_output=True,
                text=True,
            )
            values = json.loads(said.stdout)
            values["iou_outside"] = iou_outside(folder, run.scale, manifest, images)
            result.write_text(json.dumps(values))


def recipe_text(run: Run, steps: int, size: int) -> str:
    """Return the recipe of a run: its variant's with the seed, steps and size asked for."""
    text = (RECIPES / f"ablation-{run.variant}.toml").read_text("utf-8")
    for key, value in (("steps", steps), ("ramp_steps", round(RAMP * steps))):
        text = re.sub(rf"^{key} = \d+$", f"{key} = {value}", text, flags=re.MULTILINE)
    return f"{text}seed = {run.seed}\nsize = {size}\n"


def _manifest(data: Path, output: Path, name: str) -> Path:
    """Write and return the rows of one of the sets, with absolute paths."""
    place = "ebhi-seg" if name.startswith("EBHI") else "glas"
    head, *rows = (data / "pairs.csv").read_text("utf-8").splitlines()
    path = output / f"{place}.csv"
    kept = [row.replace(f"{place}/", f"{data.absolute()}/{place}/") for row in rows if row.startswith(place)]
    path.write_text("\n".join([head, *kept]) + "\n", "utf-8")
    return path


def iou_outside(folder: Path, scale: str, manifest: Path, images: Path) -> dict[str, float]:
    """Return the mean IoU after some clicks of the robot, without the pixels near any of them."""
    clicked = json.loads(images.read_text("utf-8"))["images"]
    mpp = (LOW if scale == "low" else HIGH).mpp
    subjects = {subject.name: subject for subject in image_subjects(read_manifest(manifest), mpp)}
    method = PredictorMethod(load_predictor(folder, "low" if scale == "low" else "high")[0], mpp)
    found: dict[int, list[float]] = {count: [] for count in AFTER}
    for each in clicked:
        image, truth = subjects[each["name"]].read()
        probability = None
        outside = np.ones(truth.shape, bool)
        rows, columns = np.indices(truth.shape)
        points = [tuple(point) for point in each["clicks"]][: AFTER[-1]]
        for count in range(1, AFTER[-1] + 1):
            if count <= len(points):
                column, row, _ = points[count - 1]
                outside &= (rows - row) ** 2 + (columns - column) ** 2 > WIDEST_DISK_PX**2
                probability = method.predict(image, points[:count], probability)
            if count in found and probability is not None:
                found[count].append(iou((probability >= THRESHOLD)[outside], truth[outside]))
    return {str(count): float(np.mean(values)) for count, values in found.items()}


def tables(runs: Sequence[Run], output: Path) -> str:
    """Return Markdown: a table for each factor, a row for each variant, means over its finished seeds."""
    lines: list[str] = []
    for factor in dict.fromkeys(run.factor for run in runs):
        lines += [f"## {factor}", "", _head(), "|" + " --- |" * (2 + 4 * len(SETS))]
        own = [run for run in runs if run.factor == factor]
        for variant in dict.fromkeys(run.variant for run in own):
            lines.append(_row(variant, [run for run in own if run.variant == variant], output))
        lines.append("")
    return "\n".join(lines)


def _head() -> str:
    columns = [f"{name}: {what}" for name in SETS for what in ("NoC@85", "IoU 1/3/5", "outside", "obeyed")]
    return f"| variant | seeds | {' | '.join(columns)} |"


def _row(variant: str, runs: Sequence[Run], output: Path) -> str:
    cells: list[str] = []
    done = 0
    for name in SETS:
        paths = [output / run.name / f"{name}.json" for run in runs]
        found = [json.loads(path.read_text("utf-8")) for path in paths if path.exists()]
        done = len(found)
        cells += _cells(found) if found else ["", "", "", ""]
    return f"| {variant} | {done} | {' | '.join(cells)} |"


def _cells(found: Sequence[dict[str, Any]]) -> list[str]:
    noc = [each["noc85"] for each in found]
    spread = f" ({min(noc):.2f} to {max(noc):.2f})" if len(noc) > 1 else ""
    after = " ".join(f"{np.mean([each['iou_at'][str(count)] for each in found]):.3f}" for count in (1, 3, 5))
    outside = " ".join(f"{np.mean([each['iou_outside'][str(c)] for each in found]):.3f}" for c in AFTER)
    obeyed = f"{100 * np.mean([each['obeyed'] for each in found]):.1f}%"
    return [f"{np.mean(noc):.2f}{spread}", after, outside, obeyed]


if __name__ == "__main__":
    main()

"""Settle a benchmark set: build it, see that its slides are hard enough, and write down their checksums.

    python tools/record_benchmark.py DEFINITION_FOLDER -o FOLDER [--from PAIRS.csv] [--search N]

With --search, a generated slide that is not good enough is drawn again with the next seed, at most N times,
and the definition gets the seed that was. A set is recorded once: a later change makes a set of another name.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from measure_slides import HEAD, line, measured

from zoomiseg.durable import replace_file
from zoomiseg.experiment import (
    Benchmark,
    BuiltSlide,
    Checksum,
    build_benchmark,
    checksum_of,
    checksums_text,
    read_benchmark,
)
from zoomiseg.samples import GENERATOR_VERSION

TUMOUR, CEILING, MOST_THRESHOLD_IOU = (0.10, 0.25), (0.90, 0.95), 0.5


def main() -> int:
    """Return 0 when all is recorded, 1 when a generated slide is not good enough."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("definition", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--from", dest="manifest", type=Path)
    parser.add_argument("--search", type=int, default=0, help="further seeds to try for each slide")
    options = parser.parse_args()
    path = options.definition / "definition.json"
    text = json.loads(path.read_text("utf-8")) | {"generator": GENERATOR_VERSION}
    checksums: dict[str, Checksum] = {}
    print(HEAD)
    for entry in text["slides"]:
        built = settled(entry, text, options)
        if built is None:
            print(f"{entry['name']} is not good enough; try --search, or another style.")
            return 1
        checksums |= {item.name: checksum_of(item.slide, item.truth) for item in built}
        save(path, definition_text(text))
        save(options.definition / "checksums.json", checksums_text(checksums))
    build_benchmark(read_benchmark(options.definition), options.output, manifest=options.manifest)
    print(f"{len(checksums)} of {len(text['slides'])} slides are recorded in {options.definition}.")
    return 0


def settled(
    entry: dict[str, Any], text: dict[str, Any], options: argparse.Namespace
) -> list[BuiltSlide] | None:
    """Build one slide, a generated one with the first seed that is good enough; None where no seed is."""
    for _ in range(options.search + 1):
        save(options.output / "definition.json", definition_text(text | {"slides": [entry]}))
        alone = read_benchmark(options.output)
        alone = Benchmark(alone.name, alone.generator, alone.slides, {})
        built = build_benchmark(alone, options.output, manifest=options.manifest)
        (options.output / "definition.json").unlink()
        if all(good(item, "specimen" in entry) for item in built):
            return built
        entry["specimen"]["seed"] += 1
    return None


def good(item: BuiltSlide, is_generated: bool) -> bool:
    """Print a slide's figures, and say whether it may be a generated slide of a benchmark."""
    figures = measured(item.slide, item.truth)
    print(line(figures))
    sys.stdout.flush()
    return not is_generated or (
        TUMOUR[0] <= figures["tumour_fraction"] <= TUMOUR[1]
        and CEILING[0] <= figures["low_scale_ceiling"] <= CEILING[1]
        and figures["threshold_iou"] < MOST_THRESHOLD_IOU
    )


def definition_text(text: dict[str, Any]) -> str:
    """Return a definition as JSON, a line for each slide."""
    slides = ",\n".join(f"    {json.dumps(entry)}" for entry in text["slides"])
    head = {key: value for key, value in text.items() if key != "slides"}
    lines = "".join(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    return f'{{\n{lines}  "slides": [\n{slides}\n  ]\n}}\n'


def save(path: Path, text: str) -> None:
    """Write a file, also into a folder that is not there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, [text.encode("utf-8")])


if __name__ == "__main__":
    sys.exit(main())

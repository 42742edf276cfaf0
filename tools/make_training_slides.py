"""Write generated slides of all styles with their classes of tissue, and the manifest to train on them.

python tools/make_training_slides.py FOLDER --count 40 --size 3072 3072 --first-seed 1000

Seeds below 1000 are the benchmark's and the documentation's; these begin at 1000. A stopped run goes on.
"""

from __future__ import annotations

import argparse
import csv
import io
import time
from pathlib import Path

from zoomiseg.durable import replace_file
from zoomiseg.samples import Kind, Specimen, sample_files, style_names, write_sample

_COLUMNS = ("slide", "mask", "group", "split", "mpp", "mask_value", "kind")


def main() -> None:
    """Write what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--size", type=int, nargs=2, default=(3072, 3072), metavar=("W", "H"))
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    styles, rows = style_names(), []
    for index in range(arguments.count):
        seed, style = arguments.first_seed + index, styles[index % len(styles)]
        files = sample_files(arguments.folder / f"{style}-{seed}.tif")
        if not files.kinds.exists():
            start = time.monotonic()
            specimen = Specimen(*arguments.size, seed=seed, style=style)
            write_sample(specimen, files.slide, kinds=True, threads=arguments.threads)
            print(
                f"{index + 1}/{arguments.count} {files.slide.name}: {time.monotonic() - start:.0f} s",
                flush=True,
            )
        row = (
            files.slide.name,
            files.kinds.name,
            str(seed),
            "train",
            "0.5",
            str(int(Kind.TUMOUR)),
            "generated",
        )
        rows.append(dict(zip(_COLUMNS, row, strict=True)))
    _write_manifest(arguments.folder / "pairs.csv", rows)


def _write_manifest(path: Path, rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    replace_file(path, [text.getvalue().encode()])


if __name__ == "__main__":
    main()

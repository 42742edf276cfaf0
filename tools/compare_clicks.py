"""Whether one method needs fewer clicks than another, on the same images, from what was clicked.

    python tools/compare_clicks.py --first A.json [B.json...] --second C.json [D.json...] [--confidence 0.9]

The files are those of `zoomiseg evaluate-patches -o`, the second's of the same images as the first's, file by
file. Prints, for each quality, mean clicks of both (20 where it is never reached), their ratio with an
interval by paired bootstrap over all images, and on how many the second needed fewer, more and as many.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from zoomiseg.experiment import MAX_CLICKS, paired_clicks

QUALITIES = ("80", "85", "90")


def main() -> int:
    """Print a line for each quality."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first", type=Path, nargs="+", required=True)
    parser.add_argument("--second", type=Path, nargs="+", required=True)
    parser.add_argument("--confidence", type=float, default=0.9)
    options = parser.parse_args()
    if not 0 < options.confidence < 1:
        parser.error("--confidence lies between 0 and 1.")
    try:
        first, second = (clicks_of(paths) for paths in (options.first, options.second))
        if [name for name, _ in first] != [name for name, _ in second]:
            raise ValueError(
                "The two hold other images: run both on the same manifest with the same options."
            )
        if not first:
            raise ValueError("No image in the files counts: all were counted apart.")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(first)} images; ratio of second to first with {options.confidence:.0%} interval")
    for quality in QUALITIES:
        counts = [[clicks[quality] for _, clicks in each] for each in (first, second)]
        found = paired_clicks(*counts, confidence=options.confidence)
        low, high = found.ratio_interval
        print(
            f"IoU 0.{quality}: {found.first:.2f} and {found.second:.2f} clicks, ratio {found.ratio:.3f} "
            f"({low:.3f} to {high:.3f}); fewer on {found.fewer}, more on {found.more}, as many on "
            f"{found.images - found.fewer - found.more}"
        )
    return 0


def clicks_of(paths: Sequence[Path]) -> list[tuple[str, dict[str, int]]]:
    """Return, for each image that counts, its name and the clicks to each quality.

    Raises:
        OSError: A file cannot be read.
        ValueError: It holds no results of evaluate-patches, or unfinished ones.
    """
    found = []
    for path in paths:
        try:
            values = json.loads(path.read_bytes())
            finished, images = values["figures"] is not None, values["images"]
            found += [
                (
                    f"{image['name']}",
                    {quality: image["clicks_to"][quality] or MAX_CLICKS for quality in QUALITIES},
                )
                for image in images
                if "clicks_to" in image
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} holds no results of `zoomiseg evaluate-patches -o`.") from error
        if not finished:
            raise ValueError(f"{path} is not finished: give its command again, it goes on from there.")
    return found


if __name__ == "__main__":
    sys.exit(main())

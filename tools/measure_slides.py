"""How hard slides with truth are: tumour, what the low scale can reach, and what a single threshold reaches.

    python tools/measure_slides.py SLIDE... [--truth MASK...] [--json]

The truth of NAME.tif is NAME-truth.ome.tif, as `zoomiseg sample` writes it, or the mask in the same place of
--truth. Masks among the slides (NAME.ome.tif) are left out, so that FOLDER/*.tif may be given. A good test
slide has 10 to 25% tumour, a ceiling of 0.90 to 0.95, and no threshold above IoU 0.5.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from zoomiseg.experiment import truth_reader
from zoomiseg.samples import best_threshold, sample_files, tally_truth
from zoomiseg.slide import open_mask, open_slide

HEAD = f"{'slide':28s} {'tumour':>7s} {'ceiling':>8s} {'threshold':>10s}  best feature"


def main() -> None:
    """Print a line, or a JSON object, for each slide."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("slides", type=Path, nargs="+")
    parser.add_argument("--truth", type=Path, nargs="*", default=[], help="masks, in the order of the slides")
    parser.add_argument("--mpp", type=float, help="of slides that do not say it")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.json:
        print(HEAD)
    slides = [path for path in options.slides if not path.name.endswith(".ome.tif")]
    for number, path in enumerate(slides):
        masks = options.truth
        mask = masks[number] if number < len(masks) else sample_files(path).truth
        figures = measured(path, mask, options.mpp)
        print(json.dumps(figures) if options.json else line(figures))
        sys.stdout.flush()


def measured(path: Path, mask_path: Path, mpp: float | None = None) -> dict[str, Any]:
    """Return the figures of one slide."""
    with open_slide(path, mpp=mpp) as slide, open_mask(mask_path) as mask:
        truth, high = truth_reader(mask, slide.grids), slide.grids.high
        tally = tally_truth(truth, width=high.width, height=high.height)
        found = best_threshold(slide, truth)
    return {
        "slide": path.name,
        "tumour_fraction": round(tally.tumour_fraction, 4),
        "low_scale_ceiling": round(tally.low_scale_ceiling, 4),
        "threshold_iou": round(found.iou, 4),
        "threshold_iou_low": round(found.iou_low, 4),
        "threshold_feature": str(found.feature),
        "threshold_above": found.above,
        "threshold_value": round(found.value, 3),
    }


def line(figures: dict[str, Any]) -> str:
    """Return the figures as a row of the table."""
    sign = ">=" if figures["threshold_above"] else "<"
    return (
        f"{figures['slide']:28s} {100 * figures['tumour_fraction']:6.1f}% "
        f"{figures['low_scale_ceiling']:8.3f} {figures['threshold_iou']:10.3f}  "
        f"{figures['threshold_feature']} {sign} {figures['threshold_value']:g}"
    )


if __name__ == "__main__":
    main()

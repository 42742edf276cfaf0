"""Put trained weights into the package, with what their card must say.

    python tools/release_weights.py FOLDER compact --data TEXT --licence ID --figures low=F.json high=G.json

FOLDER is what `zoomiseg train` wrote. The figure files are one JSON object each, for example a mapping of
test sets to what `zoomiseg evaluate-patches --json` printed.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from zoomiseg.networks import load_network, save_network, scales_of

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "zoomiseg" / "weights"


def main() -> None:
    """Write both scales."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("--data", required=True, help="what the networks learnt from, with attribution")
    parser.add_argument("--licence", required=True, help="an SPDX expression")
    parser.add_argument("--figures", nargs="*", default=[], metavar="SCALE=FILE")
    options = parser.parse_args()
    files = dict(entry.split("=", 1) for entry in options.figures)
    for scale in scales_of(options.folder):
        network, card = load_network(options.folder, scale)
        figures = json.loads(Path(files[scale]).read_text("utf-8")) if scale in files else {}
        changed = replace(
            card, name=options.name, data=options.data, licence=options.licence, figures=figures
        )
        written = save_network(PACKAGE / options.name, scale, network, changed)
        print(f"{options.name}/{scale}: {written.sha256}")


if __name__ == "__main__":
    main()

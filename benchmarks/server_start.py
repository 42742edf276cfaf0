"""Seconds from starting `zoomiseg serve` to its first tile, from a cold process.

Run: python benchmarks/server_start.py [--times 3]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from server_program import serving

from zoomiseg.slide import sample_path

SAMPLE = "bcss-1015"


def main() -> None:
    """Start, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    wishes = parser.parse_args()
    found = [start_once() for _ in range(wishes.times)]
    for what, seconds in zip(
        ("the address", "the slides", "the first tile"), zip(*found, strict=True), strict=True
    ):
        print(f"{what}: median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s")


def start_once() -> tuple[float, float, float]:
    """Return the seconds until address, list of slides and first tile have come."""
    with tempfile.TemporaryDirectory() as name:
        slides = Path(name) / "slides"
        slides.mkdir()
        shutil.copy(sample_path(SAMPLE), slides)
        begun = time.perf_counter()
        with serving(slides, "--sessions", Path(name) / "sessions", "--user-header", "X-User") as server:
            answered = time.perf_counter() - begun
            with server.client("me") as client:
                (slide,) = client.get("slides").raise_for_status().json()
                listed = time.perf_counter() - begun
                client.get(f"slides/{slide['id']}/tiles/10/0_0.jpg").raise_for_status()
                return answered, listed, time.perf_counter() - begun


if __name__ == "__main__":
    main()

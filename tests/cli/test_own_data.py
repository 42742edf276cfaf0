"""From a folder of each annotation format to weights, by the three commands of docs/your-data.md.

Whether new weights are better than the old ones is not asked here, but in test_finetune.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from annotated import (
    HOLE,
    OUTER,
    area,
    centres_in,
    feature,
    polygon,
    write_asap,
    write_geojson,
    write_imagescope,
    write_mask,
    write_slide,
)
from zoomiseg.networks import verify_weights

from .program import clicks_file

TRUTH = polygon(OUTER, HOLE)
CLICKS = [(200, 150, "tumour", "low"), (20, 20, "background", "high")]
MASK = centres_in(TRUTH, step=1.0, size=(302, 403)).astype(np.uint8)
RECIPE = """
network = "start"
pretrained = false
validate_every = 0
batch = 1
size = 64
click_rounds = 0
composites = 0.0
ema = 0.0
warmup = 1
learning_rate = 1e-4
steps = 1
"""


def paip2019(folder: Path) -> None:
    for name in ("case_1", "case_2"):
        write_slide(folder / f"{name}.svs")
        write_mask(folder / f"{name}_viable.tif", MASK)


def camelyon(folder: Path) -> None:
    for name in ("tumor_001", "tumor_002"):
        write_slide(folder / f"{name}.tif")
        write_asap(folder / f"{name}.xml", [("_0", OUTER), ("_2", HOLE)])


def qupath(folder: Path) -> None:
    for name in ("one", "two"):
        write_slide(folder / f"{name}.tif")
        write_geojson(folder / f"{name}.geojson", feature(area(OUTER, HOLE)))


def asap(folder: Path) -> None:
    for name in ("one", "two"):
        write_slide(folder / f"{name}.tif")
        write_asap(folder / f"{name}.xml", [("Tumor", OUTER), ("Exclusion", HOLE)])


def imagescope(folder: Path) -> None:
    for name in ("one", "two"):
        write_slide(folder / f"{name}.svs")
        write_imagescope(folder / f"{name}.xml", [[(OUTER, False), (HOLE, True)]])


def pairs(folder: Path) -> None:
    for name in ("one", "two"):
        write_slide(folder / "images" / f"{name}.tif")
        write_mask(folder / "masks" / f"{name}.png", MASK)


WRITERS = (paip2019, camelyon, qupath, asap, imagescope, pairs)


@pytest.fixture
def three_commands(run, tmp_path) -> Callable[..., dict]:
    """Imports `in`, prepares and fine-tunes; returns what `prepare` said."""

    def taken(folder: Path, *more: str) -> dict:
        imported = run("import", folder, "-o", tmp_path / "imported", "--json", *more)
        assert (imported.code, imported.json["slides"]) == (0, 2), imported.err
        prepared = run("prepare", imported.json["manifest"], "-o", tmp_path / "patches", "--json")
        assert prepared.code == 0, prepared.err
        for scale, mpp in (("low", 2.0), ("high", 0.5)):
            recipe = tmp_path / f"quick-{scale}.toml"
            recipe.write_text(f'{RECIPE}scale = "{scale}"\nmpp = [{mpp}, {mpp}]\n')
            arguments = ("--data", tmp_path / "patches", "-o", tmp_path / "mine", "--from", "tiny")
            trained = run("train", recipe, *arguments, "--json")
            assert trained.code == 0, trained.err
        assert set(verify_weights(str(tmp_path / "mine"), allow_path=True)) == {"low", "high"}
        return prepared.json

    return taken


@pytest.mark.parametrize("write", WRITERS, ids=lambda each: each.__name__)
def test_every_format_leads_to_weights(three_commands, write, tmp_path):
    write(tmp_path / "in")
    said = three_commands(tmp_path / "in", "--format", write.__name__)
    assert (said["slides"], said["pieces_low"] > 0, said["pieces_high"] > 0) == (2, True, True)


def test_finished_sessions_lead_to_weights(three_commands, run, tmp_path):
    for name in ("one", "two"):
        slide = write_slide(tmp_path / "in" / f"{name}.tif")
        clicks = clicks_file(tmp_path / f"{name}.geojson", CLICKS)
        result = tmp_path / "in" / f"result-{name}"
        done = run("segment", slide, "--clicks", clicks, "-o", result, "--weights", "tiny")
        assert done.code == 0, done.err
    three_commands(tmp_path / "in", "--format", "session")


def test_the_same_outline_gives_the_same_patches_in_every_format(run, tmp_path):
    counted = {}
    for write in WRITERS:
        folder = tmp_path / write.__name__
        write(folder / "in")
        imported = run("import", folder / "in", "-o", folder / "out", "--format", write.__name__, "--json")
        prepared = run("prepare", imported.json["manifest"], "-o", folder / "patches", "--json").json
        counted[write.__name__] = json.dumps(
            {key: value for key, value in prepared.items() if key.startswith("pieces")}
        )
    assert len(set(counted.values())) == 1, counted

import csv
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import tifffile

from zoomiseg.errors import ManifestError
from zoomiseg.experiment import (
    Benchmark,
    benchmark_folder,
    build_benchmark,
    checksum_of,
    checksums_text,
    read_benchmark,
)
from zoomiseg.experiment._benchmark import verified
from zoomiseg.samples import GENERATOR_VERSION, style_names

SLIDES = [
    {"name": "small", "specimen": {"style": "nests", "seed": 1, "size": [400, 300]}},
    {
        "name": "cores",
        "montage": {
            "split": "test",
            "kinds": ["a", "b"],
            "target": ["a"],
            "images": 4,
            "seed": 2,
            "size": [700, 700],
        },
    },
    {"name": "bcss-1015", "real": {"slide": "bcss-1015", "mask": "bcss-1015-mask"}},
]


@pytest.fixture(scope="module")
def definition(tmp_path_factory):
    """The folder of a small set, without checksums."""
    folder = tmp_path_factory.mktemp("definition")
    text = {"name": "v0", "generator": GENERATOR_VERSION, "slides": SLIDES}
    (folder / "definition.json").write_text(json.dumps(text), "utf-8")
    return folder


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    lines = ["slide,mask,split,mpp,kind"]
    for number in range(6):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((120, 150, 3), 60 + 20 * number, np.uint8))
        mask = cv2.circle(np.zeros((120, 150), np.uint8), (70, 60), 30, 255, -1)
        cv2.imwrite(str(folder / f"{number}-mask.png"), mask)
        lines.append(f"{number}.png,{number}-mask.png,test,0.5,{'ab'[number % 2]}")
    (folder / "pairs.csv").write_text("\n".join(lines), "utf-8")
    return folder / "pairs.csv"


@pytest.fixture(scope="module")
def recorded(definition, manifest, tmp_path_factory):
    """The set with its checksums, and the folder that it was built into."""
    folder = tmp_path_factory.mktemp("recorded")
    plain = read_benchmark(definition)
    built = build_benchmark(plain, folder, manifest=manifest)
    assert {item.state for item in built} == {"unchecked"}
    sums = {item.name: checksum_of(item.slide, item.truth) for item in built}
    return Benchmark(plain.name, plain.generator, plain.slides, sums), folder


def test_another_build_has_the_same_files_and_a_manifest(recorded, manifest, tmp_path):
    benchmark, folder = recorded
    built = build_benchmark(benchmark, tmp_path, manifest=manifest)
    assert [(item.name, item.state) for item in built] == [(name, "identical") for name in benchmark.slides]
    for item in built:
        assert item.slide.read_bytes() == (folder / item.slide.name).read_bytes()
        assert item.truth.read_bytes() == (folder / item.truth.name).read_bytes()
    with (tmp_path / "benchmark.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["slide"] for row in rows] == ["small.tif", "cores.tif", "bcss-1015.tif"]
    assert [row["kind"] for row in rows] == ["generated", "montage", "real"]
    assert all((tmp_path / row["mask"]).exists() for row in rows)


def test_without_images_the_montages_are_left_out(recorded, tmp_path):
    benchmark, _ = recorded
    assert [item.name for item in build_benchmark(benchmark, tmp_path, manifest=None)] == [
        "small",
        "bcss-1015",
    ]


def test_what_is_there_is_not_built_again_and_what_is_damaged_is(recorded, manifest, tmp_path):
    benchmark, _ = recorded
    first = build_benchmark(benchmark, tmp_path, manifest=manifest)
    times = {item.name: item.slide.stat().st_mtime_ns for item in first}
    damaged = first[0].slide
    damaged.write_bytes(damaged.read_bytes()[:5000])
    again = build_benchmark(benchmark, tmp_path, manifest=manifest)
    assert {item.state for item in again} == {"identical"}
    changed = [item.name for item in again if item.slide.stat().st_mtime_ns != times[item.name]]
    assert changed == ["small"]


def rewritten(path, folder, change):
    """A copy whose first level went through `change`; one level is enough to be compared."""
    pixels = change(tifffile.imread(path, key=0))
    copy = folder / path.name
    tifffile.imwrite(copy, pixels, tile=(256, 256), resolution=(2e4, 2e4), resolutionunit="CENTIMETER")
    return copy


def test_the_same_pixels_in_another_file_are_identical(recorded, tmp_path):
    benchmark, folder = recorded
    slide = rewritten(folder / "small.tif", tmp_path, lambda pixels: pixels)
    truth = folder / "small-truth.ome.tif"
    assert verified(slide, truth, benchmark.checksums["small"]) == "identical"


def test_pixels_that_are_rounded_otherwise_are_alike_and_a_shade_darker_is_different(recorded, tmp_path):
    benchmark, folder = recorded
    truth, expected = folder / "small-truth.ome.tif", benchmark.checksums["small"]

    def one_up(pixels):
        pixels[::7, ::5] |= 1
        return pixels

    slide = rewritten(folder / "small.tif", tmp_path, one_up)
    assert verified(slide, truth, expected) == "alike"
    darker = rewritten(folder / "small.tif", tmp_path, lambda pixels: pixels - np.minimum(pixels, 1))
    assert verified(darker, truth, expected) == "different"


def test_one_pixel_of_the_truth_makes_it_another_slide(recorded, tmp_path):
    benchmark, folder = recorded

    def flipped(values):
        values[150, 200] = 255 - values[150, 200]
        return values

    truth = rewritten(folder / "small-truth.ome.tif", tmp_path, flipped)
    assert verified(folder / "small.tif", truth, benchmark.checksums["small"]) == "different"


def test_checksums_survive_being_written(recorded, definition, tmp_path):
    benchmark, _ = recorded
    (tmp_path / "definition.json").write_bytes((definition / "definition.json").read_bytes())
    (tmp_path / "checksums.json").write_text(checksums_text(benchmark.checksums), "utf-8")
    assert read_benchmark(tmp_path) == benchmark


def test_another_generator_is_refused(recorded, tmp_path):
    benchmark = replace(recorded[0], generator=GENERATOR_VERSION + 1)
    with pytest.raises(ManifestError, match=r"is of version .* Build it with the release that came with it"):
        build_benchmark(benchmark, tmp_path, manifest=None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no definition of a benchmark: Expecting"),
        ('{"name": "v", "slides": []}', "'generator' is missing"),
        (
            '{"name": "v", "generator": 1, "slides": [{"name": "a"}]}',
            "a needs one of specimen, montage, real",
        ),
        ("[]", "is no definition of a benchmark"),
    ],
)
def test_a_definition_that_is_none_is_told(tmp_path, text, said):
    (tmp_path / "definition.json").write_text(text, "utf-8")
    with pytest.raises(ManifestError, match=said):
        read_benchmark(benchmark_folder(str(tmp_path)))


def test_an_unknown_benchmark_is_told_with_those_there_are():
    with pytest.raises(ManifestError, match=r"There is no benchmark 'v99'; there is v1, v2\."):
        benchmark_folder("v99")


def test_the_truths_of_montages_and_the_real_slide_are_those_of_v1():
    first, second = (read_benchmark(benchmark_folder(name)).checksums for name in ("v1", "v2"))
    same = {name for name in first if first[name].truth == second[name].truth}
    assert same == {"ebhi-all", "ebhi-adenocarcinoma", "glas-all", "glas-half", "bcss-1015"}


def test_v2_has_a_large_slide_of_each_style_montages_in_both_variants_and_the_real_sample():
    benchmark = read_benchmark(benchmark_folder("v2"))
    kinds = [type(recipe).__name__ for recipe in benchmark.slides.values()]
    assert kinds == ["SpecimenRecipe"] * 5 + ["MontageRecipe"] * 4 + ["RealRecipe"]
    generated = [benchmark.slides[name] for name in list(benchmark.slides)[:5]]
    assert {recipe.style for recipe in generated} == set(style_names())
    assert {(recipe.width, recipe.height) for recipe in generated} == {(8192, 8192)}

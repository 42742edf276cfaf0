"""`zoomiseg sample`: generated slides, montages, and what is said of wrong options."""

from __future__ import annotations

import json
import signal
import time

import cv2
import numpy as np
import openslide
import pytest

from zoomiseg.samples import Specimen
from zoomiseg.slide import open_mask

from .program import leftovers, mask_pixels

KEYS = {"slide", "truth", "width", "height", "mpp", "tumour_fraction", "low_scale_ceiling"}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    """Six images of 80 x 60 pixels of 1 µm, marked in a disc, of two kinds and two splits."""
    folder = tmp_path_factory.mktemp("pairs")
    lines = ["slide,mask,split,mpp,kind"]
    for number in range(6):
        image = np.full((60, 80, 3), 90 + 10 * number, np.uint8)
        mask = cv2.circle(np.zeros((60, 80), np.uint8), (40, 30), 15, 255, -1)
        cv2.imwrite(str(folder / f"{number}.png"), image)
        cv2.imwrite(str(folder / f"{number}-mask.png"), mask)
        split, kind = ("train", "polyp") if number == 5 else ("test", ("cancer", "normal")[number % 2])
        lines.append(f"{number}.png,{number}-mask.png,{split},1.0,{kind}")
    path = folder / "pairs.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_generated_slide_and_its_truth_are_the_specimens(run, tmp_path):
    answer = run("sample", tmp_path / "a.tif", "--size", 700, 500, "--seed", 7, "--style", "glands", "--json")
    assert answer.code == 0
    values = answer.json
    assert set(values) > KEYS
    assert (values["width"], values["height"], values["mpp"]) == (700, 500, 0.5)
    assert values["slide"] == str(tmp_path / "a.tif")
    assert values["truth"] == str(tmp_path / "a-truth.ome.tif")
    view = Specimen(700, 500, seed=7, style="glands").read(_box(700, 500))
    np.testing.assert_array_equal(mask_pixels(values["truth"]), np.where(view.kind == 2, 255, 0))
    assert values["tumour_fraction"] == pytest.approx((view.kind == 2).mean(), abs=1e-6)
    with openslide.OpenSlide(values["slide"]) as slide:
        assert float(slide.properties["openslide.mpp-x"]) == 0.5
        assert float(slide.properties["openslide.objective-power"]) == 20


def _box(width, height):
    from zoomiseg.geometry import Box

    return Box(0, 0, width, height)


def test_people_read_what_was_made_and_how_fast(run, tmp_path):
    answer = run("sample", tmp_path / "a.tif", "--size", 300, 200)
    assert answer.code == 0
    assert f"{tmp_path / 'a.tif'}: 300 x 200 pixels of 0.5 µm" in answer.out
    assert "megapixels a second" in answer.out


def test_kinds_are_written_when_asked_for(run, tmp_path):
    values = run("sample", tmp_path / "a.tif", "--size", 300, 200, "--kinds", "--json").json
    kinds, truth = mask_pixels(values["kinds"]), mask_pixels(values["truth"])
    np.testing.assert_array_equal(truth > 0, kinds == 2)
    assert len(np.unique(kinds)) > 1


def test_a_montage_takes_the_images_of_a_split_with_their_truth(run, pairs, tmp_path):
    command = (
        "sample",
        tmp_path / "m.tif",
        "--from",
        pairs,
        "--split",
        "test",
        "--size",
        800,
        800,
        "--images",
        4,
    )
    values = run(*command, "--json").json
    assert set(values) > KEYS
    assert values["images"] == 4
    with open_mask(values["truth"]) as truth:
        count, labels = cv2.connectedComponents(truth.read(_box(800, 800)))
        areas = np.bincount(labels.ravel())[1:]
    assert count - 1 == 4
    np.testing.assert_allclose(areas, 4 * np.pi * 15**2, rtol=0.1)


def test_a_montage_with_kinds_as_target_leaves_the_others_out(run, pairs, tmp_path):
    command = ("sample", tmp_path / "m.tif", "--from", pairs, "--size", 800, 800, "--images", 4)
    values = run(*command, "--split", "test", "--target", "cancer", "--json").json
    with open_mask(values["truth"]) as truth:
        assert cv2.connectedComponents(truth.read(_box(800, 800)))[0] - 1 == 2
    alone = run(*command, "--kind", "cancer", "--target", "cancer", "--images", 2)
    assert alone.code == 1
    assert "none is to be left out" in alone.said


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--style", "cubist"), 2, "there is no style 'cubist'; there are nests,"),
        (("--size", 10, 500), 2, "10 x 500 pixels is no size of a slide; a side is from 64 to 2000000."),
        (("--size", -5, 500), 2, "is no size of a slide"),
        (("--size", 3_000_000, 500), 2, "is no size of a slide"),
        (("--size", "big", 500), 2, "'--size'"),
        (("--seed", -1), 2, "'--seed'"),
        (("--split", "test"), 2, "--split chooses among real images, which --from names."),
        (("--images", 3), 2, "--images chooses among real images, which --from names."),
        (("--from", "{pairs}", "--style", "nests"), 2, "real images have no style"),
        (("--from", "{pairs}", "--kinds"), 2, "nothing is known of real images but what is marked"),
        (("--from", "{pairs}", "--target", "all", "--target", "cancer"), 2, "give all, or one, or kinds"),
        (("--from", "{pairs}", "--split", "nope"), 1, "has no image of the split nope."),
        (("--from", "{pairs}", "--kind", "stone"), 1, "has no image of the kind stone."),
        (
            ("--from", "{pairs}", "--target", "stone", "--images", 4),
            1,
            "No image is of the kind stone; there are",
        ),
        (("--from", "no.csv"), 1, "The manifest no.csv cannot be read"),
        (("--from", "{pairs}", "--size", 8192, 8192), 1, "takes 48 images, each once, but only 6 are there."),
        (("--from", "{pairs}", "--size", 100, 100), 1, "has room for 0 of these images"),
        (("--benchmark", "v2", "--style", "nests"), 2, "--style is decided by the benchmark."),
    ],
)
def test_what_cannot_be_made_is_one_sentence_and_leaves_nothing(run, pairs, tmp_path, options, code, said):
    filled = [str(option).replace("{pairs}", str(pairs)) for option in options]
    answer = run("sample", tmp_path / "a.tif", *filled, "--json")
    assert answer.code == code
    assert said in answer.said
    assert answer.json["error"]["message"]
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_no_slides_is_refused_before_the_work(run, tmp_path):
    answer = run("sample", tmp_path / "a.png", "--size", 300, 200)
    assert answer.code == 1
    assert answer.said.endswith("a.png is no name for a slide. Give one that ends in .tif or .tiff.")


def test_a_montage_never_replaces_what_it_is_made_from(run, pairs, tmp_path):
    image = np.full((60, 80, 3), 90, np.uint8)
    cv2.imwrite(str(tmp_path / "a.tif"), image)
    cv2.imwrite(str(tmp_path / "a.png"), image[..., 0])
    (tmp_path / "p.csv").write_text("slide,mask,mpp\na.tif,a.png,1\n", "utf-8")
    before = (tmp_path / "a.tif").read_bytes()
    answer = run("sample", tmp_path / "a.tif", "--from", tmp_path / "p.csv", "--size", 400, 400)
    assert answer.code == 1
    assert "from which it is made" in answer.said
    assert (tmp_path / "a.tif").read_bytes() == before


def test_ctrl_c_leaves_nothing_half_written(start, tmp_path):
    process = start("sample", tmp_path / "a.tif", "--size", 8192, 8192, "--json")
    until = time.monotonic() + 120
    while not list(tmp_path.iterdir()):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert json.loads(out)["error"]["code"] == "interrupted"
    assert "Interrupted; nothing is left half-written." in err
    assert leftovers(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_where_nobody_watches_a_bar_lines_tell_rate_and_time_left(capsys, monkeypatch):
    from zoomiseg.cli import _pace

    now = iter([0.0, 0.0, 10.0, 30.0, 30.0, 35.0])
    monkeypatch.setattr(_pace.time, "monotonic", lambda: next(now))
    with _pace.pace("Drawing a.tif", megapixels=100) as advance:
        advance(0.1)
        advance(0.25)
        advance(0.3)
    assert capsys.readouterr().err == "Drawing a.tif: 25%, 0.8 MP/s, 90 s left\n"


@pytest.fixture
def definition(tmp_path):
    """A set of one generated slide, one montage and the real one, without checksums."""
    from zoomiseg.samples import GENERATOR_VERSION

    cores = {"split": "test", "kinds": ["cancer", "normal"], "target": ["one"], "images": 3, "seed": 1}
    slides = [
        {"name": "small", "specimen": {"style": "nests", "seed": 1, "size": [300, 200]}},
        {"name": "cores", "montage": cores | {"size": [800, 800]}},
        {"name": "real", "real": {"slide": "bcss-1015", "mask": "bcss-1015-mask"}},
    ]
    folder = tmp_path / "v0"
    folder.mkdir()
    text = {"name": "v0", "generator": GENERATOR_VERSION, "slides": slides}
    (folder / "definition.json").write_text(json.dumps(text), "utf-8")
    return folder


def record(definition, pairs, output):
    """As tools/record_benchmark.py does."""
    from zoomiseg.experiment import build_benchmark, checksum_of, checksums_text, read_benchmark

    built = build_benchmark(read_benchmark(definition), output, manifest=pairs)
    sums = {item.name: checksum_of(item.slide, item.truth) for item in built}
    (definition / "checksums.json").write_text(checksums_text(sums), "utf-8")


def test_a_benchmark_is_built_and_verified(run, definition, pairs, tmp_path):
    record(definition, pairs, tmp_path / "first")
    command = ("sample", tmp_path / "out", "--benchmark", definition)
    values = run(*command, "--from", pairs, "--json").json
    assert values["benchmark"] == "v0"
    assert [item["state"] for item in values["slides"]] == ["identical"] * 3
    assert values["missing"] == []
    assert values["manifest"] == str(tmp_path / "out" / "benchmark.csv")
    answer = run(*command)
    assert answer.code == 0
    assert "Warning: cores left out: name their images with --from." in answer.err
    assert "equal to the pixel" in answer.out


def test_a_benchmark_of_other_pixels_is_refused_by_its_name(run, definition, pairs, tmp_path):
    record(definition, pairs, tmp_path / "first")
    path = definition / "definition.json"
    path.write_text(
        path.read_text("utf-8").replace('"seed": 1, "size": [300', '"seed": 2, "size": [300'), "utf-8"
    )
    answer = run("sample", tmp_path / "out", "--benchmark", definition, "--json")
    assert answer.code == 1
    assert "small cannot be called v0: its pixels are not those that were recorded." in answer.said
    assert answer.json["error"]["code"] == "manifest"


def test_an_unknown_benchmark_is_one_sentence(run, tmp_path):
    answer = run("sample", tmp_path / "out", "--benchmark", "v99")
    assert answer.code == 1
    assert answer.said == "There is no benchmark 'v99'; there is v1, v2."

"""Slides become patches: which, where, how they look, and what happens when something goes wrong."""

from __future__ import annotations

import csv
import json
import shutil
import tarfile
from collections import Counter

import cv2
import numpy as np
import pytest

from zoomiseg.datasets import PatchStore, PrepareOptions, prepare
from zoomiseg.errors import AnnotationError, ManifestError, OutputError, SlideError, ZoomisegError
from zoomiseg.geometry import Box

from .conftest import low_truth, picture


def content(folder):
    """All that is in the folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def folder(pyramid, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    prepare(pyramid, folder)
    return folder


def expected(share_of, starts_x, starts_y, least, most):
    places = [(x, y, share_of(x, y)) for y in starts_y for x in starts_x]
    return [(x, y, share) for x, y, share in places if share > 0 and least <= share <= most]


def test_the_patches_are_the_papers_at_both_scales(folder):
    store, low = PatchStore(folder), low_truth()
    high = low.repeat(4, 0).repeat(4, 1)
    lows = expected(lambda x, y: low[y : y + 1024, x : x + 1024].mean(), (0, 128), (0, 26), 0, 1)
    highs = expected(
        lambda x, y: high[y : y + 1024, x : x + 1024].mean(),
        (0, 1024, 2048, 3072, 3584),
        (0, 1024, 2048, 3072, 3176),
        0.1,
        0.9,
    )
    assert len(lows) == 4
    assert 5 < len(highs) < 25
    for scale, patches, factor in (("low", lows, 4), ("high", highs, 1)):
        found = [store[number] for number in store.pairs(scale=scale)]
        assert [(pair.x, pair.y) for pair in found] == [(x * factor, y * factor) for x, y, _ in patches]
        assert [pair.tumour for pair in found] == pytest.approx([share for *_, share in patches], abs=1e-6)
        assert {(pair.width, pair.height) for pair in found} == {(1024 * factor, 1024 * factor)}
        assert {pair.mpp for pair in found} == {0.5 * factor}


def test_a_patch_holds_the_slides_pixels_and_its_truth(folder):
    store, low = PatchStore(folder), low_truth()
    for number in (*store.pairs(scale="low")[:1], *store.pairs(scale="high")[:3]):
        pair, (image, mask) = store[number], store.read(number)
        wanted = picture(pair.box)
        if pair.scale == "low":
            wanted = cv2.resize(wanted, (1024, 1024), interpolation=cv2.INTER_AREA)
            np.testing.assert_array_equal(mask, low[pair.y // 4 :, pair.x // 4 :][:1024, :1024])
        else:
            high = low.repeat(4, 0).repeat(4, 1)
            np.testing.assert_array_equal(mask, high[pair.y : pair.y + 1024, pair.x : pair.x + 1024])
        assert np.abs(image.astype(int) - wanted).mean() < 1.5


def test_the_index_is_a_plain_csv_with_one_row_for_each_patch(folder):
    with (folder / "index.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    first = rows[0]
    assert (first["slide"], first["group"], first["kind"]) == ("case.tif", "p1", "carcinoma")
    assert (first["split"], first["scale"], first["form"]) == ("train", "low", "patch")
    assert len(rows) == len(PatchStore(folder))


def test_a_shard_can_be_read_without_this_program(folder):
    with tarfile.open(folder / "train-high-00000.tar") as tar:
        names = tar.getnames()
        described = json.load(tar.extractfile(names[2]))
        image = cv2.imdecode(np.frombuffer(tar.extractfile(names[0]).read(), np.uint8), cv2.IMREAD_COLOR_RGB)
    stem = f"00000-case-high-{described['x']}-{described['y']}"
    assert names[:3] == [f"{stem}.jpg", f"{stem}.png", f"{stem}.json"]
    pair = PatchStore(folder)[PatchStore(folder).pairs(scale="high")[0]]
    assert described == {
        **{"slide": "case.tif", "group": "p1", "kind": "carcinoma", "split": "train", "form": "patch"},
        **{"x": pair.x, "y": pair.y, "width": 1024, "height": 1024, "mpp": 0.5, "tumour": pair.tumour},
        "scales": ["high"],
    }
    np.testing.assert_array_equal(
        image, PatchStore(folder).read(PatchStore(folder).pairs(scale="high")[0])[0]
    )


def test_the_bytes_do_not_depend_on_the_number_of_workers(folder, pyramid, tmp_path):
    prepare(pyramid, tmp_path / "one", workers=1)
    assert content(tmp_path / "one") == content(folder)


def test_thresholds_and_stride_are_options(pyramid, tmp_path):
    options = PrepareOptions(stride=512, low_tumour=(0.3, 1.0), high_tumour=(0.4, 0.6))
    done = prepare(pyramid, tmp_path / "out", options=options)
    shares = {scale: [p.tumour for p in done.pairs if p.scale == scale] for scale in ("low", "high")}
    assert min(shares["low"]) >= 0.3
    assert 0.4 <= min(shares["high"]) <= max(shares["high"]) <= 0.6
    assert {pair.x for pair in done.pairs if pair.scale == "high"} & {512, 1536}


def test_memory_is_bounded_by_what_waits_to_be_written(pyramid, tmp_path, monkeypatch):
    from zoomiseg.datasets import _run

    begun = Counter()
    sample_of = _run.sample_of

    def counted(slide, truth, options, cut):
        begun["now"] += 1
        begun["most"] = max(begun["most"], begun["now"] - begun["taken"])
        return sample_of(slide, truth, options, cut)

    monkeypatch.setattr(_run, "sample_of", counted)

    def taken(state):
        if state.share:
            begun["taken"] += 1

    prepare(pyramid, tmp_path / "out", workers=2, report=taken)
    assert begun["most"] <= 3


def test_small_images_are_kept_whole_for_both_scales(images, tmp_path):
    done = prepare(images([("a", "train"), ("b", "val")]), tmp_path / "out")
    store = PatchStore(tmp_path / "out")
    assert [(p.scale, p.split, p.form, p.mpp) for p in done.pairs] == [
        ("low", "train", "piece", 2.0),
        ("high", "train", "piece", 2.0),
        ("low", "val", "piece", 2.0),
        ("high", "val", "piece", 2.0),
    ]
    assert (done.pairs[0].shard, done.pairs[0].image_offset) == (
        done.pairs[1].shard,
        done.pairs[1].image_offset,
    )
    image, mask = store.read(2)
    assert image.shape == (120, 160, 3)
    assert mask.sum() == 21 * 160
    assert np.abs(image.astype(int) - picture(Box(300, 0, 160, 120))).mean() < 1.5


def test_splitting_by_patch_gives_one_in_ten_of_each_slide(pyramid, tmp_path):
    options = PrepareOptions(split_by="patch", stride=256, high_tumour=(0, 1))
    done = prepare(pyramid, tmp_path / "out", options=options)
    for scale in ("low", "high"):
        found = [pair.split for pair in done.pairs if pair.scale == scale]
        assert found.count("val") in (len(found) // 10, len(found) // 10 + 1)
    assert any("leaks" in notice for notice in done.notices)


def test_progress_rises_to_all_slides(images, tmp_path):
    told = []
    prepare(images([("a", ""), ("b", ""), ("c", "")]), tmp_path / "out", report=told.append)
    positions = [state.done + state.share for state in told]
    assert positions == sorted(positions)
    assert (told[-1].done, told[-1].slides, told[-1].samples) == (3, 3, {"pieces": 3})


class Stopped(Exception):
    pass


def stop_at(position):
    def report(state):
        if state.done + state.share >= position:
            raise Stopped

    return report


@pytest.mark.parametrize("position", [0.5, 1, 2.5, 4, 5])
@pytest.mark.parametrize("split_by", ["patient", "patch"])
def test_an_interrupted_run_goes_on_to_the_same_bytes(images, tmp_path, position, split_by, monkeypatch):
    from zoomiseg.datasets import _run

    manifest = images([(f"p{number}", "") for number in range(5)])
    options = PrepareOptions(split_by=split_by)
    prepare(manifest, tmp_path / "whole", options=options)
    with pytest.raises(Stopped):
        prepare(manifest, tmp_path / "out", options=options, report=stop_at(position))
    assert not (tmp_path / "out" / "index.csv").exists()

    opened = []
    open_slide = _run.open_slide
    monkeypatch.setattr(
        _run, "open_slide", lambda path, mpp: (opened.append(path.name), open_slide(path, mpp=mpp))[1]
    )
    prepare(manifest, tmp_path / "out", options=options)
    assert content(tmp_path / "out") == content(tmp_path / "whole")
    # The report comes after a slide's last region, but before it is entered as finished.
    finished = int(position) if position == int(position) and position < 5 else int(position - 0.01)
    assert len(opened) in (5 - finished, 5 - finished + 1)


def test_a_finished_folder_is_not_read_again(images, tmp_path, monkeypatch):
    from zoomiseg.datasets import _run

    manifest = images([("a", ""), ("b", "")])
    first = prepare(manifest, tmp_path / "out")
    before = content(tmp_path / "out")
    monkeypatch.setattr(_run, "open_slide", None)
    assert prepare(manifest, tmp_path / "out") == first
    assert content(tmp_path / "out") == before


def test_a_line_that_a_crash_left_half_written_is_cut_off(images, tmp_path):
    manifest = images([("a", ""), ("b", "")])
    prepare(manifest, tmp_path / "out")
    before = content(tmp_path / "out")
    ledger = tmp_path / "out" / "finished.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-30])
    prepare(manifest, tmp_path / "out")
    assert content(tmp_path / "out") == before


def test_another_option_is_refused_in_one_sentence_and_done_with_restart(images, tmp_path):
    manifest = images([("a", ""), ("b", "")])
    out = tmp_path / "out"
    prepare(manifest, out)
    before = content(out)
    with pytest.raises(OutputError) as caught:
        prepare(manifest, out, options=PrepareOptions(seed=7))
    assert str(caught.value) == (
        f"{out} was prepared with seed 0, and not 7. "
        "Choose another folder, or add --restart to prepare it anew."
    )
    assert content(out) == before
    prepare(manifest, out, options=PrepareOptions(seed=7), restart=True)
    prepare(manifest, tmp_path / "new", options=PrepareOptions(seed=7))
    assert content(out) == content(tmp_path / "new")


def test_other_rows_are_refused(images, tmp_path):
    manifest = images([("a", ""), ("b", "")])
    prepare(manifest, tmp_path / "out")
    manifest.write_text(manifest.read_text() + "1.png,1-mask.png,c,,2.0\n")
    with pytest.raises(OutputError, match="was prepared from other rows"):
        prepare(manifest, tmp_path / "out")


def test_a_slide_that_changed_is_refused(images, tmp_path):
    manifest = images([("a", ""), ("b", "")])
    prepare(manifest, tmp_path / "out")
    shutil.copy(tmp_path / "0.png", tmp_path / "1.png")
    with pytest.raises(OutputError, match=r"1.png or its mask has changed since it was prepared"):
        prepare(manifest, tmp_path / "out")


def test_restart_removes_nothing_but_what_was_prepared(images, tmp_path):
    manifest = images([("a", ""), ("b", "")])
    prepare(manifest, tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    prepare(manifest, tmp_path / "out", restart=True)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("restart", [False, True])
def test_a_folder_with_an_index_of_somebody_else_is_left_alone(images, tmp_path, restart):
    manifest = images([("a", "")])
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.csv").write_text("mine")
    with pytest.raises(OutputError, match=r"index.csv is there already, without the prepare.json"):
        prepare(manifest, out, restart=restart)
    assert content(out) == {"index.csv": b"mine"}


def test_two_runs_into_one_folder_are_refused(images, tmp_path):
    manifest = images([("a", "")])
    refused = []

    def again(state):
        with pytest.raises(OutputError, match="Another run is preparing into"):
            prepare(manifest, tmp_path / "out")
        refused.append(state)

    prepare(manifest, tmp_path / "out", report=again)
    assert refused


def spoil(number):
    """Return what makes image `number` of the manifest unusable, and what is said then."""
    return {
        "no mask": lambda f: rewrite(f, f"{number}-mask.png", ""),
        "missing slide": lambda f: (f / f"{number}.png").unlink(),
        "missing mask": lambda f: (f / f"{number}-mask.png").unlink(),
        "unreadable": lambda f: (f / f"{number}.png").write_bytes(b"no image"),
        "empty": lambda f: (f / f"{number}.png").write_bytes(b""),
        "damaged mask": lambda f: (f / f"{number}-mask.png").write_bytes(b"no image"),
        "other aspect": lambda f: write_mask(f, number, np.ones((120, 140), np.uint8)),
        "no tumour": lambda f: write_mask(f, number, np.zeros((120, 160), np.uint8)),
        "coloured": lambda f: write_mask(f, number, np.full((120, 160, 3), (0, 128, 255), np.uint8)),
        "no scale": lambda f: rewrite(f, f"{number}-mask.png,b,,2.0", f"{number}-mask.png,b,,"),
        "absurd scale": lambda f: rewrite(f, f"{number}-mask.png,b,,2.0", f"{number}-mask.png,b,,200"),
    }


SAID = {
    "no mask": (ManifestError, "1.png has no mask in its manifest."),
    "missing slide": (ManifestError, "There is no file {folder}/1.png."),
    "missing mask": (ManifestError, "There is no file {folder}/1-mask.png."),
    "unreadable": (SlideError, "1.png is no slide or image of a format that can be read."),
    "empty": (SlideError, "1.png is empty (0 bytes)."),
    "damaged mask": (AnnotationError, "The mask 1-mask.png is damaged or no PNG or TIFF."),
    "other aspect": (ManifestError, "the mask must have the slide's aspect within 1%."),
    "no tumour": (ManifestError, "1-mask.png marks no tumour anywhere."),
    "coloured": (AnnotationError, "The mask 1-mask.png is coloured"),
    "no scale": (SlideError, "1.png does not say its microns per pixel."),
    "absurd scale": (SlideError, "200 µm per pixel is no scale of a slide"),
}


def rewrite(folder, old, new):
    path = folder / "pairs.csv"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def write_mask(folder, number, pixels):
    cv2.imwrite(str(folder / f"{number}-mask.png"), pixels)


@pytest.mark.parametrize("kind", SAID)
def test_what_cannot_be_used_ends_the_run_in_a_sentence_or_is_left_out(images, tmp_path, kind):
    manifest = images([("a", ""), ("b", ""), ("c", "")])
    spoil(1)[kind](tmp_path)
    error, said = SAID[kind]
    said = said.format(folder=tmp_path)
    with pytest.raises(error) as caught:
        prepare(manifest, tmp_path / "out")
    assert said in str(caught.value)
    assert "With --skip-bad such slides are left out and named." in str(caught.value)
    done = prepare(manifest, tmp_path / "out", skip_bad=True)
    ((slide, reason),) = done.skipped
    assert slide == "1.png"
    assert said in reason
    assert {pair.slide for pair in done.pairs} == {"0.png", "2.png"}
    assert [PatchStore(tmp_path / "out").read(number)[1].sum() for number in (0, 2)] == [20 * 160, 22 * 160]


def test_a_slide_that_was_left_out_is_tried_again(images, tmp_path):
    manifest = images([("a", ""), ("b", ""), ("c", "")])
    good = (tmp_path / "1.png").read_bytes()
    (tmp_path / "1.png").write_bytes(b"no image")
    prepare(manifest, tmp_path / "out", skip_bad=True)
    (tmp_path / "1.png").write_bytes(good)
    done = prepare(manifest, tmp_path / "out")
    assert (done.slides, done.skipped) == (3, ())
    store = PatchStore(tmp_path / "out")
    assert [store.read(n)[1].sum() for n in store.pairs(scale="low")] == [n * 160 for n in (20, 21, 22)]


def test_a_value_that_no_mask_has_is_named(images, tmp_path):
    manifest = images([("a", "")])
    manifest.write_text("slide,mask,mpp,mask_value\n0.png,0-mask.png,2.0,7\n")
    with pytest.raises(ManifestError, match=r"0-mask.png marks nothing by the value 7\."):
        prepare(manifest, tmp_path / "out")


def test_many_missing_files_are_counted_before_anything_is_made(images, tmp_path):
    manifest = images([("a", ""), ("b", ""), ("c", "")])
    for number in (0, 2):
        (tmp_path / f"{number}.png").unlink()
    with pytest.raises(ManifestError) as caught:
        prepare(manifest, tmp_path / "out")
    assert f"There is no file {tmp_path}/0.png (the first of 2 such rows)." in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_nothing_usable_at_all_is_an_error_also_when_bad_slides_are_skipped(images, tmp_path):
    manifest = images([("a", ""), ("b", "")])
    for number in (0, 1):
        (tmp_path / f"{number}.png").unlink()
    with pytest.raises(ManifestError, match="None of 2 slides can be used; the first: There is no file"):
        prepare(manifest, tmp_path / "out", skip_bad=True)


def test_shares_that_no_patch_has_are_told(pyramid, tmp_path):
    options = PrepareOptions(low_tumour=(0.99, 1.0), high_tumour=(0.5, 0.5))
    with pytest.raises(ManifestError, match="No patch of any slide has the asked share of tumour"):
        prepare(pyramid, tmp_path / "out", options=options)


def test_a_folder_that_cannot_be_written_is_told(images, tmp_path):
    manifest = images([("a", "")])
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="cannot be written"):
        prepare(manifest, tmp_path / "file" / "out")


def test_all_errors_are_the_projects_own(images, tmp_path):
    manifest = images([("a", "")])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "prepare.json").write_text("{")
    with pytest.raises(ZoomisegError, match=r"prepare.json is damaged"):
        prepare(manifest, tmp_path / "out")

"""`zoomiseg prepare` as a user and a script meet it."""

from __future__ import annotations

import re
import signal
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import typer
from PIL import Image

from zoomiseg.cli import app
from zoomiseg.datasets import PatchStore, StoredPair
from zoomiseg.geometry import Box
from zoomiseg.slide import write_pyramid

from .pairs import write_pairs
from .program import leftovers, remount, small_disk, tissue


@pytest.fixture
def manifest(tmp_path):
    return write_pairs(tmp_path)


@pytest.fixture(scope="module")
def slides(tmp_path_factory):
    """Two slides of 4096 x 4096 pixels at 0.5 µm: one low patch each, and four high ones with 20% tumour."""
    folder = tmp_path_factory.mktemp("slides")
    tile = tissue(512, 512)

    def read(box: Box) -> np.ndarray:
        return tile[: box.height, : box.width]

    for name in "ab":
        write_pyramid(folder / f"{name}.tif", read, width=4096, height=4096, mpp=(0.5, 0.5), kind="slide")
    mask = np.zeros((512, 512), np.uint8)
    mask[:, 100:154] = 1  # high patches are 128 mask pixels wide: 28 in the first column, 26 in the second
    Image.fromarray(mask).save(folder / "mask.png")
    path = folder / "slides.csv"
    path.write_text("slide,mask,group\na.tif,mask.png,one\nb.tif,mask.png,two\n")
    return path


def test_json_has_the_keys_of_the_contract(run, slides, tmp_path):
    answer = run("prepare", slides, "-o", tmp_path / "out", "--json")
    assert answer.code == 0
    values = answer.json
    assert {key: values[key] for key in ("patches_low", "patches_high", "slides")} == {
        "patches_low": 2,
        "patches_high": 16,
        "slides": 2,
    }
    train = values["split"]["train"]["high"]
    assert train == {"slides": 1, "patients": 1, "patches": 8, "pieces": 0, "tumour": 0.2109}
    assert values["split"]["val"]["low"]["patches"] == 1
    assert values["split"]["by"] == "patient"
    assert values["skipped"] == values["warnings"] == []
    assert values["index"] == str(tmp_path / "out" / "index.csv")
    with Image.open(values["contact_sheet"]) as sheet:
        assert sheet.format == "PNG"
    assert leftovers(tmp_path) == []


def test_people_read_a_table_of_scales_and_splits(run, slides, tmp_path):
    out = run("prepare", slides, "-o", tmp_path / "out").out
    rows = [line.split() for line in out.splitlines() if line.startswith("  ")]
    assert rows == [
        ["scale", "split", "patients", "slides", "patches", "pieces", "tumour"],
        ["low", "train", "1", "1", "1", "0", "10.5%"],
        ["low", "val", "1", "1", "1", "0", "10.5%"],
        ["high", "train", "1", "1", "8", "0", "21.1%"],
        ["high", "val", "1", "1", "8", "0", "21.1%"],
    ]
    assert f"{tmp_path / 'out' / 'index.csv'}: 2 slides" in out


def test_shares_are_options(run, slides, tmp_path):
    options = ("--low-tumour", "0.5", "1", "--high-tumour", "0.21", "0.9")
    values = run("prepare", slides, "-o", tmp_path / "out", "--json", *options).json
    assert (values["patches_low"], values["patches_high"]) == (0, 8)


def test_the_manifests_split_is_kept_and_small_images_are_pieces(run, manifest, tmp_path):
    values = run("prepare", manifest, "-o", tmp_path / "out", "--json").json
    assert (values["patches_low"], values["pieces_low"], values["slides"]) == (0, 4, 4)
    assert values["split"]["train"]["low"]["slides"] == 2
    assert values["split"]["val"]["low"]["slides"] == 2
    assert len(PatchStore(tmp_path / "out")) == 8


def test_splitting_by_patch_warns_of_the_leak(run, slides, tmp_path):
    answer = run("prepare", slides, "-o", tmp_path / "out", "--split-by", "patch")
    assert answer.code == 0
    assert "Warning: Splitting by patch is the paper's way, but it leaks" in answer.said


def test_a_slide_without_a_scale_takes_mpp(run, manifest, tmp_path):
    manifest.write_text(manifest.read_text().replace(",2.0,", ",,"))
    answer = run("prepare", manifest, "-o", tmp_path / "out")
    assert answer.code == 1
    assert "does not say its microns per pixel. Add it, for example --mpp 0.25." in answer.said
    answer = run("prepare", manifest, "-o", tmp_path / "out", "--mpp", "2", "--json", "--restart")
    assert answer.code == 0
    assert {PatchStore(tmp_path / "out")[number].mpp for number in range(8)} == {2.0}


def test_bad_slides_are_named_and_left_out_on_demand(run, manifest, tmp_path):
    (tmp_path / "1.png").write_bytes(b"no image")
    (tmp_path / "2-mask.png").unlink()
    answer = run("prepare", manifest, "-o", tmp_path / "out", "--json")
    assert answer.code == 1
    assert answer.json["error"]["code"] == "manifest"
    assert "2-mask.png" in answer.said
    assert "--skip-bad" in answer.said
    answer = run("prepare", manifest, "-o", tmp_path / "out", "--skip-bad", "--json")
    assert answer.code == 0
    assert [entry["slide"] for entry in answer.json["skipped"]] == ["1.png", "2.png"]
    assert "Warning: Left out: 1.png: 1.png is no slide or image" in answer.said


def test_another_option_for_the_same_folder_is_refused(run, manifest, tmp_path):
    assert run("prepare", manifest, "-o", tmp_path / "out").code == 0
    answer = run("prepare", manifest, "-o", tmp_path / "out", "--stride", "512")
    assert answer.code == 1
    assert answer.said == (
        f"{tmp_path / 'out'} was prepared with stride 1024, and not 512. "
        "Choose another folder, or add --restart to prepare it anew."
    )
    assert run("prepare", manifest, "-o", tmp_path / "out", "--stride", "512", "--restart").code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--stride", "1022"), "multiple of 4 up to 1024, got 1022"),
        (("--high-tumour", "10", "90"), "rise within 0 to 1, got 10 and 90"),
        (("--val-share", "0.9"), "from 0 to 0.5, got 0.9"),
        (("--split-by", "stain"), "'stain' is not one of"),
        (("--workers", "0"), "'--workers'"),
    ],
)
def test_values_out_of_range_are_wrong_usage(run, manifest, tmp_path, options, said):
    answer = run("prepare", manifest, "-o", tmp_path / "out", *options)
    assert answer.code == 2
    assert said in answer.said
    assert not (tmp_path / "out").exists()


def test_a_manifest_that_is_none_makes_nothing(run, tmp_path):
    (tmp_path / "bad.csv").write_text("image\na.png\n")
    answer = run("prepare", tmp_path / "bad.csv", "-o", tmp_path / "out")
    assert answer.code == 1
    assert "has no columns slide and mask" in answer.said
    assert not (tmp_path / "out").exists()


def test_how_far_how_fast_and_what_is_left_is_said_now_and_then(run, manifest, tmp_path, monkeypatch):
    monkeypatch.setattr("zoomiseg.cli._prepare._SAY_EVERY_S", 0.0)
    answer = run("prepare", manifest, "-o", tmp_path / "out")
    assert re.search(r"2 of 4 slides: 2 pieces; [\d.]+/s, 0 s left", answer.err)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (29, "29 s"), (90, "2 min"), (3600, "1 h 00 min"), (9000, "2 h 30 min")],
)
def test_durations_are_told_in_fitting_units(seconds, said):
    from zoomiseg.cli._prepare import _duration

    assert _duration(seconds) == said


DOCS = (Path(__file__).parents[2] / "docs" / "training.md").read_text("utf-8")


def test_the_docs_example_reads_what_was_prepared(run, slides, tmp_path, monkeypatch, capfd):
    assert run("prepare", slides, "-o", tmp_path / "patches").code == 0
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    exec(compile(example, "training.md", "exec"), {})
    assert len(capfd.readouterr().out.splitlines()) == 8


def test_the_docs_name_all_columns_and_only_options_that_exist():
    command = typer.main.get_command(app).commands["prepare"]
    options = {name for parameter in command.params for name in parameter.opts}
    part = DOCS.partition("## The folder")[0]
    assert set(re.findall(r"`(--[a-z-]+)", part)) <= options
    for field in fields(StoredPair):
        assert f"`{field.name}`" in DOCS


def test_a_full_disk_is_told_and_with_more_room_the_same_command_goes_on(run, slides, tmp_path):
    run("prepare", slides, "-o", tmp_path / "whole")
    with small_disk(tmp_path / "disk", "1m") as disk:
        answer = run("prepare", slides, "-o", disk / "out")
        assert answer.code == 1
        assert answer.said == f"{disk / 'out'} cannot be written: No space left on device."
        remount(disk, "size=64m")
        assert run("prepare", slides, "-o", disk / "out").code == 0
        for path in (tmp_path / "whole").iterdir():
            assert (disk / "out" / path.name).read_bytes() == path.read_bytes()


def test_ctrl_c_keeps_what_is_finished_and_the_same_command_goes_on(run, start, slides, tmp_path):
    rows = "".join(f"{name}.tif,mask.png,{name}{number}\n" for number in range(60) for name in "ab")
    manifest = slides.with_name("many.csv")
    manifest.write_text("slide,mask,group\n" + rows)
    process = start("prepare", manifest, "-o", tmp_path / "out", "--json")
    until = time.monotonic() + 120
    ledger = tmp_path / "out" / "finished.jsonl"
    while not ledger.exists() or not ledger.stat().st_size:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert re.search(r"Finished so far: \d+ of 120 slides, in .*; the same command goes on from there\.", err)
    done = ledger.read_bytes().count(b"\n")
    assert 0 < done < 120
    assert not (tmp_path / "out" / "index.csv").exists()
    assert leftovers(tmp_path) == []

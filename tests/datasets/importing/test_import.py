"""What is common to all formats: which one is meant, going on, and what is left out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from annotated import (
    HOLE,
    OUTER,
    area,
    centres_in,
    feature,
    mask_of,
    polygon,
    rows_of,
    write_asap,
    write_geojson,
    write_image,
    write_mask,
    write_slide,
)
from zoomiseg.datasets.importing import FORMATS, ImportOptions, formats_called, import_folder
from zoomiseg.errors import ManifestError
from zoomiseg.slide import write_pyramid

DIES = """
import os, signal, sys
from pathlib import Path
from types import SimpleNamespace

from zoomiseg.datasets.importing import _done, import_folder

real = os.replace if sys.argv[3] == "a.tif" else os.fsync

def die(*given):
    real(*given)
    os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[3] == "a.tif":
    os.replace = die
else:
    _done.os = SimpleNamespace(fsync=die)
import_folder(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def folder_of(tmp_path, names="ab"):
    for name in names:
        write_slide(tmp_path / "in" / f"{name}.tif")
        write_geojson(tmp_path / "in" / f"{name}.geojson", feature(area(OUTER)))
    return tmp_path / "in"


def test_formats_mix_in_one_folder_and_each_slide_is_told_by_its_own(tmp_path):
    folder = folder_of(tmp_path, "a")
    write_slide(folder / "b.tif")
    write_asap(folder / "b.xml", [("Tumor", OUTER), ("normal", HOLE)])
    write_image(folder / "c.png")
    write_mask(folder / "c_mask.png", np.ones((40, 60), np.uint8))
    done = import_folder(folder, tmp_path / "out", options=ImportOptions(mpp=0.25))
    assert done.formats == {"qupath": 1, "asap": 1, "pairs": 1}
    assert np.array_equal(mask_of(done.manifest, 1), centres_in(polygon(OUTER, HOLE)))


def test_two_annotations_of_one_slide_need_a_choice(tmp_path):
    folder = folder_of(tmp_path)
    write_asap(folder / "a.xml", [("Tumor", HOLE)])
    done = import_folder(folder, tmp_path / "out")
    ((path, reason),) = done.skipped
    assert path.name == "a.tif"
    assert reason == (
        f"It has annotations of two formats, {folder / 'a.geojson'} (qupath) and {folder / 'a.xml'} (asap); "
        "choose one with --format."
    )
    chosen = import_folder(folder, tmp_path / "out", formats=formats_called(["asap"]))
    assert np.array_equal(mask_of(chosen.manifest), centres_in(polygon(HOLE)))


def test_a_mask_that_was_exported_beside_its_outlines_is_no_slide(tmp_path):
    folder = folder_of(tmp_path, "a")
    write_pyramid(
        folder / "a.ome.tif",
        lambda box: np.zeros((box.height, box.width), np.uint8),
        width=600,
        height=400,
        mpp=(0.5, 0.5),
        kind="mask",
    )
    done = import_folder(folder, tmp_path / "out")
    assert [row["slide"] for row in rows_of(done.manifest)] == [str(folder / "a.tif")]
    (folder / "a.tif").unlink()
    with pytest.raises(ManifestError, match=r"The GeoJSON a\.geojson has the name of no slide"):
        import_folder(folder, tmp_path / "other")


def test_an_annotation_without_exactly_one_slide_is_told(tmp_path):
    folder = folder_of(tmp_path)
    write_geojson(folder / "gone.geojson", feature(area(OUTER)))
    write_slide(folder / "one" / "twin.tif")
    write_slide(folder / "two" / "twin.tif")
    write_geojson(folder / "twin.geojson", feature(area(OUTER)))
    write_geojson(folder / "b.tif.geojson", feature(area(OUTER)))
    skipped = import_folder(folder, tmp_path / "out").skipped
    assert {path.name: reason for path, reason in skipped} == {
        "gone.geojson": "The GeoJSON gone.geojson has the name of no slide.",
        "twin.geojson": "The GeoJSON twin.geojson has the name of 2 slides (one/twin.tif, two/twin.tif).",
        "b.tif": "It has two GeoJSON files, b.geojson and b.tif.geojson; keep the right one.",
        "twin.tif": "It has no annotation, and is the mask of no other image.",
    }


def test_what_people_filled_into_the_manifest_outlives_another_import(tmp_path):
    folder = folder_of(tmp_path)
    manifest = import_folder(folder, tmp_path / "out").manifest
    head, first, second = manifest.read_text().splitlines()
    first = first.replace(".tif,,,", ".tif,patient 7,val,")
    manifest.write_text(f"{head},kind\n{first},gland\n{second},\n")
    write_slide(folder / "c.tif")
    write_geojson(folder / "c.geojson", feature(area(OUTER)))
    import_folder(folder, tmp_path / "out")
    rows = [(row["group"], row["split"], row["kind"]) for row in rows_of(manifest)]
    assert rows == [("patient 7", "val", "gland"), ("", "", ""), ("", "", "")]
    damaged = manifest.read_bytes().replace(b"patient 7", b"patient \xe9")
    manifest.write_bytes(damaged)
    with pytest.raises(ManifestError, match="is not a CSV in UTF-8"):
        import_folder(folder, tmp_path / "out")
    assert manifest.read_bytes() == damaged


def test_images_and_masks_without_a_partner_are_told(tmp_path):
    for name in ("images/a.png", "images/b.png"):
        write_image(tmp_path / "in" / name)
    for name in ("masks/a.png", "masks/z.png"):
        write_mask(tmp_path / "in" / name, np.ones((40, 60), np.uint8))
    done = import_folder(tmp_path / "in", tmp_path / "out", options=ImportOptions(mpp=0.5))
    assert [path.name for path, _ in done.skipped] == ["b.png", "z.png"]
    assert {reason for _, reason in done.skipped} == {
        "It has no annotation, and is the mask of no other image."
    }


def test_where_nothing_can_be_used_the_first_reasons_are_told(tmp_path):
    folder = folder_of(tmp_path)
    for name in "ab":
        (folder / f"{name}.tif").write_bytes(b"no slide")
    with pytest.raises(ManifestError) as caught:
        import_folder(folder, tmp_path / "out")
    assert "a.tif: " in caught.value.message
    assert "b.tif: " in caught.value.message


def test_the_slide_beside_its_annotation_wins_over_others_of_its_name(tmp_path):
    for place in ("one", "two"):
        write_slide(tmp_path / "in" / place / "case.tif")
        write_geojson(
            tmp_path / "in" / place / "case.geojson", feature(area(OUTER if place == "one" else HOLE))
        )
    done = import_folder(tmp_path / "in", tmp_path / "out")
    assert [row["mask"] for row in rows_of(done.manifest)] == ["masks/case.tif", "masks/case-2.tif"]
    assert np.array_equal(mask_of(done.manifest, 0), centres_in(polygon(OUTER)))
    assert np.array_equal(mask_of(done.manifest, 1), centres_in(polygon(HOLE)))


def test_a_damaged_slide_costs_only_itself(tmp_path):
    folder = folder_of(tmp_path)
    (folder / "a.tif").write_bytes((folder / "a.tif").read_bytes()[:900])
    done = import_folder(folder, tmp_path / "out")
    assert [path.name for path, _ in done.skipped] == ["a.tif"]
    assert done.slides == 1


def test_what_is_finished_is_not_written_again_and_what_changed_is(tmp_path):
    folder = folder_of(tmp_path)
    first = import_folder(folder, tmp_path / "out")
    manifest = first.manifest.read_bytes()
    times = {path: path.stat().st_ino for path in (tmp_path / "out" / "masks").iterdir()}
    assert import_folder(folder, tmp_path / "out") == first
    assert first.manifest.read_bytes() == manifest
    assert {path: path.stat().st_ino for path in times} == times
    write_geojson(folder / "b.geojson", feature(area(HOLE)))
    again = import_folder(folder, tmp_path / "out")
    assert np.array_equal(mask_of(again.manifest, 1), centres_in(polygon(HOLE)))
    assert (tmp_path / "out" / "masks" / "a.tif").stat().st_ino == times[tmp_path / "out" / "masks" / "a.tif"]
    (tmp_path / "out" / "masks" / "b.tif").unlink()
    assert np.array_equal(
        mask_of(import_folder(folder, tmp_path / "out").manifest, 1), centres_in(polygon(HOLE))
    )


def test_other_options_make_other_masks(tmp_path):
    folder = tmp_path / "in"
    write_slide(folder / "a.tif")
    write_geojson(folder / "a.geojson", feature(area(OUTER)), feature(area(HOLE), "Fat"))
    one = mask_of(import_folder(folder, tmp_path / "out").manifest)
    other = mask_of(import_folder(folder, tmp_path / "out", options=ImportOptions(target=("Fat",))).manifest)
    assert (one != other).any()
    assert np.array_equal(mask_of(import_folder(folder, tmp_path / "out").manifest), one)


def test_a_slide_that_comes_before_another_of_its_name_takes_no_mask_of_it(tmp_path):
    folder, output = tmp_path / "in", tmp_path / "out"
    for place, ring in (("b", OUTER), ("a", HOLE)):
        write_slide(folder / place / "case.tif")
        write_geojson(folder / place / "case.geojson", feature(area(ring)))
        manifest = import_folder(folder, output).manifest
    for _ in range(2):
        assert [row["mask"] for row in rows_of(manifest)] == ["masks/case-2.tif", "masks/case.tif"]
        assert np.array_equal(mask_of(manifest, 0), centres_in(polygon(HOLE)))
        assert np.array_equal(mask_of(manifest, 1), centres_in(polygon(OUTER)))
        import_folder(folder, output)


def test_killed_with_a_new_mask_in_place_of_an_old_one_it_does_not_take_it_for_the_old_one(tmp_path):
    folder, output = folder_of(tmp_path, "a"), tmp_path / "out"
    write_geojson(folder / "a.geojson", feature(area(OUTER)), feature(area(HOLE), "Fat"))
    import_folder(folder, output, options=ImportOptions(target=("Fat",)))
    code = [sys.executable, "-c", DIES, str(folder), str(output), "a.tif"]
    assert subprocess.run(code, env=os.environ, check=False).returncode == -signal.SIGKILL
    manifest = import_folder(folder, output, options=ImportOptions(target=("Fat",))).manifest
    assert np.array_equal(mask_of(manifest), centres_in(polygon(HOLE)))


@pytest.mark.parametrize("after", ["a.tif", "import.jsonl"])
def test_killed_while_it_writes_it_goes_on_and_ends_with_the_same(after, tmp_path):
    folder = folder_of(tmp_path)
    expected = import_folder(folder, tmp_path / "whole")
    code = [sys.executable, "-c", DIES, str(folder), str(tmp_path / "out"), after]
    assert subprocess.run(code, env=os.environ, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "out" / "pairs.csv").exists()
    done = import_folder(folder, tmp_path / "out")
    assert done.manifest.read_bytes() == expected.manifest.read_bytes()
    for name in ("a.tif", "b.tif"):
        assert (tmp_path / "out/masks" / name).read_bytes() == (tmp_path / "whole/masks" / name).read_bytes()


def test_half_a_line_of_the_list_of_what_is_finished_is_forgotten(tmp_path):
    folder = folder_of(tmp_path)
    import_folder(folder, tmp_path / "out")
    path = tmp_path / "out" / "import.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    import_folder(folder, tmp_path / "out")
    assert path.read_bytes() == whole


def test_the_result_may_lie_in_the_folder_itself(tmp_path):
    folder = folder_of(tmp_path)
    first = import_folder(folder, folder / "out")
    assert import_folder(folder, folder / "out") == first


def test_how_far_it_is_rises_to_all(tmp_path):
    states = []
    import_folder(folder_of(tmp_path), tmp_path / "out", report=states.append)
    places = [state.done + state.share for state in states]
    assert places == sorted(places)
    assert (places[0], places[-1], {state.slides for state in states}) == (0, 2, {2})


@pytest.mark.parametrize("folder", ["gone", "."])
def test_a_folder_that_is_not_there_or_has_nothing_is_told(folder, tmp_path):
    with pytest.raises(ManifestError) as caught:
        import_folder(tmp_path / folder, tmp_path / "out")
    assert ("There is no folder" in caught.value.message) == (folder == "gone")
    assert folder == "gone" or all(each.name in str(caught.value.hint) for each in FORMATS)
    assert not (tmp_path / "out").exists()

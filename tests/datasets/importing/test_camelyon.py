"""CAMELYON16 and 17: TIFF slides with ASAP's XML in a folder of its own."""

from __future__ import annotations

import numpy as np

from annotated import (
    HOLE,
    ISLAND,
    OUTER,
    centres_in,
    mask_of,
    polygon,
    rows_of,
    write_asap,
    write_mask,
    write_slide,
)
from zoomiseg.datasets.importing import import_folder


def test_groups_cut_out_are_holes_and_both_data_sets_are_known(tmp_path):
    folder = tmp_path / "in"
    write_slide(folder / "training" / "tumor" / "tumor_001.tif")
    write_slide(folder / "training" / "tumor" / "tumor_010.tif")
    write_slide(folder / "training" / "normal" / "normal_001.tif")
    write_slide(folder / "testing" / "images" / "test_002.tif")
    write_slide(folder / "centre_1" / "patient_020_node_4.tif")
    write_mask(folder / "training" / "masks" / "tumor_001_mask.tif", np.full((302, 403), 7, np.uint8))
    holed = [("_0", OUTER), ("_1", ISLAND), ("_2", HOLE)]
    for name in ("Tumor_001", "Tumor_010"):
        write_asap(folder / "training" / "lesion_annotations" / f"{name}.xml", holed)
    write_asap(folder / "testing" / "lesion_annotations" / "Test_002.xml", [("Tumor", OUTER)])
    seventeen = [("metastases", OUTER), ("normal", HOLE)]
    write_asap(folder / "lesion_annotations" / "patient_020_node_4.xml", seventeen)

    done = import_folder(folder, tmp_path / "out")
    rows = {row["mask"].removeprefix("masks/"): row for row in rows_of(done.manifest)}
    assert {name: (row["group"], row["split"]) for name, row in rows.items()} == {
        "patient_020_node_4.tif": ("patient_020", ""),
        "test_002.tif": ("test_002", "test"),
        "tumor_001.tif": ("tumor_001", ""),
    }
    order = [row["mask"] for row in rows_of(done.manifest)]
    masks = {name: mask_of(done.manifest, order.index(f"masks/{name}")) for name in rows}
    assert np.array_equal(masks["tumor_001.tif"], centres_in(polygon(OUTER, HOLE) | polygon(ISLAND)))
    assert np.array_equal(masks["patient_020_node_4.tif"], centres_in(polygon(OUTER, HOLE)))
    assert np.array_equal(masks["test_002.tif"], centres_in(polygon(OUTER)))
    assert {path.name: reason for path, reason in done.skipped} == {
        "normal_001.tif": "It has no XML: a slide without tumour, of which there is nothing to outline.",
        "tumor_010.tif": "CAMELYON16 does not outline all of its tumour, by the README of the data set.",
    }


def test_a_group_that_nobody_knows_is_told(tmp_path):
    write_slide(tmp_path / "in" / "tumor_001.tif")
    write_slide(tmp_path / "in" / "tumor_002.tif")
    write_asap(tmp_path / "in" / "tumor_001.xml", [("blob", OUTER)])
    write_asap(tmp_path / "in" / "tumor_002.xml", [("_0", OUTER), ("blob", HOLE)])
    done = import_folder(tmp_path / "in", tmp_path / "out")
    assert [(path.name, "it has 'blob'." in reason) for path, reason in done.skipped] == [
        ("tumor_001.tif", True)
    ]
    assert done.notices == ("tumor_002.xml: areas of 'blob' are neither target nor cut out of it: left out.",)

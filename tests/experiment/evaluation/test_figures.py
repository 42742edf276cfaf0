from __future__ import annotations

import pytest

from zoomiseg.errors import OutputError
from zoomiseg.experiment.evaluation import EvaluationFile, evaluation_figures, evaluation_table
from zoomiseg.experiment.metrics import Overlap, miou_interval
from zoomiseg.experiment.simulation import Hands

from .runs import facts, file_of, patch, run

LOW = run(patch("low", 0.5, 0.96), cells=(Overlap(80, 80, 100), Overlap(0, 0, 0)), hd95_um=4.0)
HIGH = run(patch("high", *[0.5] * 7, 0.96), patch("high", 0.9, 0.9), cells=(Overlap(95, 95, 100), Overlap()))
ZOOM = run(
    patch("low", 0.5, 0.9, undone=(1,), end=0.97),
    patch("high", 0.99, zoom=(0.0, 0.0), after=2, low_iou_after=0.97),
    patch("low", cell=1),
    cells=(Overlap(87, 87, 100), Overlap()),
)
ALL = {"zoomiseg": ZOOM, "low-only": LOW, "high-only": HIGH}


def figures(tmp_path, *slides, **more):
    return evaluation_figures(file_of(tmp_path / "e.json", *slides), **more)


def by_name(rows):
    return {row["name"]: row for row in rows}


def test_rows_are_in_the_tables_order_with_the_contracts_keys(tmp_path):
    found = figures(tmp_path, (facts(), ALL))
    assert [row["name"] for row in found["rows"]] == ["low-only", "high-only", "zoomiseg"]
    keys = "name miou miou_ci tnoc clicks_low clicks_high noc85 noc90 noc95 failures seconds"
    assert found["rows"][0].keys() >= set(keys.split())
    assert found["slides"][0]["low_scale_ceiling"] == 0.93


def test_clicks_are_counted_by_scale_undos_among_them_and_by_area_of_tumour(tmp_path):
    rows = by_name(figures(tmp_path, (facts(), ALL), (facts("b.tif", tumour_mm2=1.0), ALL))["rows"])
    zoom = rows["zoomiseg"]
    assert (zoom["clicks_low"], zoom["clicks_high"], zoom["tnoc"], zoom["undos"]) == (4, 2, 6, 2)
    assert zoom["clicks_per_mm2"] == 6 / 3
    assert (rows["high-only"]["tnoc"], rows["high-only"]["clicks_low"]) == (20, 0)


def test_noc_and_failures_are_over_patches_of_both_scales_and_of_each(tmp_path):
    rows = by_name(figures(tmp_path, (facts(), ALL))["rows"])
    high = rows["high-only"]
    assert (high["patches"], high["noc"], high["failures"], high["failure_share"]) == (2, 5, 1, 0.5)
    assert (high["noc85"], high["noc90"], high["noc95"]) == ((8 + 1) / 2, (8 + 1) / 2, (8 + 20) / 2)
    assert high["never"] == {"85": 0, "90": 0, "95": 1}
    zoom = rows["zoomiseg"]
    assert (zoom["by_scale"]["low"]["noc95"], zoom["by_scale"]["high"]["noc95"]) == ((2 + 20) / 2, 1)
    assert zoom["failures"] == 1
    assert rows["low-only"]["by_scale"]["high"] | {"never": {}} == {
        "patches": 0,
        "noc": None,
        "noc85": None,
        "noc90": None,
        "noc95": None,
        "never": {},
        "failures": 0,
        "failure_share": None,
    }


def test_quality_is_the_mean_over_slides_whatever_their_size(tmp_path):
    large = run(patch("low", 0.9), cells=(Overlap(900, 900, 1800), Overlap(100, 100, 200)), hd95_um=None)
    found = figures(tmp_path, (facts(), {"low-only": LOW}), (facts("b.tif"), {"low-only": large}))
    (row,) = found["rows"]
    assert row["miou"] == (0.8 + 0.5) / 2
    assert row["dice"] == pytest.approx((160 / 180 + 2000 / 3000) / 2)
    assert row["boundary_f"] == pytest.approx(2 * 0.8 * 0.75 / 1.55)
    assert row["boundary_iou"] == 0.5
    assert row["hd95_um"] == 4.0, "where there is a distance"
    assert row["miou_ci"] == miou_interval([LOW.measure.cells, large.measure.cells], seed=0)
    assert found["interval"] == "95%, bootstrap over low patches"


def test_the_claim_is_the_share_of_the_gap_and_of_the_clicks(tmp_path):
    found = figures(tmp_path, (facts(), ALL))
    assert found["claim"]["gap"] == pytest.approx(0.15)
    assert found["claim"]["gain_share"] == pytest.approx(0.07 / 0.15)
    assert found["claim"]["click_share"] == 3 / 10
    assert found["slides"][0]["claim"]["gain_share"] == pytest.approx(0.07 / 0.15)


def test_without_a_gap_there_is_nothing_to_judge(tmp_path):
    found = figures(tmp_path, (facts(), ALL | {"high-only": LOW}))
    assert found["claim"] == {"gap": 0.0, "judged": False, "gain_share": None, "click_share": None}
    assert figures(tmp_path, (facts(), {"low-only": LOW}))["claim"] is None


def test_kinds_of_slides_have_rows_of_their_own(tmp_path):
    slides = (facts(kind="real"), ALL), (facts("b.tif", kind="generated"), ALL | {"low-only": HIGH})
    found = figures(tmp_path, *slides)
    assert [each["kind"] for each in found["kinds"]] == ["real", "generated"]
    assert [by_name(each["rows"])["low-only"]["miou"] for each in found["kinds"]] == [0.8, 0.95]
    assert figures(tmp_path, slides[0])["kinds"] == []


def test_a_slide_on_which_a_row_is_missing_takes_no_part(tmp_path):
    found = figures(tmp_path, (facts(), ALL), (facts("b.tif"), {"low-only": HIGH}))
    assert (found["rows"][0]["slides"], found["unfinished"]) == (1, 1)
    with pytest.raises(OutputError, match="no slide on which all rows are done"):
        figures(tmp_path, (facts(), {"low-only": LOW}), (facts("b.tif"), {"high-only": HIGH}))


def test_only_the_rows_and_slides_that_are_asked_for_are_told(tmp_path):
    slides = (facts(), ALL), (facts("b.tif"), {"low-only": HIGH})
    found = figures(tmp_path, *slides, rows=["low-only"], slides=["b.tif"])
    assert [row["name"] for row in found["rows"]] == ["low-only"]
    assert [each["name"] for each in found["slides"]] == ["b.tif"]


def test_figures_from_the_file_are_those_from_memory(tmp_path):
    file = file_of(tmp_path / "e.json", (facts(kind="real"), ALL), (facts("b.tif"), ALL), hands=Hands(seed=3))
    file.save()
    assert evaluation_figures(EvaluationFile.read(file.path)) == evaluation_figures(file)


def test_the_table_is_markdown_with_every_row_of_every_kind(tmp_path):
    two = ALL | {"high-only": run(patch("high", 1.0), cells=(Overlap(90, 90, 100), Overlap(70, 80, 70)))}
    slides = (facts(kind="real"), ALL), (facts("b|c.tif", kind="montage"), two)
    lines = evaluation_table(figures(tmp_path, *slides))
    heads = [line for line in lines if line.startswith("### ")]
    assert heads == ["### real: 1 slide", "### montage: 1 slide", "### Each slide"]
    tables = [line for line in lines if line.startswith("|")]
    assert len(tables) == 2 * (2 + 3) + 2 + 2
    for head, count in ((tables[0], 15), (tables[10], 6)):
        assert head.count(" | ") == count - 1
    assert "| low-only | 0.800 | 0.889 |" in "\n".join(lines), "one low patch makes no interval"
    assert "| high-only | 0.889 (0.875 to 0.900) | 0.941 |" in "\n".join(lines)
    assert "gains 47% of that with 30% of high-only's clicks" in "\n".join(lines)
    assert "| b\\|c.tif | 25%, 2.00 mm² | 0.930 |" in "\n".join(lines)
    assert "bootstrap over low patches" in lines[-1]


def test_the_table_says_what_it_leaves_out_and_what_cannot_be_judged(tmp_path):
    text = "\n".join(evaluation_table(figures(tmp_path, (facts(), {"low-only": LOW}))))
    assert "needs the rows low-only, high-only and zoomiseg" in text
    text = "\n".join(evaluation_table(figures(tmp_path, (facts(), ALL | {"high-only": LOW}))))
    assert "0.000 above low-only, less than 0.02" in text
    slides = (facts(), ALL), (facts("b.tif"), {"low-only": LOW})
    assert "1 more of the slides are left out" in "\n".join(evaluation_table(figures(tmp_path, *slides)))

from __future__ import annotations

import pytest

from zoomiseg.bench import markdown, write_page
from zoomiseg.errors import OutputError

FIGURES = {
    "machine": {
        "cores": 2,
        "engine": "openvino",
        "openvino": "2026.4.1-22982-releases",
        "torch": "2.13.0+cpu",
        "load_average": 0.5,
    },
    "ceilings": {"fp32_gflops": 150.4, "int8_gops": 500.6, "copy_gb_s": 12.34},
    "stages": [
        {
            "name": "network low warm",
            "median_ms": 80.04,
            "p95_ms": 90.0,
            "flops": 34_000_000_000,
            "bytes": 900_000_000,
            "share_of_ceiling": 0.504,
        }
    ],
    "ratios": {"paper_low_over_click": 51.26, "sam_first_click": None},
    "ratios_end_to_end": {"paper_low_over_click": 40.0, "sam_first_click": None},
}


def test_the_tables_hold_the_figures():
    text = markdown(FIGURES)
    assert "2 cores, openvino, OpenVINO 2026.4.1, PyTorch 2.13.0; load average 0.5" in text
    assert "150 GFLOP/s in float32, 501 Gop/s in int8, 12.3 GB/s" in text
    assert "| network low warm | 80.0 | 90.0 | 34.0 | 900.0 | 50% |" in text.splitlines()
    assert "| paper_low_over_click | 51.26 | 40.00 |" in text.splitlines()
    assert "| sam_first_click |  |  |" in text.splitlines()


def test_first_clicks_have_a_table_where_they_were_timed():
    assert "program just started" not in markdown(FIGURES)
    first = {"full_start_ms": 2900.0, "full_first_ms": 310.4, "full_later_ms": 300.0}
    text = markdown({**FIGURES, "first_click": first})
    assert text.splitlines()[-1] == "| full | 2900 | 310 | 300 |"


def test_a_page_keeps_all_but_the_old_tables(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("Before.\n<!-- bench -->\nold\n<!-- /bench -->\nAfter.\n", "utf-8")
    write_page(page, FIGURES)
    text = page.read_text("utf-8")
    assert text == f"Before.\n<!-- bench -->\n{markdown(FIGURES)}\n<!-- /bench -->\nAfter.\n"
    write_page(page, FIGURES)
    assert page.read_text("utf-8") == text


def test_a_page_without_a_place_for_the_tables_is_left_alone(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("Words.\n", "utf-8")
    with pytest.raises(OutputError, match="no place for the tables"):
        write_page(page, FIGURES)
    assert page.read_text("utf-8") == "Words.\n"
    with pytest.raises(OutputError, match="cannot be read: No such file"):
        write_page(tmp_path / "none.md", FIGURES)

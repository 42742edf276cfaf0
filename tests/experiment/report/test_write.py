"""A report of slides on disk that stub networks clicked: its figures and pictures, and what is left out."""

from __future__ import annotations

import json
import re
from functools import partial
from html import unescape
from xml.etree import ElementTree

import pytest

from zoomiseg.experiment.evaluation import (
    EvaluationFile,
    evaluate_slides,
    evaluation_figures,
    names_of,
    opened,
    rows_named,
)
from zoomiseg.experiment.report import KeptMasks, write_report
from zoomiseg.experiment.report._case import read_cases

from ..evaluation.runs import facts, file_of, patch, run
from ..evaluation.test_run import SETTING, predictors, write_slides

NAMES = ("low-only", "high-only", "zoomiseg", "without-click-loss")


class Made:
    """An evaluation with its masks, and the slides to open."""

    def __init__(self, folder):
        pairs = write_slides(folder)
        rows = rows_named(NAMES, load=predictors, load_without_click_loss=predictors)
        self.file = EvaluationFile.resume(folder / "evaluation.json", SETTING, rows)
        for _ in evaluate_slides(pairs, rows, self.file, folder=folder, keep=KeptMasks(folder).keep):
            pass
        self.slides = dict(zip(names_of(pairs, folder), pairs, strict=True))
        self.figures = evaluation_figures(self.file)

    def report(self, folder, **more):
        open_world = partial(_open, self.slides)
        return write_report(self.file, self.figures, folder, open_world=open_world, **more)


def _open(slides, name):
    return opened(slides[name], name, mpp=None)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    found = Made(tmp_path_factory.mktemp("evaluation"))
    found.report(found.file.path.parent)
    return found


def folder_of(made):
    return made.file.path.parent


def texts(page):
    """What stands on a page, without tags, pictures and drawings."""
    page = re.sub(r"<(style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "\n", page))


def bytes_in(folder):
    files = [folder / "report.html", folder / "report.md", *sorted((folder / "report").iterdir())]
    return {path.name: path.read_bytes() for path in files}


def test_the_numbers_are_those_of_the_record(made):
    page, text = (folder_of(made) / f"report.{each}" for each in ("html", "md"))
    shown = texts(page.read_text("utf-8"))
    for row in made.figures["rows"]:
        line = next(
            each for each in text.read_text("utf-8").splitlines() if each.startswith(f"| {row['name']} | 0.")
        )
        cells = [each.strip() for each in line.split("|")]
        assert (cells[2], cells[4]) == (f"{row['miou']:.3f}", str(row["tnoc"]))
        for value in (f"{row['miou']:.3f}", str(row["tnoc"]), f"{row['dice']:.3f}"):
            assert f"\n{value}\n" in shown
    for slide in made.figures["slides"]:
        for row in slide["rows"].values():
            assert f"{row['iou']:.3f}, {row['clicks']}" in shown


def test_the_papers_figures_stand_beside_and_are_called_the_papers(made):
    page = (folder_of(made) / "report.html").read_text("utf-8")
    assert page.count('<td class="foreign">0.913</td>') == 1
    assert "another data set" in texts(page)
    assert '<th class="foreign">the paper: mIoU</th>' in page


def test_what_is_missing_is_said(made):
    shown = texts((folder_of(made) / "report.html").read_text("utf-8"))
    assert re.search(r"Rows that were not run: without-l2h,.*grabcut", shown)
    assert "\nwithout-l2h\n\nnot run\n" in shown
    assert "FocalClick, SimpleClick and FocusCut. Their weights cannot be had here" in shown


def test_the_page_needs_nothing_else(made):
    page = (folder_of(made) / "report.html").read_text("utf-8")
    assert all(source.startswith("data:image/") for source in re.findall(r'src="([^"]*)', page))
    assert not re.search(r"<script|<link|url\(|@import|href=", page)
    assert set(re.findall(r'https?://[^"\s]+', page)) <= {"http://www.w3.org/2000/svg"}
    assert len(page) < 3_000_000


def test_the_page_is_well_formed(made):
    page = (folder_of(made) / "report.html").read_text("utf-8")
    body = page[page.index("<body>") : page.index("</html>")]
    ElementTree.fromstring(re.sub(r"(<img [^>]*)>", r"\1/>", body))


def test_the_markdown_names_files_that_are_there_and_shows_the_same_pictures(made):
    folder = folder_of(made)
    named = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", (folder / "report.md").read_text("utf-8"))
    assert named
    assert all((folder / name).is_file() for name in named)
    pictures = [name for name in named if not name.endswith(".svg")]
    assert len(pictures) == (folder / "report.html").read_text("utf-8").count("<img ")


def test_pictures_are_of_the_median_and_the_worst_patch_with_their_own_figures(made):
    cases = read_cases(folder_of(made) / "report")
    assert [case.chosen.role for case in cases] == ["median", "worst"]
    for case in cases:
        assert list(case.rows) == list(NAMES)
        for name, row in case.rows.items():
            record = made.file.slides[case.chosen.slide].runs[name]
            assert row.iou == record.measure.cells[case.chosen.cell].iou
            assert row.clicks_low + row.clicks_high == sum(len(each.actions) for each in record.patches)
            assert (row.probability is None) == (name not in ("zoomiseg", "without-click-loss"))
        assert case.detail_um == 512 * 0.5


def test_a_report_made_again_is_equal_to_the_byte(made, tmp_path):
    made.report(tmp_path)
    assert bytes_in(tmp_path) == bytes_in(folder_of(made))


def test_without_slides_the_pictures_made_before_are_taken(made, tmp_path):
    write_report(made.file, made.figures, tmp_path)
    assert bytes_in(tmp_path) == bytes_in(folder_of(made))


def test_pictures_of_patches_that_would_not_be_chosen_now_are_left_out(made, tmp_path):
    few = evaluation_figures(made.file, slides=["0.png"])
    write_report(made.file, few, tmp_path)
    assert "Of 1 chosen patches 1 are not shown" in (tmp_path / "report.md").read_text("utf-8")
    assert read_cases(tmp_path / "report") == []


def test_a_row_whose_mask_is_not_the_measured_one_is_not_shown(tmp_path):
    made = Made(tmp_path)
    run = made.file.slides["0.png"].runs
    run["low-only"], run["high-only"] = run["high-only"], run["low-only"]
    made.report(tmp_path)
    case = next(each for each in read_cases(tmp_path / "report") if each.chosen.slide == "0.png")
    assert list(case.rows) == ["zoomiseg", "without-click-loss"]
    text = (tmp_path / "report.md").read_text("utf-8")
    assert "No fitting mask was kept of: low-only, high-only." in text
    assert "Seams: high-only has no kept mask here." in text


def test_names_that_look_like_html_are_text(tmp_path):
    name = '<script>alert("x")</script>|*.tif'
    file = file_of(tmp_path / "e.json", (facts(name, kind="<b>"), {"zoomiseg": run(patch("low", 0.9))}))
    write_report(file, evaluation_figures(file), tmp_path)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "<script" not in page
    assert "<b>" not in page.replace("<b></b>", "")
    assert name in texts(page)
    assert r"\<script\>" in (tmp_path / "report.md").read_text("utf-8")


def test_a_description_of_pictures_that_leads_elsewhere_is_not_followed(made, tmp_path):
    for path in (folder_of(made) / "report").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "pictures.json"
    values = json.loads(path.read_text())
    (tmp_path.parent / "secret.jpg").write_bytes(b"secret")
    values["cases"][0]["image"] = "../secret.jpg"
    path.write_text(json.dumps(values))
    assert read_cases(tmp_path) == []
    assert len(read_cases(folder_of(made) / "report")) == 2

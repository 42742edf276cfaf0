from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .program import tissue

KEYS = {"rows", "slides", "kinds", "claim", "sweep", "file", "table", "report"}
ROW_KEYS = "name miou miou_ci tnoc clicks_low clicks_high noc85 noc90 noc95 failures seconds"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    """Two slides of 600 x 260 pixels at 0.5 µm, one of them for training."""
    folder = tmp_path_factory.mktemp("slides")
    lines = ["slide,mask,split,mpp,kind"]
    for number, split in enumerate(("test", "train")):
        mask = np.zeros((260, 600), np.uint8)
        mask[40:200, 100 + 90 * number : 400] = 255
        Image.fromarray(tissue(700, 400)[70 * number :, 50 * number :][:260, :600]).save(
            folder / f"{number}.png"
        )
        Image.fromarray(mask).save(folder / f"{number}-mask.png")
        lines.append(f"{number}.png,{number}-mask.png,{split},0.5,{'real' if number else 'made'}")
    path = folder / "slides.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def evaluate(run, manifest, output, *more):
    return run("evaluate", manifest, "-o", output, "--weights", "tiny", "--noc-max", "2", *more)


@pytest.fixture(scope="module")
def done(manifest, tmp_path_factory):
    """A folder with all network rows of both slides, and what was printed as JSON."""
    from zoomiseg.cli import app

    output = tmp_path_factory.mktemp("done")
    command = ["evaluate", str(manifest), "-o", str(output), "--weights", "tiny", "--noc-max", "2"]
    assert app(command, prog_name="zoomiseg", standalone_mode=False) in (None, 0)
    return output


def replayed(run, folder, *more):
    return run("evaluate", "--replay", folder / "evaluation.json", *more)


def test_json_has_the_keys_of_the_contract(run, done, manifest):
    answer = evaluate(run, manifest, done, "--json")
    assert answer.code == 0
    values = answer.json
    assert values.keys() >= KEYS
    assert [row["name"] for row in values["rows"]] == ["low-only", "high-only", "zoomiseg", "without-l2h"]
    for row in values["rows"]:
        assert row.keys() >= set(ROW_KEYS.split())
        assert row["tnoc"] == row["clicks_low"] + row["clicks_high"] > 0
    assert [slide["name"] for slide in values["slides"]] == ["0.png", "1.png"]
    assert all(0.9 < slide["low_scale_ceiling"] <= 1 for slide in values["slides"])
    assert [each["kind"] for each in values["kinds"]] == ["made", "real"]
    assert (values["file"], values["table"]) == (str(done / "evaluation.json"), str(done / "table.md"))
    assert values["report"] == str(done / "report.html")
    assert values["sweep"] == []


def test_people_read_markdown_which_is_also_kept(run, done):
    out = replayed(run, done).out
    for words in ("### made: 1 slide", "| zoomiseg |", "mIoU (95% interval)", "bootstrap over low patches"):
        assert words in out
    assert (done / "table.md").read_text("utf-8") == out


def test_a_replay_makes_every_figure_again_without_networks_or_slides(run, done, manifest, monkeypatch):
    def gone(*_, **__):
        raise AssertionError("a replay opens nothing")

    direct = evaluate(run, manifest, done, "--json").json
    monkeypatch.setattr("zoomiseg.slide.open_slide", gone)
    monkeypatch.setattr("zoomiseg.predict.load_predictors", gone)
    again = replayed(run, done, "--json").json
    assert again == {key: value for key, value in direct.items() if key not in ("table", "report")}
    kept = json.loads((done / "evaluation.json").read_text())
    assert kept["figures"] == {key: again[key] for key in kept["figures"]}


def test_a_replay_can_be_of_some_rows_and_refuses_those_that_the_file_does_not_hold(run, done):
    [row] = replayed(run, done, "--json", "--rows", "high-only").json["rows"]
    assert row["name"] == "high-only"
    refused = run("evaluate", "--replay", done / "evaluation.json", "--rows", "low-only,nonsense")
    assert refused.code == 2
    assert "No row 'nonsense' is in" in refused.err


def test_a_replay_can_write_its_table_elsewhere(run, done, tmp_path):
    before = (done / "evaluation.json").read_bytes()
    values = replayed(run, done, "--json", "-o", tmp_path / "new").json
    assert values["table"] == str(tmp_path / "new" / "table.md")
    assert (tmp_path / "new" / "table.md").exists()
    assert (tmp_path / "new" / "report.html").read_bytes() == (done / "report.html").read_bytes()
    assert (done / "evaluation.json").read_bytes() == before


def test_the_reports_numbers_are_those_of_the_file(run, done):
    figures = json.loads((done / "evaluation.json").read_text())["figures"]
    lines = (done / "report.md").read_text("utf-8").splitlines()
    rows = [row for kind in figures["kinds"] for row in kind["rows"]]
    shown = [line.split(" | ") for line in lines if re.match(r"\| [a-z0-9-]+ \| [01]\.\d{3} \|", line)]
    assert [(cells[0][2:], cells[1], cells[3]) for cells in shown] == [
        (row["name"], f"{row['miou']:.3f}", str(row["tnoc"])) for row in rows
    ]


def test_a_sweep_varies_the_thresholds_on_a_slide_and_is_resumed(run, manifest, tmp_path):
    options = ("--rows", "low-only,zoomiseg", "--sweep", "--sweep-slides", "1.png", "--json")
    answer = evaluate(run, manifest, tmp_path, *options)
    (group,) = answer.json["sweep"]
    assert (group["kind"], group["slides"]) == ("real", ["1.png"])
    names = [each.name for each in sorted((tmp_path / "sweep").iterdir())]
    assert {each["name"] for each in group["points"]} == {"low-only", "zoomiseg", *names}
    assert len(names) == 6
    for point in group["points"]:
        file = tmp_path / "sweep" / point["name"] / "evaluation.json" if point["changed"] else None
        settings = json.loads((file or tmp_path / "evaluation.json").read_text())["settings"]
        assert settings.items() >= point["changed"].items()
    assert "Clicks against accuracy" in (tmp_path / "report.md").read_text("utf-8")
    assert answer.said.count("1.png: zoomiseg: IoU") == 7
    again = evaluate(run, manifest, tmp_path, *options)
    assert again.json["sweep"] == [group]
    assert ": IoU" not in again.said
    assert replayed(run, tmp_path, "--json").json["sweep"] == [group]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rows", "low-only", "--sweep"), "--sweep varies the row zoomiseg: add it to --rows"),
        (("--sweep-slides", "0.png"), "--sweep-slides says which slides --sweep takes; give both"),
        (("--sweep", "--sweep-slides", "9.png"), "takes one or 2 names of 0.png, 1.png; got '9.png'"),
        (("--sweep", "--sweep-slides", ","), "takes one or 2 names"),
    ],
)
def test_a_sweep_that_cannot_be_meant_is_wrong_usage(run, manifest, tmp_path, arguments, said):
    answer = evaluate(run, manifest, tmp_path, *arguments)
    assert answer.code == 2
    assert said in " ".join(re.sub(r"[│╭╮╰╯─]", " ", answer.said).split())


def test_after_ctrl_c_the_same_command_goes_on_and_ends_as_if_it_had_not_been(
    run, done, manifest, tmp_path, monkeypatch
):
    from zoomiseg.cli import _evaluate

    with monkeypatch.context() as patch:
        patch.setattr(_evaluate, "progress", InterruptedBar)
        answer = evaluate(run, manifest, tmp_path, "--json")
    assert answer.code == 130
    path = tmp_path / "evaluation.json"
    kept = sum(len(slide["runs"]) for slide in json.loads(path.read_text())["slides"])
    assert 1 <= kept < 8
    assert f"{kept} finished row" in answer.said
    assert f"kept in {path}; the same command goes on from there." in answer.said
    again = evaluate(run, manifest, tmp_path, "--json")
    assert again.said.count(": IoU ") == 8 - kept
    assert timeless(again.json["rows"]) == timeless(replayed(run, done, "--json").json["rows"])


def timeless(rows):
    return [{key: value for key, value in row.items() if not key.startswith("seconds")} for row in rows]


class InterruptedBar:
    """Presses Ctrl-C when a third of the work is done."""

    def __init__(self, what):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def __call__(self, share):
        if share >= 0.33:
            signal.raise_signal(signal.SIGINT)


def test_each_row_is_told_when_it_is_done_with_the_time_left(run, manifest, tmp_path):
    said = evaluate(run, manifest, tmp_path, "--rows", "low-only", "--json").said.splitlines()
    assert re.fullmatch(
        r"0\.png: low-only: IoU 0\.\d{3}, \d clicks?; 1 row to go, about \d+ (s|min)", said[0]
    )
    assert re.fullmatch(r"1\.png: low-only: IoU 0\.\d{3}, \d clicks?", said[1])


def test_rows_and_slides_are_chosen(run, manifest, tmp_path):
    options = ("--rows", "without-l2h", "--split", "test", "--clicker", "human", "--seed", "3", "--json")
    values = evaluate(run, manifest, tmp_path, *options).json
    assert [row["name"] for row in values["rows"]] == ["zoomiseg", "without-l2h"]
    assert [slide["name"] for slide in values["slides"]] == ["0.png"]
    assert (values["settings"]["clicker"], values["settings"]["seed"]) == ("human", 3)


def test_baselines_and_networks_without_click_loss_are_rows_too(run, manifest, tmp_path):
    options = ("--rows", "grabcut,without-click-loss", "--without-click-loss", "tiny", "--split", "test")
    values = evaluate(run, manifest, tmp_path, *options, "--json").json
    assert [row["name"] for row in values["rows"]] == ["without-click-loss", "grabcut"]
    answer = evaluate(run, manifest, tmp_path / "other", "--rows", "without-click-loss")
    assert answer.code == 1
    assert "needs networks that were trained without it" in answer.said


def test_thresholds_and_the_reading_of_the_algorithm_are_options(run, manifest, tmp_path):
    options = ("--rows", "low-only", "--split", "test", "--json", "--q-thr", "0.8", "--q-max", "0.9")
    more = ("--d-min", "20", "--d-thr", "300", "--literal")
    settings = evaluate(run, manifest, tmp_path, *options, *more).json["settings"]
    assert settings == {
        "d_min_px": 20,
        "d_thr_px": 300,
        "q_thr": 0.8,
        "q_max": 0.9,
        "noc_max": 2,
        "literal": True,
        "first_look": "given",
        "clicker": "exact",
        "seed": 0,
    }


def test_results_of_other_thresholds_are_not_mixed(run, done, manifest):
    answer = evaluate(run, manifest, done, "--q-thr", "0.7")
    assert answer.code == 1
    assert "holds another evaluation, with q_thr 0.85 instead of 0.7" in answer.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rows", "low"), "No row is called 'low'; there is low-only, high-only"),
        (("--rows", ","), "No row is called ''"),
        (("--d-min", "400"), "d_min must lie between 0 and d_thr, got 400 and 250"),
        (("--q-max", "2"), "IoUs lie between 0 and 1"),
        (("--clicker", "drunk"), "'drunk' is not one of 'exact', 'jittered', 'human'"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(run, manifest, tmp_path, arguments, said):
    answer = evaluate(run, manifest, tmp_path, *arguments)
    assert answer.code == 2
    assert said in answer.said


def test_it_needs_a_manifest_and_a_folder_or_a_file(run, manifest):
    for arguments in ((), (manifest,)):
        answer = run("evaluate", *arguments)
        assert answer.code == 2
        assert "Give a MANIFEST and a folder with -o, or a file with --replay." in answer.said


def test_what_is_not_there_is_told(run, manifest, tmp_path):
    assert "No row of" in evaluate(run, manifest, tmp_path, "--split", "none").said
    answer = run("evaluate", "--replay", tmp_path / "none.json")
    assert (answer.code, "cannot be read" in answer.said) == (1, True)


def test_the_page_explains_every_option_and_figure(run, done):
    from typer.main import get_command

    from zoomiseg.cli import app

    page = (Path(__file__).parents[2] / "docs" / "evaluate-slides.md").read_text("utf-8")
    options = [
        name
        for parameter in get_command(app).commands["evaluate"].params
        for name in parameter.opts
        if name.startswith("-")
    ]
    values = replayed(run, done, "--json").json
    kept = json.loads((done / "evaluation.json").read_text())
    slide = kept["slides"][0]
    record = slide["runs"]["zoomiseg"]
    names = {*options, *values, *values["rows"][0], *values["slides"][0], *kept, *slide, *record}
    names |= {*record["patches"][0], *kept["action"], *kept["settings"], *values["claim"]}
    for name in sorted(names):
        assert re.search(rf"`{name}\b|\b{name}`", page), name

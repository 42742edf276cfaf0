from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
import typer

import zoomiseg
from zoomiseg.cli import app
from zoomiseg.cli._main import _run

VERBS = (
    ("demo",),
    ("info",),
    ("sample",),
    ("segment",),
    ("export",),
    ("weights",),
    ("weights", "list"),
    ("weights", "show"),
    ("weights", "verify"),
    ("evaluate",),
    ("evaluate-patches",),
    ("import",),
    ("prepare",),
    ("train",),
)
HEAVY = ("torch", "openvino", "zarr", "numpy", "cv2", "shapely", "openslide", "tifffile", "rich")


def parameters(verb):
    command = typer.main.get_command(app)
    for name in verb:
        command = command.commands[name]
    return command.params


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_explains_every_option_and_argument_of_a_verb(verb, run):
    answer = run(*verb, "--help")
    assert answer.code == 0
    assert answer.err == ""
    text = without_breaks(answer.out)
    for parameter in parameters(verb):
        names = parameter.opts if parameter.param_type_name == "option" else [parameter.metavar]
        assert all(name in text for name in names)
        assert parameter.help, f"{parameter.name} has no help"
        assert without_breaks(parameter.help) in text


def without_breaks(text):
    """Help is wrapped, also at hyphens."""
    return "".join(text.split())


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_that_does_something_takes_json(verb):
    if verb != ("weights",):
        assert "--json" in [name for parameter in parameters(verb) for name in parameter.opts]


@pytest.mark.parametrize("verb", ["info", "segment", "export", "import", "prepare", "evaluate"])
def test_verbs_that_open_a_slide_take_mpp(verb):
    assert "--mpp" in [name for parameter in parameters((verb,)) for name in parameter.opts]


def test_the_programs_own_help_lists_each_verb_with_a_whole_sentence(run):
    out = run("--help").out.partition("Commands:")[2]
    assert "..." not in out
    for verb in VERBS:
        assert f"  {verb[0]} " in out


def test_help_and_version_come_without_any_heavy_import():
    code = (
        "import sys\n"
        "from zoomiseg.cli import main\n"
        "try:\n    main(['segment', '--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_version_is_the_packages(run):
    assert run("--version").out == f"zoomiseg {zoomiseg.__version__}\n"


def test_without_a_verb_it_prints_the_help_and_calls_that_wrong_usage(run):
    answer = run()
    assert answer.code == 2
    assert answer.said.startswith("Usage: zoomiseg")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "No such command 'nonsense'. See: zoomiseg --help"),
        (("segment", "a.svs", "--clicks", "c", "-o", "d", "--engine", "abacus"), "'--engine'"),
        (("segment", "a.svs"), "See: zoomiseg segment --help"),
        (("info", "a.svs", "--mpp", "wide"), "'--mpp'"),
        (("info", "a.svs", "--mpp", "nan"), "nan is no number of microns per pixel"),
        (("info", "a.svs", "--mpp", "-1"), "-1 is no number of microns per pixel"),
        (("export", "a", "--to", "stone", "-o", "b"), "'stone' is not one of 'geojson', 'tiff'"),
        (("weights", "show"), "See: zoomiseg weights show --help"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_where_help_is(run, arguments, said):
    answer = run(*arguments)
    assert answer.code == 2
    assert said in answer.said
    assert answer.out == ""


def test_wrong_usage_with_json_still_gives_one_object(run):
    answer = run("info", "--json")
    assert answer.code == 2
    assert answer.json["error"]["code"] == "usage"
    assert answer.json["error"]["hint"] == "See: zoomiseg info --help"


def test_bad_input_with_json_gives_code_message_and_hint(run, tmp_path):
    answer = run("info", tmp_path / "no.svs", "--json")
    assert answer.code == 1
    message = f"There is no file {tmp_path / 'no.svs'}."
    assert answer.json == {"error": {"code": "slide", "message": message, "hint": None}}
    assert answer.said == message


@pytest.fixture
def broken(monkeypatch):
    def fail(path, mpp=None):
        raise failure

    failure: BaseException = RuntimeError("wheel came off")

    def use(error):
        nonlocal failure
        failure = error

    monkeypatch.setattr("zoomiseg.slide.open_slide", fail)
    return use


def test_a_mistake_of_ours_is_told_without_a_traceback(run, broken):
    broken(RuntimeError("wheel came off"))
    answer = run("info", "a.svs", "--json")
    assert answer.code == 1
    assert answer.json["error"]["code"] == "unexpected"
    assert "RuntimeError: wheel came off" in answer.err
    assert "ZOOMISEG_TRACEBACK=1" in answer.err
    assert "Traceback" not in answer.err


def test_a_traceback_comes_for_the_asking(run, broken, monkeypatch):
    broken(RuntimeError("wheel came off"))
    monkeypatch.setenv("ZOOMISEG_TRACEBACK", "1")
    assert "Traceback" in run("info", "a.svs").err


def test_what_the_system_refuses_is_told_in_its_words(run, broken):
    broken(OSError(5, "Input/output error", "/mnt/a.svs"))
    answer = run("info", "a.svs", "--json")
    assert answer.code == 1
    assert answer.said == "/mnt/a.svs: Input/output error."
    assert answer.json["error"]["code"] == "system"


def test_an_interrupt_anywhere_exits_with_130(run, broken):
    broken(KeyboardInterrupt())
    answer = run("info", "a.svs", "--json")
    assert answer.code == 130
    assert answer.said == "Interrupted; nothing is left half-written."
    assert answer.json["error"]["code"] == "interrupted"


def test_an_answer_that_cannot_be_printed_is_an_error(slide, run_process):
    with open("/dev/full", "w") as full:
        answer = run_process("info", slide, "--json", stdout=full)
    assert answer.code == 1
    assert answer.said == "The answer cannot be printed: No space left on device."


def test_a_log_that_cannot_be_written_stops_nothing(finished, run_process):
    with open("/dev/full", "w") as full:
        answer = run_process(
            "export", finished / "result" / "case-mask.ome.tif", "-o", finished / "quiet.geojson", stderr=full
        )
    assert answer.code == 0
    assert "region" in answer.out


def test_a_reader_that_goes_away_ends_the_program_quietly(slide, start):
    process = start("info", slide)
    process.stdout.close()
    assert process.wait(timeout=120) == 1
    assert process.stderr.read() == ""


def test_an_ending_by_the_batch_system_is_as_tidy_as_ctrl_c(capfd, monkeypatch):
    monkeypatch.setattr(
        "zoomiseg.slide.open_slide", lambda path, mpp=None: signal.raise_signal(signal.SIGTERM)
    )
    earlier = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as ended:
            zoomiseg.cli.main(["info", "a.svs", "--json"])
    finally:
        signal.signal(signal.SIGTERM, earlier)
    assert ended.value.code == 130
    assert json.loads(capfd.readouterr().out)["error"]["code"] == "interrupted"


def test_json_is_plain_ascii_whatever_a_file_is_called(capfd, tmp_path):
    assert _run(["info", str(tmp_path / "Gewebe µ\udcff.svs"), "--json"]) == 1
    out = capfd.readouterr().out
    assert out.isascii()
    assert json.loads(out)["error"]["message"].endswith("Gewebe µ\udcff.svs.")

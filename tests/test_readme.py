"""What the README shows runs."""

from __future__ import annotations

import re
import shlex
from contextlib import nullcontext
from pathlib import Path

import pytest

import zoomiseg
from session.stubs import StubSlide
from zoomiseg.cli import app
from zoomiseg.geometry import Box
from zoomiseg.session import Session

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_python_example_segments_and_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slide = StubSlide(100_000, 80_000, mpp=0.25)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(zoomiseg, "open_slide", lambda path: nullcontext(slide), raising=False)
    (example,) = blocks("python")
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    assert getattr(names["probability"], "shape", None) == (1024, 1024)
    assert (tmp_path / "tumour.geojson").stat().st_size > 0
    session = names["session"]
    assert isinstance(session, Session)
    assert session.slide.grids.slide.box == Box(0, 0, 100_000, 80_000)


def test_every_command_line_names_a_verb_and_options_that_exist() -> None:
    from typer.main import get_command

    lines = [line.split("#")[0].strip() for block in blocks("console") for line in block.splitlines()]
    commands = [shlex.split(line) for line in lines if line.startswith("zoomiseg ")]
    assert len(commands) >= 5
    group = get_command(app)
    for words in commands:
        verb = group.commands[words[1]]  # type: ignore[attr-defined]
        known = {option for parameter in verb.params for option in parameter.opts}
        assert {word for word in words[2:] if word.startswith("-")} <= known, words


@pytest.mark.parametrize("target", re.findall(r"\]\(((?:docs/|CHANGELOG|LICENSE|NOTICE)[^)]*)\)", README))
def test_every_link_leads_somewhere(target: str) -> None:
    assert (Path(__file__).parent.parent / target).exists()

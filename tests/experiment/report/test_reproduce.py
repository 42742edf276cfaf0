"""The page on the paper's protocol: what it tells to do can be done."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import tifffile
import typer.main

from annotated import write_slide
from zoomiseg.datasets import read_manifest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "reproduce.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, flags=re.DOTALL)
COMMANDS = [
    shlex.split(line)
    for kind, text in BLOCKS
    if kind == "console"
    for line in text.replace("\\\n", " ").splitlines()
    if line.startswith("zoomiseg ")
]


def test_the_manifest_holds_every_case_with_a_mask_and_keeps_five_apart(tmp_path, monkeypatch):
    for number in range(12):
        folder = tmp_path / "PAIP2019" / f"phase{number % 2}"
        name = f"01_01_{number:04d}"
        write_slide(folder / f"{name}.svs")
        if number != 0:
            tifffile.imwrite(folder / f"{name}_viable.tif", np.eye(302, 403, dtype=np.uint8))
    monkeypatch.chdir(tmp_path)
    assert runs(COMMANDS[0]) == 0
    (code,) = (text for kind, text in BLOCKS if kind == "python")
    exec(compile(code, "reproduce.md", "exec"), {})
    pairs = read_manifest(Path("imported/paip.csv"))
    assert len(pairs) == 11
    assert sum(pair.split == "test" for pair in pairs) == 5
    assert all(pair.mask and pair.mask.name == f"{pair.slide.stem}_viable.tif" for pair in pairs)


def runs(command):
    """Run a command of the page in this process and return its exit code."""
    from zoomiseg.cli import app

    with pytest.raises(SystemExit) as end:
        app(command[1:])
    return end.value.code


def test_there_are_commands_of_every_step():
    assert [command[1] for command in COMMANDS] == ["import", "prepare", *["train"] * 4, *["evaluate"] * 2]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[1:3]))
def test_every_command_is_one_that_the_program_understands(command):
    from zoomiseg.cli import app

    verb = typer.main.get_command(app).commands[command[1]]
    found = verb.make_context(command[1], command[2:])
    assert found.args == []


@pytest.mark.parametrize("scale", ["low", "high"])
def test_the_recipes_without_click_loss_differ_in_one_line(scale, tmp_path):
    from zoomiseg.training import load_recipe

    text = (ROOT / f"src/zoomiseg/training/recipes/paper-{scale}.toml").read_text("utf-8")
    changed = re.sub(r"(?m)^click_weight = .*", "click_weight = 0.0", text)
    assert sum(one != other for one, other in zip(text.splitlines(), changed.splitlines(), strict=True)) == 1
    path = tmp_path / f"{scale}-without.toml"
    path.write_text(changed)
    assert load_recipe(str(path)).click_weight == 0

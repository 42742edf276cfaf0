"""Untrained networks as installed weights, small slides, and two ways to run the program."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from zoomiseg.cli._main import _run
from zoomiseg.geometry import Box
from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD, Card, SkipOptions, build_network, save_network
from zoomiseg.predict import load_predictors
from zoomiseg.slide import write_pyramid

from .program import Answer, clicks_file, tissue

CARD = Card(
    name="tiny",
    network="compact-unet16",
    options=SkipOptions(),
    scale="low",
    mpp=2.0,
    click_radius_px=5,
    mean=IMAGENET_MEAN,
    std=IMAGENET_STD,
    pad_to_patch=False,
    data="Random numbers.",
    licence="CC0-1.0",
    recipe="none",
    seeds=(),
    figures={"glas": {"noc85": 2.5, "failures": {"80": 1, "85": 3}}},
    sha256="0" * 64,
)


@pytest.fixture(scope="session", autouse=True)
def weights_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of weights called `tiny`, installed by the environment, and a cache that nobody else uses."""
    home = tmp_path_factory.mktemp("home")
    for seed, scale, mpp in ((2, "low", 2.0), (5, "high", 0.5)):
        card = replace(CARD, scale=scale, mpp=mpp)
        save_network(home / "weights" / "tiny", scale, _untrained(seed), card)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZOOMISEG_WEIGHTS", str(home / "weights"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.delenv("ZOOMISEG_TRACEBACK", raising=False)
        # In this process networks are compiled once; a process of its own compiles its own.
        patch.setattr("zoomiseg.predict.load_predictors", cache(load_predictors))
        yield home


def _untrained(seed: int) -> nn.Module:
    """A network that blurs at random, with norms that fit the slide: its masks have regions and holes."""
    torch.manual_seed(seed)
    network = build_network("compact-unet16")
    for part in network.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = None
        if isinstance(part, nn.Conv2d):
            part.weight.data = part.weight.data.mean((2, 3), keepdim=True).expand_as(part.weight).clone()
    rgb = tissue(288, 224) / 255
    image = torch.tensor((rgb - IMAGENET_MEAN) / IMAGENET_STD, dtype=torch.float32).permute(2, 0, 1)[None]
    guidance = (torch.rand_like(image) > 0.999).float()
    guidance[:, 2] = (image[:, 0] > image[:, 0].median()).float()
    with torch.no_grad():
        network(image + 0.05 * torch.randn_like(image), guidance)
        network.eval()
        (head,) = (part for part in network.modules() if getattr(part, "out_channels", 0) == 1)
        head.bias -= network(image, guidance).median()
    return network


@pytest.fixture(scope="session")
def slide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A slide of 601 x 481 pixels at 0.25 µm, so that the high scale has half as many, rounded up."""
    path = tmp_path_factory.mktemp("slides") / "case.tif"
    pixels = tissue(601, 481)

    def read(box: Box) -> np.ndarray:
        return pixels[box.y : box.bottom, box.x : box.right]

    write_pyramid(path, read, width=601, height=481, mpp=(0.25, 0.25), kind="slide")
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, slide: Path, weights_home: Path) -> Path:
    """A folder with `clicks.geojson` and, in `result`, what four clicks gave. Copy it to change it."""
    folder = tmp_path_factory.mktemp("finished")
    clicks = clicks_file(folder / "clicks.geojson")
    command = ["segment", str(slide), "--clicks", str(clicks), "-o", str(folder / "result")]
    assert _run([*command, "--weights", "tiny"]) == 0
    return folder


@pytest.fixture
def copy(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished result, to be changed."""
    return Path(shutil.copytree(finished / "result", tmp_path / "result"))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs the program in this process."""

    def run_it(*arguments: str | Path) -> Answer:
        capfd.readouterr()
        code = _run([str(each) for each in arguments])
        out, err = capfd.readouterr()
        return Answer(code, out, err)

    return run_it


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_is_heard() -> None:
    """A test run in the background of a shell has inherited that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the program as a process of its own, which is ended with the test at the latest."""
    started = []

    def start_it(*arguments: str | Path, **options) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from zoomiseg.cli import main; main()", *map(str, arguments)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        # A test run in the background of a shell would hand down that SIGINT is ignored.
        process = subprocess.Popen(command, text=True, preexec_fn=_hear_ctrl_c, **streams)  # noqa: PLW1509
        started.append(process)
        return process

    yield start_it
    for process in started:
        process.kill()
        process.communicate()


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def run_process(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., Answer]:
    """Runs the program as a process of its own."""

    def run_it(*arguments: str | Path, **options) -> Answer:
        process = start(*arguments, **options)
        out, err = process.communicate(timeout=300)
        return Answer(process.returncode, out or "", err or "")

    return run_it

"""An untrained network as installed weights, a folder of small slides, and a server that tests share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
import torch
from PIL import Image

from zoomiseg.geometry import Box
from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD, Card, SkipOptions, build_network, save_network
from zoomiseg.slide import write_pyramid

from .program import HEIGHT, WIDTH, Server, new_session, serving, tissue

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
    figures={},
    sha256="0" * 64,
)


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of weights called `tiny`, installed by the environment, and a cache that nobody else uses."""
    home = tmp_path_factory.mktemp("home")
    for seed, scale, mpp in ((2, "low", 2.0), (5, "high", 0.5)):
        save_network(home / "weights" / "tiny", scale, _untrained(seed), replace(CARD, scale=scale, mpp=mpp))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZOOMISEG_WEIGHTS", str(home / "weights"))
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        yield home


def _untrained(seed: int) -> torch.nn.Module:
    """A network of random numbers, about half of whose pixels are foreground."""
    torch.manual_seed(seed)
    network = build_network("compact-unet16").eval()
    rgb = torch.tensor((tissue(288, 224) / 255 - IMAGENET_MEAN) / IMAGENET_STD, dtype=torch.float32)
    image = rgb.permute(2, 0, 1)[None]
    with torch.no_grad():
        (head,) = (part for part in network.modules() if getattr(part, "out_channels", 0) == 1)
        logits = network(image, torch.zeros_like(image))
        head.weight *= 4 / (logits.std() + 1e-6)
        head.bias.zero_()
        head.bias -= network(image, torch.zeros_like(image)).median()
    return network


@pytest.fixture(scope="session")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a slide, another one further down, a picture of unknown scale, and what is no slide."""
    folder = tmp_path_factory.mktemp("slides")
    write_slide(folder / "case.tif")
    (folder / "inner").mkdir()
    write_slide(folder / "inner" / "other case.tif", mpp=0.3)
    Image.fromarray(tissue(300, 200)).save(folder / "photo.png")
    (folder / "broken.svs").write_bytes(b"no slide at all")
    (folder / "notes.txt").write_text("not listed", "utf-8")
    (folder.parent / "secret.png").write_bytes((folder / "photo.png").read_bytes())
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    return folder


def write_slide(path: Path, *, mpp: float = 0.25) -> None:
    pixels = tissue()

    def read(box: Box) -> np.ndarray:
        return pixels[box.y : box.bottom, box.x : box.right]

    write_pyramid(path, read, width=WIDTH, height=HEIGHT, mpp=(mpp, mpp), kind="slide")


@pytest.fixture(scope="session")
def server(slides: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not end it."""
    with serving(slides, "--sessions", tmp_path_factory.mktemp("sessions")) as server:
        yield server


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture
def session(client: httpx.Client) -> str:
    """A new session on the slide of 601 x 481 pixels at 0.25 µm."""
    return new_session(client)

from pathlib import Path

import pytest

from zoomiseg.networks import IMAGENET_MEAN, IMAGENET_STD, Card, SkipOptions


@pytest.fixture
def card() -> Card:
    return Card(
        name="tiny",
        network="compact-unet16",
        options=SkipOptions("fused", drop_second_skip=False),
        scale="low",
        mpp=2.0,
        click_radius_px=5,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        pad_to_patch=False,
        data="Generated slides.",
        licence="Apache-2.0",
        recipe="tiny",
        seeds=(1, 2),
        figures={"noc85": 3.5, "iou_at": {"1": 0.8}},
    )


@pytest.fixture
def weights_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder named by $ZOOMISEG_WEIGHTS, with the user's own data folder out of the way."""
    monkeypatch.setenv("ZOOMISEG_WEIGHTS", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "home"

"""Make the quantised models of weights in the package, calibrated on training images that the robot clicks.

    python tools/quantise_weights.py compact --pairs PAIRS.csv \\
        --folders low=ebhi-seg,camelyon-mini high=ebhi-seg

Takes the rows of split `train` whose slide lies in those folders; needs `zoomiseg[quantise]`. The attention
to clicks and the last layers, of which a mask's outline comes, stay in single precision.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoomiseg.datasets import Pair, read_manifest
from zoomiseg.experiment import Subject, collage_subjects
from zoomiseg.geometry import Box, Click, Grid, PatchFrame, ScaleName
from zoomiseg.networks import load_network, save_int8, scales_of
from zoomiseg.predict import (
    FloatArray,
    OpenVinoPredictor,
    Patch,
    float_models,
    load_predictor,
    packed_pair,
    predict_with,
)
from zoomiseg.robot import THRESHOLD, next_click

if TYPE_CHECKING:
    import openvino

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "zoomiseg" / "weights"
SIZE_PX = 512
MOST_CLICKS = 6
MPP: dict[ScaleName, tuple[float, float]] = {"low": (1.1, 2.4), "high": (0.4, 1.2)}
FLOAT = (r".*attention.*", r".*\.head/.*", r".*\.correction/.*")
Fed = tuple[FloatArray, FloatArray]


def main() -> None:
    """Quantise both scales."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name")
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--images", type=int, default=40, help="collages to calibrate on")
    parser.add_argument("--folders", nargs="+", required=True, metavar="SCALE=NAME,NAME")
    options = parser.parse_args()
    named = dict(each.split("=", 1) for each in options.folders)
    folder = PACKAGE / options.name
    for scale in (each for each in scales_of(folder) if each in named):
        chosen = [pair for pair in read_manifest(options.pairs) if pair.split == "train"]
        chosen = [pair for pair in chosen if set(named[scale].split(",")) & set(pair.slide.parts)]
        fed = list(calibration(folder, scale, chosen, options.images))
        network, _ = load_network(folder, scale)
        content = packed_pair(*quantised(*float_models(network), fed))
        card = save_int8(folder, scale, content)
        print(f"{options.name}/{scale}: {len(content)} bytes, {card.int8_sha256}")


def calibration(folder: Path, scale: ScaleName, pairs: list[Pair], count: int) -> Iterator[Fed]:
    """Yield what the network is fed at the last of 1 to 6 clicks on each of some collages."""
    predictor, _ = load_predictor(folder, scale)
    assert isinstance(predictor, OpenVinoPredictor)
    rng = np.random.default_rng(0)
    for seed in range(count):
        mpp = float(np.exp(rng.uniform(*np.log(MPP[scale]))))
        (subject,) = collage_subjects(pairs, mpp, SIZE_PX, seed=seed, most=1)
        yield fed_at_last(predictor, subject, mpp, int(rng.integers(1, MOST_CLICKS + 1)))


def fed_at_last(predictor: OpenVinoPredictor, subject: Subject, mpp: float, most: int) -> Fed:
    """Let the robot click a collage, on white, and return image and guidance of its last prediction."""
    pixels, mask = subject.read()
    image = np.full((SIZE_PX, SIZE_PX, 3), 255, np.uint8)
    truth = np.zeros((SIZE_PX, SIZE_PX), bool)
    image[: mask.shape[0], : mask.shape[1]], truth[: mask.shape[0], : mask.shape[1]] = pixels, mask
    frame = PatchFrame(Grid((1.0, 1.0), SIZE_PX, SIZE_PX, (mpp, mpp)), Box(0, 0, SIZE_PX, SIZE_PX))
    patch, clicks, probability = Patch(image, frame), list[Click](), None
    fed: list[Fed] = []

    def fed_to(image: FloatArray, guidance: FloatArray) -> FloatArray:
        fed.append((image, guidance))
        return guidance[:, 2:]

    while len(clicks) < most:
        shown = np.zeros_like(truth) if probability is None else probability >= THRESHOLD
        pixel = next_click(shown, truth, clicked=[(int(each.x), int(each.y)) for each in clicks])
        if pixel is None:
            break
        clicks.append(Click(pixel.column + 0.5, pixel.row + 0.5, pixel.label))
        predict_with(fed_to, predictor.card, patch, clicks, probability)
        probability = predictor.predict(patch, clicks, mask_input=probability)
    return fed[-1]


def quantised(
    tissue: openvino.Model, answer: openvino.Model, fed: list[Fed]
) -> tuple[openvino.Model, openvino.Model]:
    """Return both parts in 8 bits; the second is calibrated on what the first gives in single precision."""
    # Only now: what they report to their makers was kept from loading when zoomiseg.predict was.
    import nncf  # noqa: PLC0415
    import openvino  # noqa: PLC0415

    seeing = openvino.Core().compile_model(tissue, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    answered = [
        (guidance, *(np.array(seen) for seen in seeing((image,)).values())) for image, guidance in fed
    ]
    common = {
        "subset_size": len(fed),
        "preset": nncf.QuantizationPreset.MIXED,
        # With 8 bits of weight, processors without VNNI overflow, and masks would differ between machines.
        "advanced_parameters": nncf.AdvancedQuantizationParameters(overflow_fix=nncf.OverflowFix.ENABLE),
    }
    return (
        nncf.quantize(tissue, nncf.Dataset([(image,) for image, _ in fed]), **common),
        nncf.quantize(
            answer,
            nncf.Dataset(answered),
            ignored_scope=nncf.IgnoredScope(patterns=list(FLOAT), validate=False),
            **common,
        ),
    )


if __name__ == "__main__":
    main()

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from torch import nn

from zoomiseg.geometry import Box
from zoomiseg.networks import Card, build_network
from zoomiseg.predict import OpenVinoPredictor

from .conftest import MakePatch


def test_networks_that_are_first_needed_at_once_by_several_threads_are_all_converted(
    card: Card, make_patch: MakePatch, tmp_path: Path
) -> None:
    """As when a server warms up one scale while the first click needs the other."""
    torch.manual_seed(0)
    networks: list[nn.Module] = [build_network("compact-unet16").eval() for _ in range(4)]
    predictors = [
        OpenVinoPredictor(network.eval, card, cache_folder=tmp_path / str(number))
        for number, network in enumerate(networks)
    ]
    patch = make_patch(Box(20, 40, 64, 64))
    with ThreadPoolExecutor(len(predictors)) as pool:
        answers = list(pool.map(lambda predictor: predictor.predict(patch, []), predictors))
    for predictor, answer in zip(predictors, answers, strict=True):
        assert predictor.predict(patch, []).tobytes() == answer.tobytes()

import numpy as np
import torch
from torch import nn

from zoomiseg.geometry import Box, Click
from zoomiseg.networks import Card
from zoomiseg.predict import Predictor, TorchPredictor

from .conftest import MakePatch


def test_the_probability_is_the_sigmoid_of_the_network_fed_by_hand(
    module: nn.Module, card: Card, make_patch: MakePatch
) -> None:
    predictor: Predictor = TorchPredictor(module, card, device=torch.device("cpu"))
    patch = make_patch(Box(100, 50, 96, 64))
    mask_input = np.random.default_rng(1).random((64, 96), np.float32)
    image = (patch.image / 255 - np.array(card.mean)) / np.array(card.std)
    guidance = torch.zeros(1, 3, 64, 96)
    rows, columns = np.mgrid[:64, :96]
    guidance[0, 1] = torch.from_numpy((columns - 20) ** 2 + (rows - 30) ** 2 <= 9).float()
    guidance[0, 2] = torch.from_numpy(mask_input)
    with torch.no_grad():
        logits = module(torch.from_numpy(image).permute(2, 0, 1)[None].float(), guidance)
    found = predictor.predict(patch, [Click(2 * 120, 2 * 80, -1)], mask_input=mask_input)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, (1 / (1 + torch.exp(-logits[0, 0]))).numpy(), atol=1e-5)
    assert found.std() > 0.01


def test_the_same_question_gets_the_same_bytes(module: nn.Module, card: Card, make_patch: MakePatch) -> None:
    patch = make_patch(Box(100, 50, 96, 64))
    predictor = TorchPredictor(module, card)
    predictor.warm_up()
    first = predictor.predict(patch, [Click(300, 150, 1)])
    predictor.predict(make_patch(Box(0, 0, 64, 64), seed=1), [])
    assert predictor.predict(patch, [Click(300, 150, 1)]).tobytes() == first.tobytes()


def test_the_identity_names_scale_weights_and_engine(module: nn.Module, card: Card) -> None:
    identity = TorchPredictor(module, card, device=torch.device("cpu")).identity
    assert identity == f"low {card.sha256} torch {torch.__version__} cpu"

"""Segment Anything (Kirillov et al. 2023) behind the protocol, prompted as its authors do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from zoomiseg.guidance import PatchPoint
from zoomiseg.predict import FloatArray, ImageArray


class SegmentAnything:
    """Encodes an image once, then answers each click on it.

    The first click asks for three masks and takes the one that the model scores best; each later click asks
    for one, with the low-resolution logits of the one before as mask input. Clicks that it has not been asked
    about are answered in their order first, so that an answer depends on image and clicks alone.

    Args:
        model: A `Sam` of the package segment-anything.
        device: None takes a GPU if there is one.
    """

    def __init__(self, model: Any, *, device: torch.device | None = None) -> None:
        self._device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = model.eval().to(self._device)
        self._image: ImageArray | None = None
        self._features: Tensor | None = None
        self._logits: dict[tuple[PatchPoint, ...], Tensor] = {}

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None = None
    ) -> FloatArray:
        """Return (H, W) float32 in [0, 1]; see `Promptable.predict`.

        Its own logits of the click before say more than `previous`, which is not used.
        """
        with torch.inference_mode():
            if self._image is None or not np.array_equal(self._image, image):
                self._look_at(image)
            for count in range(1, len(clicks) + 1):
                so_far = tuple(clicks[:count])
                if so_far not in self._logits:
                    self._logits[so_far] = self._answer(so_far, self._logits.get(so_far[:-1]))
            logits = self._model.postprocess_masks(
                self._logits[tuple(clicks)], self._shown_size(image), image.shape[:2]
            )
            probability: FloatArray = logits[0, 0].sigmoid().float().cpu().numpy()
        return probability

    def _look_at(self, image: ImageArray) -> None:
        """Encode an image, its longest side brought to the model's own, padded to a square."""
        height, width = self._shown_size(image)
        shown = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.array(shown)).permute(2, 0, 1)[None].to(self._device)
        self._features = self._model.image_encoder(self._model.preprocess(pixels))
        self._image = image.copy()
        self._logits = {}

    def _answer(self, clicks: Sequence[PatchPoint], before: Tensor | None) -> Tensor:
        """Return (1, 1, h, w) low-resolution logits.

        Args:
            clicks: The newest comes last.
            before: The logits of all but the newest; None at the first.
        """
        assert self._image is not None, "there is an image to click"
        ratios = torch.tensor(self._shown_size(self._image)[::-1]) / torch.tensor(self._image.shape[1::-1])
        pixels = torch.tensor([[column, row] for column, row, _ in clicks])
        # The prompt encoder itself goes from a pixel's number to its centre, in its own, larger pixels.
        places = (pixels + 0.5) * ratios - 0.5
        labels = torch.tensor([int(label > 0) for *_, label in clicks])
        sparse, dense = self._model.prompt_encoder(
            points=(places[None].to(self._device), labels[None].to(self._device)), boxes=None, masks=before
        )
        logits, scores = self._model.mask_decoder(
            image_embeddings=self._features,
            image_pe=self._model.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=before is None,
        )
        best: Tensor = logits[:, scores[0].argmax()][:, None]
        return best

    def _shown_size(self, image: ImageArray) -> tuple[int, int]:
        """Return the (height, width) at which the model sees an image."""
        height, width = image.shape[:2]
        ratio = self._model.image_encoder.img_size / max(height, width)
        return int(height * ratio + 0.5), int(width * ratio + 0.5)

"""The best weights of a run so far, on disk."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from zoomiseg.durable import replace_file

from ._validation import Figures, Validation

_NAME = "best.pt"


class Best:
    """Keeps `best.pt`.

    Args:
        folder: Of the run.
        resume: Whether the file of an earlier piece of the run stands.
    """

    def __init__(self, folder: Path, *, resume: bool) -> None:
        self._path = folder / _NAME
        if not resume:
            self._path.unlink(missing_ok=True)
        found = self._read() if self._path.exists() else None
        self._score = tuple(found["score"]) if found else None

    def offer(self, step: int, validation: Validation, network: nn.Module) -> bool:
        """Keep these weights if they are better than all before, and say whether they are."""
        if not validation.figures or (self._score is not None and validation.score >= self._score):
            return False
        self._score = validation.score
        figures = {name: dataclasses.asdict(each) for name, each in validation.figures.items()}
        state = {"step": step, "score": self._score, "figures": figures, "network": network.state_dict()}
        content = io.BytesIO()
        torch.save(state, content)
        replace_file(self._path, [content.getbuffer()])
        return True

    def load(self, network: nn.Module) -> tuple[int, Mapping[str, Figures]] | None:
        """Fill the network with the best weights and return their step and figures; None where are none."""
        if self._score is None:
            return None
        found = self._read()
        network.load_state_dict(found["network"])
        return int(found["step"]), {name: Figures(**each) for name, each in found["figures"].items()}

    def _read(self) -> dict[str, Any]:
        return dict(torch.load(self._path, map_location="cpu", weights_only=True))

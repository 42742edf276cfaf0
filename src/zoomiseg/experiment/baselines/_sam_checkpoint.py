"""From the file of a Segment Anything checkpoint to the method."""

from __future__ import annotations

import pickle
import sys
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from textwrap import shorten
from types import MappingProxyType, ModuleType
from typing import Any

from zoomiseg.errors import MissingExtra, WeightsError

from ._baseline import Baseline
from ._promptable import Promptable

_BUILDERS = MappingProxyType({768: "build_sam_vit_b", 1024: "build_sam_vit_l", 1280: "build_sam_vit_h"})
"""What builds a model, by the width of its image encoder."""
_WIDTH_OF = "image_encoder.patch_embed.proj.weight"
_LONGEST_FAULT = 150
_OWN_NAME = "_zoomiseg_segment_anything"


def sam_baseline(checkpoint: Path | None) -> Baseline:
    """Return Segment Anything as a baseline; `checkpoint` may be missing until it is loaded."""
    return Baseline(name="sam", load=partial(load_sam, checkpoint), file=checkpoint)


def load_sam(checkpoint: Path | None) -> Promptable:
    """Return Segment Anything with the weights of a file, ViT-B, -L or -H as the file has it.

    Args:
        checkpoint: As its authors publish it: a state dict saved by PyTorch. Only tensors are read from it.
    Raises:
        WeightsError: No file, or not such a checkpoint.
        MissingExtra: Without `zoomiseg[sam]`.
    """
    if checkpoint is None:
        raise WeightsError(
            "The method sam needs a checkpoint of Segment Anything.",
            hint="Give its file with --sam-checkpoint.",
        )
    builders = segment_anything()
    state = _read(checkpoint)
    name = _BUILDERS.get(_width(state))
    if name is None:
        raise WeightsError(f"{checkpoint} is no checkpoint of Segment Anything: it holds no ViT-B, -L or -H.")
    model = getattr(builders, name)()
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise WeightsError(
            f"{checkpoint} does not hold the tensors of Segment Anything {name[-5:]}: {_first(error)}."
        ) from error
    from ._sam import SegmentAnything  # noqa: PLC0415

    return SegmentAnything(model)


def untrained_sam() -> Promptable:
    """Return Segment Anything ViT-B with random weights: its masks mean nothing, its time is right.

    Raises:
        MissingExtra: Without `zoomiseg[sam]`.
    """
    builders = segment_anything()
    from ._sam import SegmentAnything  # noqa: PLC0415

    return SegmentAnything(builders.build_sam_vit_b())


def segment_anything() -> ModuleType:
    """Return the module of segment-anything that builds models.

    The package's own door imports torchvision for what is not needed here, so the module is taken from behind
    it, under a name of ours.

    Raises:
        MissingExtra: Without `zoomiseg[sam]`.
    """
    found = find_spec("segment_anything")
    if found is None or found.submodule_search_locations is None:
        raise MissingExtra(
            "Segment Anything is not installed.", hint="Install it with: pip install 'zoomiseg[sam]'"
        )
    if _OWN_NAME not in sys.modules:
        package = ModuleType(_OWN_NAME)
        package.__path__ = list(found.submodule_search_locations)
        sys.modules[_OWN_NAME] = package
    return import_module(f"{_OWN_NAME}.build_sam")


def _read(checkpoint: Path) -> dict[str, Any]:
    import torch  # noqa: PLC0415

    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
    except OSError as error:
        raise WeightsError(f"The checkpoint {checkpoint} cannot be read: {error.strerror}.") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise WeightsError(f"{checkpoint} is damaged, or no checkpoint that PyTorch wrote.") from error
    return state if isinstance(state, dict) else {}


def _width(state: dict[str, Any]) -> int:
    """Return the width of the image encoder, 0 where there is none."""
    shape = getattr(state.get(_WIDTH_OF), "shape", ())
    return int(shape[0]) if shape else 0


def _first(error: RuntimeError) -> str:
    """Return the first fault that PyTorch found, without its heading, and not all tensors that it names."""
    lines = str(error).splitlines()
    return shorten(lines[min(1, len(lines) - 1)].rstrip(". "), _LONGEST_FAULT, placeholder=" ...")

"""All methods by name: those of the package, and those of one's own, each from one file."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np

from zoomiseg.errors import WeightsError
from zoomiseg.guidance import PatchPoint
from zoomiseg.predict import FloatArray, ImageArray

from ._baseline import Baseline
from ._grabcut import GRABCUT
from ._promptable import Promptable
from ._random_walker import RANDOM_WALKER
from ._sam_checkpoint import sam_baseline

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_IN_THE_FILE = "BASELINE"


def known_baselines(
    *, sam_checkpoint: Path | None = None, files: Sequence[Path] = ()
) -> Mapping[str, Baseline]:
    """Return all methods by name, those of the files last. None of the package's is loaded yet.

    Args:
        sam_checkpoint: Weights of `sam`, which cannot be loaded without.
        files: Python files; each is run, and binds `BASELINE` to a `Baseline`.
    Raises:
        WeightsError: A file is missing or holds no baseline, or one whose name is no name or is taken.
    """
    found = {each.name: each for each in (GRABCUT, RANDOM_WALKER, sam_baseline(sam_checkpoint))}
    for path in files:
        own = _read(path)
        if own.name in found:
            raise WeightsError(f"The method of {path} is called {own.name}, as another one is.")
        found[own.name] = own
    return found


def _read(path: Path) -> Baseline:
    if not path.is_file():
        raise WeightsError(f"There is no method to read: {path} is no file.")
    spec = spec_from_file_location(f"zoomiseg_method_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise WeightsError(f"{path} is no Python file; its name must end in .py.")
    module = module_from_spec(spec)
    # Dataclasses look their module up while they are made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    own = getattr(module, _IN_THE_FILE, None)
    if not isinstance(own, Baseline):
        raise WeightsError(f"{path} binds no {_IN_THE_FILE} to a zoomiseg.experiment.Baseline.")
    if not _NAME.fullmatch(own.name):
        raise WeightsError(
            f"The method of {path} is called {own.name!r}; small letters, digits and dashes do."
        )
    return replace(own, load=lambda: _Checked(own.method, own.name), file=own.file or path)


@dataclass(frozen=True)
class _Checked:
    """A method of one's own, whose answers are looked at before they are believed."""

    method: Promptable
    name: str

    def predict(
        self, image: ImageArray, clicks: Sequence[PatchPoint], previous: FloatArray | None
    ) -> FloatArray:
        answer = np.asarray(self.method.predict(image, clicks, previous))
        if answer.shape != image.shape[:2] or not np.issubdtype(answer.dtype, np.floating):
            raise WeightsError(
                f"The method {self.name} answered with {answer.dtype} of shape {answer.shape}; "
                f"floats of shape {image.shape[:2]} were expected."
            )
        if not (answer.min() >= 0 and answer.max() <= 1):
            raise WeightsError(
                f"The method {self.name} answered with values from {answer.min():g} to {answer.max():g}; "
                "a probability is between 0 and 1."
            )
        return answer.astype(np.float32)

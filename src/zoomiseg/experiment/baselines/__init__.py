"""Methods that networks are held against, behind one small protocol (docs/add-a-method.md)."""

from ._baseline import LONGEST_PX, Baseline
from ._grabcut import GRABCUT, GrabCut
from ._promptable import Promptable
from ._random_walker import RANDOM_WALKER, RandomWalker
from ._registry import known_baselines
from ._sam_checkpoint import load_sam, untrained_sam

__all__ = [
    "GRABCUT",
    "LONGEST_PX",
    "RANDOM_WALKER",
    "Baseline",
    "GrabCut",
    "Promptable",
    "RandomWalker",
    "known_baselines",
    "load_sam",
    "untrained_sam",
]

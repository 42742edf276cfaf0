"""How good, and at how many clicks: the robot against networks and baselines."""

from ._baselines import grabcut, random_walker
from ._curve import Curve, Method, robot_curve
from ._patches import PatchReport, evaluate_patches, predictor_method, resampled_pair

__all__ = [
    "Curve",
    "Method",
    "PatchReport",
    "evaluate_patches",
    "grabcut",
    "predictor_method",
    "random_walker",
    "resampled_pair",
    "robot_curve",
]

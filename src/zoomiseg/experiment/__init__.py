"""How good, and at how many clicks: the robot against networks and baselines."""

from ._baselines import grabcut, random_walker
from ._comparison import baselines_on_slide
from ._core_images import core_images
from ._curve import Curve, Method, robot_curve
from ._demo import DemoClick, demo_clicks
from ._patches import PatchReport, evaluate_patches, predictor_method, resampled_pair
from ._truth import shrunk, truth_on_high

__all__ = [
    "Curve",
    "DemoClick",
    "Method",
    "PatchReport",
    "baselines_on_slide",
    "core_images",
    "demo_clicks",
    "evaluate_patches",
    "grabcut",
    "predictor_method",
    "random_walker",
    "resampled_pair",
    "robot_curve",
    "shrunk",
    "truth_on_high",
]

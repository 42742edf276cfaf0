"""How good, and at how many clicks: the robot against networks and baselines."""

from ._baselines import grabcut, random_walker
from ._benchmark import MANIFEST as BENCHMARK_MANIFEST
from ._benchmark import BuiltSlide, build_benchmark, checksum_of
from ._benchmark_definition import Benchmark, Checksum, benchmark_folder, checksums_text, read_benchmark
from ._comparison import baselines_on_slide
from ._core_images import core_images
from ._curve import Curve, Method, robot_curve
from ._demo import DemoClick, demo_clicks
from ._patches import PatchReport, evaluate_patches, predictor_method, resampled_pair
from ._truth import shrunk, truth_on_high
from ._truth_reader import truth_reader

__all__ = [
    "BENCHMARK_MANIFEST",
    "Benchmark",
    "BuiltSlide",
    "Checksum",
    "Curve",
    "DemoClick",
    "Method",
    "PatchReport",
    "baselines_on_slide",
    "benchmark_folder",
    "build_benchmark",
    "checksum_of",
    "checksums_text",
    "core_images",
    "demo_clicks",
    "evaluate_patches",
    "grabcut",
    "predictor_method",
    "read_benchmark",
    "random_walker",
    "resampled_pair",
    "robot_curve",
    "shrunk",
    "truth_on_high",
    "truth_reader",
]

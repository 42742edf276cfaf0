"""How good, and at how many clicks: the robot against networks and baselines."""

from ._adapted_method import AdaptedMethod
from ._benchmark import MANIFEST as BENCHMARK_MANIFEST
from ._benchmark import BuiltSlide, build_benchmark, checksum_of
from ._benchmark_definition import Benchmark, Checksum, benchmark_folder, checksums_text, read_benchmark
from ._comparison import baselines_on_slide
from ._core_images import core_images
from ._curve import MAX_CLICKS, Clicker, Curve, replayed_ious, robot_curve
from ._demo import DemoClick, demo_clicks
from ._figures import bootstrap_interval, curve_figures, patch_figures
from ._flips import Flips, far_flips
from ._paired import PairedClicks, paired_clicks
from ._patches import PatchResult, PatchTest, PredictorMethod, evaluate_patches
from ._result_file import ResultFile
from ._subjects import Subject, collage_subjects, image_subjects, resampled_pair
from ._tissue_statistics import (
    DENSITIES,
    DIAMETERS_UM,
    FREQUENCIES,
    PLANES,
    TissueStatistics,
    TissueTally,
)
from ._truth import shrunk, truth_on_high
from ._truth_reader import truth_reader
from .baselines import Baseline, GrabCut, Promptable, RandomWalker, known_baselines, load_sam, untrained_sam

__all__ = [
    "BENCHMARK_MANIFEST",
    "DENSITIES",
    "DIAMETERS_UM",
    "FREQUENCIES",
    "MAX_CLICKS",
    "PLANES",
    "AdaptedMethod",
    "Baseline",
    "Benchmark",
    "BuiltSlide",
    "Checksum",
    "Clicker",
    "Curve",
    "DemoClick",
    "Flips",
    "GrabCut",
    "PairedClicks",
    "PatchResult",
    "PatchTest",
    "PredictorMethod",
    "Promptable",
    "RandomWalker",
    "ResultFile",
    "Subject",
    "TissueStatistics",
    "TissueTally",
    "baselines_on_slide",
    "benchmark_folder",
    "bootstrap_interval",
    "build_benchmark",
    "checksum_of",
    "checksums_text",
    "collage_subjects",
    "core_images",
    "curve_figures",
    "demo_clicks",
    "evaluate_patches",
    "far_flips",
    "image_subjects",
    "known_baselines",
    "load_sam",
    "paired_clicks",
    "patch_figures",
    "read_benchmark",
    "replayed_ious",
    "resampled_pair",
    "robot_curve",
    "shrunk",
    "truth_on_high",
    "truth_reader",
    "untrained_sam",
]

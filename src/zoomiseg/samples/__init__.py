"""Slides with truth: generated tissue, and real images laid out on a slide."""

from ._blocks import View
from ._ceiling import TruthTally, tally_truth
from ._checksum import ImagePrint, print_of_slide, sha256_of_file, sha256_of_mask
from ._cores import ChosenCore, CoreImage, Target, choose_cores
from ._deconvolution import haematoxylin_eosin, optical_density
from ._kind import Kind
from ._measure import Feature, Threshold, best_threshold
from ._montage import Montage
from ._source import Source
from ._specimen import GENERATOR_VERSION, Specimen
from ._style import style_names
from ._write import Sample, SampleFiles, sample_files, write_sample

__all__ = [
    "GENERATOR_VERSION",
    "ChosenCore",
    "CoreImage",
    "Feature",
    "ImagePrint",
    "Kind",
    "Montage",
    "Sample",
    "SampleFiles",
    "Source",
    "Specimen",
    "Target",
    "Threshold",
    "TruthTally",
    "View",
    "best_threshold",
    "choose_cores",
    "haematoxylin_eosin",
    "optical_density",
    "print_of_slide",
    "sample_files",
    "sha256_of_file",
    "sha256_of_mask",
    "style_names",
    "tally_truth",
    "write_sample",
]

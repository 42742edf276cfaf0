"""The paper's table on slides of one's own: rows, their record on disk, and figures made from it."""

from ._clicks import PatchClicks, patches_of
from ._figures import evaluation_figures
from ._file import FILE_NAME, EvaluationFile, Setting
from ._method_predictor import MethodPair, MethodPredictor, method_pair
from ._ritm_style import ritm_style_pair
from ._rows import ROW_NAMES, ordered, rows_named
from ._run import Done, evaluate_slides
from ._slide import SlideFacts, names_of, opened
from ._table import claim_sentence, evaluation_table

__all__ = [
    "FILE_NAME",
    "ROW_NAMES",
    "Done",
    "EvaluationFile",
    "MethodPair",
    "MethodPredictor",
    "PatchClicks",
    "Setting",
    "SlideFacts",
    "claim_sentence",
    "evaluate_slides",
    "evaluation_figures",
    "evaluation_table",
    "method_pair",
    "names_of",
    "opened",
    "ordered",
    "patches_of",
    "ritm_style_pair",
    "rows_named",
]

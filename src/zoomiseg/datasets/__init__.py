"""Annotated data on disk: manifests of slides or images with their masks, and patches prepared from them."""

from ._aspect import require_same_aspect
from ._cuts import Form
from ._index import StoredPair
from ._manifest import Pair, read_manifest
from ._pixels import read_pair
from ._prepare import Prepared, prepare
from ._prepare_options import PrepareOptions, Split, SplitBy
from ._run import PrepareState
from ._sheet import write_contact_sheet
from ._store import PatchStore
from ._summary import SummaryRow, summary
from ._truth import Truth

__all__ = [
    "Form",
    "Pair",
    "PatchStore",
    "PrepareOptions",
    "PrepareState",
    "Prepared",
    "Split",
    "SplitBy",
    "StoredPair",
    "SummaryRow",
    "Truth",
    "prepare",
    "read_manifest",
    "read_pair",
    "require_same_aspect",
    "summary",
    "write_contact_sheet",
]

"""Foreign annotations and finished sessions, brought to one manifest: a file for each format."""

from ._case import Case, DrawnTruth, Format, Found, ImportOptions, MaskFile
from ._import import Imported, ImportState, import_folder
from ._registry import FORMATS, formats_called

__all__ = [
    "FORMATS",
    "Case",
    "DrawnTruth",
    "Format",
    "Found",
    "ImportOptions",
    "ImportState",
    "Imported",
    "MaskFile",
    "formats_called",
    "import_folder",
]

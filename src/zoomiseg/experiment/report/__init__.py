"""An evaluation as a page to be read: tables, curves, and pictures of patches chosen by rule."""

from ._kept import KeptMasks
from ._pictures import OpenWorld
from ._write import REPORT_NAME, write_report

__all__ = ["REPORT_NAME", "KeptMasks", "OpenWorld", "write_report"]

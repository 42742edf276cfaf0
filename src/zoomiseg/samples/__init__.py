"""Slides with truth: generated tissue, and real images laid out on a slide."""

from ._kind import Kind
from ._specimen import GENERATOR_VERSION, Specimen, View
from ._style import style_names

__all__ = ["GENERATOR_VERSION", "Kind", "Specimen", "View", "style_names"]

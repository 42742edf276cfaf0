"""Annotations as other programs write them, read strictly, and their areas as masks."""

from ._annotation import Annotation, Plane
from ._area import Area, Drawing, areas_of
from ._asap import read_asap
from ._classes import USUAL_TARGET, is_called, listed
from ._geojson import read_geojson
from ._imagescope import read_imagescope
from ._mask import AreaMask
from ._refusal import clipped, refuse
from ._xml import root_name

__all__ = [
    "USUAL_TARGET",
    "Annotation",
    "Area",
    "AreaMask",
    "Drawing",
    "Plane",
    "areas_of",
    "clipped",
    "is_called",
    "listed",
    "read_asap",
    "read_geojson",
    "read_imagescope",
    "refuse",
    "root_name",
]

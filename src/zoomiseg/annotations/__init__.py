"""Annotations as other programs write them, read strictly, and their areas as masks."""

from ._annotation import Annotation, Plane
from ._area import Area, Drawing, areas_of
from ._asap import read_asap
from ._geojson import read_geojson
from ._imagescope import read_imagescope
from ._mask import AreaMask
from ._refusal import clipped, refuse
from ._xml import root_name

__all__ = [
    "Annotation",
    "Area",
    "AreaMask",
    "Drawing",
    "Plane",
    "areas_of",
    "clipped",
    "read_asap",
    "read_geojson",
    "read_imagescope",
    "refuse",
    "root_name",
]

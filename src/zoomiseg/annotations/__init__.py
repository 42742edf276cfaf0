"""Annotations as other programs write them: GeoJSON, read strictly."""

from ._annotation import Annotation, Plane
from ._geojson import read_geojson
from ._refusal import clipped, refuse

__all__ = ["Annotation", "Plane", "clipped", "read_geojson", "refuse"]

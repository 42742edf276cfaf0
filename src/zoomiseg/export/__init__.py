"""Masks and clicks in the forms that others read: GeoJSON, overviews, measurements, pyramids."""

from ._annotation import Annotation, Plane
from ._clicks import PlacedClick, read_clicks, write_clicks
from ._measure import area_measurements, mask_area_mm2, round_length
from ._polygons import PIXEL_EXACT_PX, mask_polygons
from ._raster import GeoJsonMask
from ._read import read_geojson
from ._write import write_geojson

__all__ = [
    "PIXEL_EXACT_PX",
    "Annotation",
    "GeoJsonMask",
    "PlacedClick",
    "Plane",
    "area_measurements",
    "mask_area_mm2",
    "mask_polygons",
    "read_clicks",
    "read_geojson",
    "round_length",
    "write_clicks",
    "write_geojson",
]

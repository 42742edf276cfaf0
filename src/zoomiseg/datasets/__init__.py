"""Annotated data on disk: manifests of slides or images with their masks."""

from ._manifest import Pair, read_manifest
from ._pixels import read_pair

__all__ = ["Pair", "read_manifest", "read_pair"]

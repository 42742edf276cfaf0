"""The networks, by name, and their weights on disk. Pure torch."""

from ._options import ShallowSkip, SkipOptions
from ._registry import build_network, network_names

__all__ = ["ShallowSkip", "SkipOptions", "build_network", "network_names"]

"""The networks, by name, and their weights on disk. Pure torch."""

from ._card import Card
from ._checkpoint import load_network, read_card, read_int8, save_int8, save_network
from ._click_attention import Places
from ._explained import Explained, Explaining
from ._lite0 import IMAGENET_MEAN, IMAGENET_STD
from ._options import ShallowSkip, SkipOptions
from ._registry import begin_with, build_network, may_begin, network_names
from ._splitting import Splitting
from ._weights import find_weights, list_weights, scales_of, verify_weights

__all__ = [
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "Card",
    "Explained",
    "Explaining",
    "Places",
    "ShallowSkip",
    "SkipOptions",
    "Splitting",
    "begin_with",
    "build_network",
    "find_weights",
    "list_weights",
    "load_network",
    "may_begin",
    "network_names",
    "read_card",
    "read_int8",
    "save_int8",
    "save_network",
    "scales_of",
    "verify_weights",
]

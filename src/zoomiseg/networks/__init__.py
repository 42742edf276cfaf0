"""The networks, by name, and their weights on disk.

Cards and folders of weights import nothing heavy; whatever needs torch is imported on first use.
"""

from typing import TYPE_CHECKING

from zoomiseg.lazy import door as _door

from ._card import Card
from ._files import read_card, read_int8, save_int8, verified_card
from ._imagenet import IMAGENET_MEAN, IMAGENET_STD
from ._options import ShallowSkip, SkipOptions
from ._weights import find_weights, list_weights, scales_of, verify_weights

if TYPE_CHECKING:
    from ._checkpoint import load_network, save_network
    from ._click_attention import Places
    from ._explained import Explained, Explaining
    from ._registry import begin_with, build_network, may_begin, network_names
    from ._splitting import Splitting

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
    "verified_card",
    "verify_weights",
]

__getattr__ = _door(
    __name__,
    {
        "Explained": "._explained",
        "Explaining": "._explained",
        "Places": "._click_attention",
        "Splitting": "._splitting",
        "begin_with": "._registry",
        "build_network": "._registry",
        "load_network": "._checkpoint",
        "may_begin": "._registry",
        "network_names": "._registry",
        "save_network": "._checkpoint",
    },
)

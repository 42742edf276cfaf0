"""Networks by name: what a card stores and a recipe asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from torch import nn

from zoomiseg.errors import WeightsError

from ._compact import CompactLite0
from ._compact_attention import CompactAttention
from ._compact_fine import CompactFine
from ._compact_half import CompactHalf
from ._options import ShallowSkip, SkipOptions
from ._ritm_style import RitmStyle
from ._uctransnet import UCTransNet
from ._unet import UNet

_Pretrained = (
    type[CompactLite0] | type[CompactAttention] | type[CompactFine] | type[CompactHalf] | type[RitmStyle]
)

_PRETRAINED: Mapping[str, _Pretrained] = MappingProxyType(
    {
        "compact-lite0": CompactLite0,
        "compact-attention": CompactAttention,
        "compact-fine": CompactFine,
        "compact-half": CompactHalf,
        "ritm-style": RitmStyle,
    }
)
"""Those whose encoder may start from ImageNet weights."""

_BUILDERS: Mapping[str, Callable[[SkipOptions], nn.Module]] = MappingProxyType(
    {
        **_PRETRAINED,
        "compact-unet16": lambda options: UNet(options, base=16),
        "unet": lambda options: UNet(options, base=64),
        "uctransnet": lambda options: UCTransNet(options, base=64),
    }
)


def network_names() -> tuple[str, ...]:
    """Return the names that `build_network` knows."""
    return tuple(_BUILDERS)


def build_network(
    name: str,
    *,
    shallow_skip: ShallowSkip = "image",
    drop_second_skip: bool = True,
    pretrained: bool = False,
) -> nn.Module:
    """Return a new network: (N, 3, H, W) image and (N, 3, H, W) guidance to (N, 1, H, W) logits.

    Args:
        name: One of `network_names()`.
        shallow_skip: "image" keeps the clicks out of the shallowest skip; "fused" lets them in.
        drop_second_skip: Remove the second shallowest skip.
        pretrained: Start the encoder from ImageNet weights; only those with a Lite0 encoder have them.
    Raises:
        WeightsError: An unknown name, `pretrained` for a network without ImageNet weights, or other skips
            than ritm-style's own.
        MissingExtra: `pretrained` without the package that carries the weights.
        ValueError: Another word for `shallow_skip`.
    """
    options = SkipOptions(shallow_skip, drop_second_skip)
    builder = _BUILDERS.get(name)
    if builder is None:
        raise WeightsError(f"There is no network {name!r}.", hint=f"Known are: {', '.join(_BUILDERS)}.")
    if not pretrained:
        return builder(options)
    if name not in _PRETRAINED:
        raise WeightsError(
            f"There are no ImageNet weights for the network {name}.",
            hint=f"There are for: {', '.join(_PRETRAINED)}.",
        )
    return _PRETRAINED[name](options, pretrained=True)


def may_begin(name: str, start: str) -> bool:
    """Say whether a network may begin with the weights of one of the name `start`."""
    return start == name or (start == "compact-attention" and name in ("compact-fine", "compact-half"))


def begin_with(network: nn.Module, start: nn.Module) -> None:
    """Give a network the weights of another, where `may_begin` says so."""
    taker = network
    if isinstance(start, CompactAttention) and isinstance(network, CompactFine):
        taker = network.inner
    elif isinstance(start, CompactAttention) and isinstance(network, CompactHalf):
        taker = network.coarse
    taker.load_state_dict(start.state_dict())

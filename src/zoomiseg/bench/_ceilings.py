"""What the machine can do at best, measured in the same run as the stages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ._clock import Times

_SIDE = 2048
_WHOLE_SIDE = 512  # without instructions for int8 PyTorch takes minutes for a larger one
_COPIED_BYTES = 256 << 20
_ROUNDS = 9


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The best of several tries.

    Args:
        fp32_gflops: Of a product of two 2048 x 2048 matrices of float32, 10^9 a second.
        int8_gops: Of one of 512 x 512 of int8, summed in int32.
        copy_gb_s: Bytes read and bytes written when 256 MiB are copied, 10^9 a second.
    """

    fp32_gflops: float
    int8_gops: float
    copy_gb_s: float


def ceilings() -> Ceilings:
    """Measure them, with as many threads as PyTorch has."""
    generator = torch.Generator().manual_seed(0)
    single = torch.randn(_SIDE, _SIDE, generator=generator)
    whole = torch.randint(-127, 128, (_WHOLE_SIDE, _WHOLE_SIDE), generator=generator, dtype=torch.int8)
    source = np.ones(_COPIED_BYTES, np.uint8)
    target = np.empty_like(source)
    times = Times()
    with torch.inference_mode():
        times.interleave(
            {
                "fp32": lambda: single @ single,
                "int8": lambda: torch._int_mm(whole, whole),
                "copy": lambda: np.copyto(target, source),
            },
            rounds=_ROUNDS,
        )
    return Ceilings(
        2 * _SIDE**3 / times.least("fp32") / 1e9,
        2 * _WHOLE_SIDE**3 / times.least("int8") / 1e9,
        2 * _COPIED_BYTES / times.least("copy") / 1e9,
    )

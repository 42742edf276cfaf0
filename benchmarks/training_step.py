"""How long a step of training takes in bf16 against fp32, on this machine's CPU, for one network.

    python benchmarks/training_step.py [--network compact-attention] [--threads 1]

A step here is what training does most: two passes in eval mode without gradient, which simulate clicks,
and one pass forwards and backwards, on four samples of 256 x 256 pixels. Both precisions take turns, so that
other work on the machine meets both; printed are medians and their ratio.
"""

from __future__ import annotations

import argparse
import statistics
from time import perf_counter

import torch

from zoomiseg.networks import build_network

BATCH, SIZE, ROUNDS, SIMULATED = 4, 256, 12, 2


def main() -> None:
    """Print the medians of both precisions and their ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", default="compact-attention")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    network = build_network(options.network).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(ROUNDS + 1):
        for half, kept in seconds.items():
            spent = _step(network, half=half)
            if turn:
                kept.append(spent)
    single, half_precision = (statistics.median(seconds[half]) for half in (False, True))
    print(f"{options.network}, {options.threads} thread(s): fp32 {single:.3f} s, bf16 {half_precision:.3f} s")
    print(f"ratio {single / half_precision:.2f}")


def _step(network: torch.nn.Module, *, half: bool) -> float:
    image = torch.randn(BATCH, 3, SIZE, SIZE).contiguous(memory_format=torch.channels_last)
    guidance = torch.zeros(BATCH, 3, SIZE, SIZE)
    guidance[:, 0, 40:51, 40:51] = 1
    start = perf_counter()
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        network.eval()
        with torch.no_grad():
            for _ in range(SIMULATED):
                network(image, guidance)
        network.train().zero_grad()
        logits = network(image, guidance)
    logits.float().square().mean().backward()
    return perf_counter() - start


if __name__ == "__main__":
    main()

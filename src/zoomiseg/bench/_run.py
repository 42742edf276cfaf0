"""All measurements of one run, and the ratios between them."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Collection
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from zoomiseg.geometry import ScaleName
from zoomiseg.predict import Engine, OpenVinoPredictor, Predictors, load_predictors
from zoomiseg.slide import open_slide

from ._ceilings import Ceilings, ceilings
from ._clock import Times
from ._cost import network_cost, tissue_cost
from ._first import time_fresh_program
from ._peers import PAPER, SamPatch, eager_predictors, eager_run, hrnet, paper_predictors
from ._report import FRESH
from ._scene import CLICKS, clicks_in, frame_of, write_slide
from ._stages import (
    SCALES,
    TILE_PX,
    clicking,
    guidance_work,
    network_work,
    time_first_clicks,
    time_reading,
)

STAGES = ("read", "guidance", "network", "compose", "encode", "end-to-end", "peers", "first")
_ROUNDS = 15
_SLOW_ROUNDS = 3
Say = Callable[[str], None]


def bench(stages: Collection[str] = STAGES, *, engine: Engine = "openvino", say: Say) -> dict[str, Any]:
    """Return the figures of a run as JSON values: machine, ceilings, stages, ratios, ratios_end_to_end.

    Args:
        stages: Some of `STAGES`; a ratio that needs others is None.
        engine: What runs our networks.
        say: Told what is being measured.
    Raises:
        MissingExtra: The peers without `zoomiseg[sam]`.
        WeightsError: The weights are missing or damaged.
    """
    torch.set_num_threads(os.cpu_count() or 1)
    say("Ceilings of the machine")
    found, times = ceilings(), Times()
    ours = load_predictors("compact", engine=engine)
    with tempfile.TemporaryDirectory(prefix="zoomiseg-bench-") as name:
        _measure(times, Path(name), ours, frozenset(stages), say)
    return {
        "machine": _machine(ours),
        "ceilings": {
            "fp32_gflops": round(found.fp32_gflops, 1),
            "int8_gops": round(found.int8_gops, 1),
            "copy_gb_s": round(found.copy_gb_s, 2),
        },
        "stages": _stages(times, found, ours),
        "ratios": _ratios(times),
        "ratios_end_to_end": _ratios_end_to_end(times),
        "first_click": {
            f"{cache}_{which}_ms": round(1000 * times.median(f"fresh {cache} {which}"), 1)
            for cache in ("empty", "full")
            for which in FRESH
            if f"fresh {cache} {which}" in times
        },
    }


def _measure(times: Times, folder: Path, ours: Predictors, stages: frozenset[str], say: Say) -> None:
    if "guidance" in stages:
        times.interleave({"guidance": guidance_work()}, rounds=_ROUNDS)
    if not stages - {"guidance"}:
        return
    (folder / "slides").mkdir()
    path = write_slide(folder / "slides")
    ours.warm_up()
    if "read" in stages:
        say("Reading")
        time_reading(times, path, rounds=_ROUNDS)
    for scale in SCALES:
        if stages & {"network", "peers"}:
            say(f"Network, {scale} scale")
            _network(times, ours, scale, peers="peers" in stages)
        if stages & {"compose", "encode", "end-to-end"}:
            say(f"Clicks, {scale} scale")
            _clicks(times, path, ours, scale, stages)
    if "peers" in stages:
        say("Segment Anything")
        _sam(times, ours)
    if "first" in stages:
        say("First click of a fresh program")
        with open_slide(path) as slide:
            clicks = clicks_in(frame_of(slide, "low"))
        for number in range(_SLOW_ROUNDS):
            # What the first program leaves in the cache is what the second one finds there.
            for cache in ("empty", "full"):
                time_fresh_program(
                    times,
                    f"fresh {cache}",
                    path,
                    clicks,
                    cache=folder / f"cache-{number}",
                    sessions=folder / f"sessions-{cache}-{number}",
                    engine=ours.engine,
                )


def _network(times: Times, ours: Predictors, scale: ScaleName, *, peers: bool) -> None:
    predictor = ours.low if scale == "low" else ours.high
    assert isinstance(predictor, OpenVinoPredictor)
    work = network_work(predictor, scale)
    times.interleave(work, rounds=_ROUNDS)
    if peers:
        eager, paper = eager_predictors(ours), paper_predictors(ours)
        work[f"compact eager {scale}"] = eager_run(getattr(eager, scale).module)
        work[f"{PAPER[scale]} eager {scale}"] = eager_run(getattr(paper, scale).module)
        if scale == "low":
            work["hrnet18s eager"] = eager_run(hrnet())
        times.interleave(work, rounds=_SLOW_ROUNDS)


def _clicks(times: Times, path: Path, ours: Predictors, scale: ScaleName, stages: frozenset[str]) -> None:
    with clicking(path, ours, scale) as hands:
        work = {
            f"compose {scale}": hands.compose,
            f"encode tile {scale}": hands.tile,
            f"end to end {scale} warm": hands.click,
        }
        times.interleave(work, rounds=_ROUNDS)
        if {"peers", "end-to-end"} <= stages:
            with (
                clicking(path, eager_predictors(ours), scale) as eager,
                clicking(path, paper_predictors(ours), scale) as paper,
            ):
                times.interleave(
                    {
                        f"end to end {scale} warm": hands.click,
                        f"end to end {scale} compact eager": eager.click,
                        f"end to end {scale} paper": paper.click,
                    },
                    rounds=_SLOW_ROUNDS,
                    untimed=0,
                )
    if "end-to-end" in stages:

        def load() -> Predictors:
            return load_predictors("compact", engine=ours.engine)

        time_first_clicks(times, path, load, scale, rounds=_ROUNDS)


def _sam(times: Times, ours: Predictors) -> None:
    sam = SamPatch()
    predictor = ours.low
    assert isinstance(predictor, OpenVinoPredictor)
    again = network_work(predictor, "low")
    for _ in range(_SLOW_ROUNDS):
        times.interleave(
            {"sam first click": sam.first_click, "our first click": again["network low cold"]},
            rounds=1,
            untimed=0,
        )
        times.interleave(
            {"sam later click": sam.later_click, "our later click": again["network low warm"]},
            rounds=CLICKS - 1,
            untimed=0,
        )


def _machine(ours: Predictors) -> dict[str, Any]:
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "openvino": version("openvino"),
        "engine": ours.engine,
    }


def _stages(times: Times, found: Ceilings, ours: Predictors) -> list[dict[str, Any]]:
    """Return a row for each stage; the share is of the copy's bytes a second, or of the product's FLOPs."""
    rows = []
    for name, cost in _costs(ours).items():
        if name not in times:
            continue
        row: dict[str, Any] = {
            "name": name,
            "median_ms": round(1000 * times.median(name), 2),
            "p95_ms": round(1000 * times.p95(name), 2),
            "rounds": times.count(name),
            "flops": cost[0],
            "bytes": cost[1],
        }
        moved_s = cost[1] / found.copy_gb_s / 1e9
        best = found.int8_gops if ours.engine == "openvino-int8" else found.fp32_gflops
        computed_s = cost[0] / best / 1e9
        row["share_of_ceiling"] = round(max(moved_s, computed_s) / times.median(name), 4)
        rows.append(row)
    return rows


def _costs(ours: Predictors) -> dict[str, tuple[int, int]]:
    """Return (FLOPs, bytes) that each stage needs at least."""
    patch_px, tile_px = 1024 * 1024, TILE_PX * TILE_PX
    costs = {"guidance": (0, 3 * 4 * patch_px)}
    number_bytes = 1 if ours.engine == "openvino-int8" else 4
    for scale, predictor in (("low", ours.low), ("high", ours.high)):
        # At the high scale four pixels of the slide are averaged to one.
        source_px = patch_px * (64 if scale == "low" else 4)
        whole, tissue = network_cost(predictor.module), tissue_cost(predictor.module)
        costs |= {
            f"read {scale} cold": (0, 3 * (source_px if scale == "high" else 4 * patch_px) + 3 * patch_px),
            f"read {scale} warm": (0, 3 * (source_px if scale == "high" else 4 * patch_px) + 3 * patch_px),
            f"network {scale} cold": (whole.flops, number_bytes * whole.numbers),
            f"network {scale} warm": (
                (whole - tissue).flops,
                number_bytes * (whole - tissue).numbers,
            ),
            f"compose {scale}": (0, 5 * tile_px),
            f"encode tile {scale}": (0, 5 * tile_px),
            f"end to end {scale} cold": (whole.flops, number_bytes * whole.numbers),
            f"end to end {scale} warm": ((whole - tissue).flops, number_bytes * (whole - tissue).numbers),
        }
    return costs


def _ratios(times: Times) -> dict[str, float | None]:
    return _rounded(
        {
            "paper_low_over_click": times.ratio("unet eager low", "network low warm"),
            "paper_high_over_click": times.ratio("uctransnet eager high", "network high warm"),
            "compact_eager_over_click": times.ratio("compact eager low", "network low warm"),
            "compact_eager_high_over_click": times.ratio("compact eager high", "network high warm"),
            "sam_first_click": times.ratio("sam first click", "our first click"),
            "sam_ten_clicks": _ten_clicks(times),
            "ritm_hrnet18s_over_click": times.ratio("hrnet18s eager", "network low warm"),
            "first_over_warm": max(
                (
                    ratio
                    for cache in ("empty", "full")
                    if (ratio := times.ratio(f"fresh {cache} first", f"fresh {cache} later"))
                ),
                default=None,
            ),
        }
    )


def _ratios_end_to_end(times: Times) -> dict[str, float | None]:
    """Return the same; peers that come without a session are counted without one."""
    warm, cold = "end to end low warm", "end to end low cold"
    both = warm in times and cold in times and "sam first click" in times
    ten = times.median(cold) + (CLICKS - 1) * times.median(warm) if both else None
    return _rounded(
        {
            "paper_low_over_click": times.ratio("end to end low paper", warm),
            "paper_high_over_click": times.ratio("end to end high paper", "end to end high warm"),
            "compact_eager_over_click": times.ratio("end to end low compact eager", warm),
            "compact_eager_high_over_click": times.ratio(
                "end to end high compact eager", "end to end high warm"
            ),
            "sam_first_click": times.ratio("sam first click", cold),
            "sam_ten_clicks": _ten("sam", times) / ten if ten else None,
            "ritm_hrnet18s_over_click": times.ratio("hrnet18s eager", warm),
            "first_over_warm": times.ratio(cold, warm),
        }
    )


def _ten_clicks(times: Times) -> float | None:
    return _ten("sam", times) / _ten("our", times) if "sam first click" in times else None


def _ten(whose: str, times: Times) -> float:
    return times.median(f"{whose} first click") + (CLICKS - 1) * times.median(f"{whose} later click")


def _rounded(ratios: dict[str, float | None]) -> dict[str, float | None]:
    return {name: None if value is None else round(value, 2) for name, value in ratios.items()}

"""The rows of the table by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from zoomiseg.errors import WeightsError
from zoomiseg.session import PredictorPair

from ..baselines import Baseline, known_baselines
from ..simulation import Row
from ._method_predictor import method_pair

ROW_NAMES = (
    "low-only",
    "high-only",
    "zoomiseg",
    "without-l2h",
    "without-click-loss",
    "ritm-style",
    "grabcut",
    "random-walker",
    "sam",
)
"""Those of the package; the names of further methods come after them."""
REPEATED = "zoomiseg"
"""The row whose low clicks and zooms are repeated by those that are paired with it."""
_NETWORK_ROWS = ("low-only", "high-only", "zoomiseg", "without-l2h")

Load = Callable[[], PredictorPair]


def ordered(names: Sequence[str]) -> list[str]:
    """Return the names in the table's order, each once, with the row that another one repeats."""
    wanted = dict.fromkeys([*names, REPEATED] if "without-l2h" in names else names)
    return [
        *(name for name in ROW_NAMES if name in wanted),
        *(name for name in wanted if name not in ROW_NAMES),
    ]


def rows_named(
    names: Sequence[str],
    *,
    load: Load,
    load_without_click_loss: Load | None,
    load_ritm_style: Load | None = None,
    baselines: Mapping[str, Baseline] | None = None,
    adapt: str = "off",
) -> list[Row]:
    """Return the rows of these names, in the table's order.

    Args:
        names: Of `ROW_NAMES` and of the baselines.
        load: Returns the networks.
        load_without_click_loss: Returns those that were trained without it.
        load_ritm_style: Returns the RITM-style network; only its low scale is used.
        baselines: By name; None: those of the package, without any weights.
        adapt: What the networks of the first five rows learn while they are clicked.
    Raises:
        WeightsError: A row is asked for whose networks are not given, or whose weights are not right.
        MissingExtra: A method's package is not installed.
    """
    wanted, methods = ordered(names), known_baselines() if baselines is None else baselines
    networks = load() if any(name in _NETWORK_ROWS for name in wanted) else None
    rows = []
    for name in wanted:
        if name in methods:
            rows.append(Row(name=name, scheme="low", predictors=method_pair(methods[name])))
        elif name == "ritm-style":
            rows.append(Row(name=name, scheme="low", predictors=_ritm_style(load_ritm_style)))
        elif name == "without-click-loss":
            if load_without_click_loss is None:
                raise WeightsError("The row without-click-loss needs networks that were trained without it.")
            rows.append(Row(name=name, scheme="zoom", predictors=load_without_click_loss(), adapt=adapt))
        else:
            assert networks is not None, "they were loaded for this row"
            rows.append(replace(_network_row(name, networks), adapt=adapt))
    return rows


def _ritm_style(load: Load | None) -> PredictorPair:
    if load is None:
        raise WeightsError(
            "The row ritm-style needs weights of that network.", hint="Give their folder with --ritm-weights."
        )
    return load()


def _network_row(name: str, networks: PredictorPair) -> Row:
    match name:
        case "low-only":
            return Row(name=name, scheme="low", predictors=networks)
        case "high-only":
            return Row(name=name, scheme="high", predictors=networks)
        case "without-l2h":
            return Row(name=name, scheme="zoom-again", predictors=networks, l2h=False)
    return Row(name=name, scheme="zoom", predictors=networks)

"""The rows of the table by their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zoomiseg.errors import WeightsError
from zoomiseg.session import PredictorPair

from .._baselines import grabcut, random_walker
from .._controls import LONGEST_PX
from ..simulation import Row
from ._method_predictor import method_pair

ROW_NAMES = (
    "low-only",
    "high-only",
    "zoomiseg",
    "without-l2h",
    "without-click-loss",
    "grabcut",
    "random-walker",
)
REPEATED = "zoomiseg"
"""The row whose low clicks and zooms are repeated by those that are paired with it."""
_BASELINES = {"grabcut": grabcut, "random-walker": random_walker}
_NETWORK_ROWS = ("low-only", "high-only", "zoomiseg", "without-l2h")

Load = Callable[[], PredictorPair]


def ordered(names: Sequence[str]) -> list[str]:
    """Return the names in the table's order, each once, with the row that another one repeats."""
    wanted = {*names, REPEATED} if "without-l2h" in names else set(names)
    return [name for name in ROW_NAMES if name in wanted]


def rows_named(names: Sequence[str], *, load: Load, load_without_click_loss: Load | None) -> list[Row]:
    """Return the rows of these names, in the table's order.

    Args:
        names: Of `ROW_NAMES`.
        load: Returns the networks.
        load_without_click_loss: Returns those that were trained without it.
    Raises:
        WeightsError: The row without-click-loss is asked for, but no such networks are given.
    """
    wanted = ordered(names)
    networks = load() if any(name in _NETWORK_ROWS for name in wanted) else None
    rows = []
    for name in wanted:
        if name in _BASELINES:
            pair = method_pair(name, _BASELINES[name], longest_px=LONGEST_PX)
            rows.append(Row(name=name, scheme="low", predictors=pair))
        elif name == "without-click-loss":
            if load_without_click_loss is None:
                raise WeightsError("The row without-click-loss needs networks that were trained without it.")
            rows.append(Row(name=name, scheme="zoom", predictors=load_without_click_loss()))
        else:
            assert networks is not None, "they were loaded for this row"
            rows.append(_network_row(name, networks))
    return rows


def _network_row(name: str, networks: PredictorPair) -> Row:
    match name:
        case "low-only":
            return Row(name=name, scheme="low", predictors=networks)
        case "high-only":
            return Row(name=name, scheme="high", predictors=networks)
        case "without-l2h":
            return Row(name=name, scheme="zoom-again", predictors=networks, l2h=False)
    return Row(name=name, scheme="zoom", predictors=networks)

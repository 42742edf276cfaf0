"""What the paper reports, to be shown beside one's own figures and never mixed with them."""

from __future__ import annotations

DATA_SET = "PAIP2019, five slides of liver carcinoma: another data set, other networks"
TABLE_1: dict[str, tuple[float, int]] = {
    "low-only": (0.894, 138),
    "high-only": (0.942, 867),
    "zoomiseg": (0.913, 385),
    "without-l2h": (0.909, 394),
    "without-click-loss": (0.868, 1579),
}
"""mIoU and tNoC of its Table 1, by the names of our rows."""
NOT_HERE = (
    "The paper's Figure 1 also shows FocalClick, SimpleClick and FocusCut. Their weights cannot be had here, "
    "so they are left out."
)

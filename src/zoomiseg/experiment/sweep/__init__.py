"""What each threshold of the zoom simulation costs and gains, one changed at a time."""

from ._figures import read_sweep, sweep_figures
from ._settings import MOST_SLIDES, SWEEP_FOLDER, SweptSetting, swept_settings

__all__ = ["MOST_SLIDES", "SWEEP_FOLDER", "SweptSetting", "read_sweep", "sweep_figures", "swept_settings"]

"""How much memory this process has held."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_rss_mb() -> float | None:
    """Return the most memory that this process has held, in megabytes (2^20 bytes); None on Windows."""
    if sys.platform == "win32":
        return None
    if _STATUS.exists():
        # Linux hands the peak of whoever started a process down to it in getrusage, but not here.
        fields = dict(line.split(":", 1) for line in _STATUS.read_text("ascii", "replace").splitlines())
        return round(int(fields["VmHWM"].split()[0]) / 1024, 1)
    import resource  # noqa: PLC0415 - there is none on Windows

    # macOS counts in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 if sys.platform != "darwin" else 1024**2), 1)

"""OpenVINO without its telemetry: that a slide was opened here is nobody else's business.

Importing openvino reports to an analytics service, unless the package that does so cannot be imported; then
OpenVINO falls back on a stub of its own that sends nothing.
"""

from __future__ import annotations

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # what makes an import fail

import openvino  # noqa: E402  # only now

__all__ = ["openvino"]

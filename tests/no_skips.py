"""Where $ZOOMISEG_NO_SKIPS is set, as in CI, a test that is skipped because a tool is missing fails."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

# What no installation can bring: a GPU, slides of others, the right to mount a disk, another system.
_ALLOWED = ("CUDA", "may not be redistributed", "no disk can be mounted", "no fork")


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.outcome != "skipped" or hasattr(report, "wasxfail") or not os.environ.get("ZOOMISEG_NO_SKIPS"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(allowed in reason for allowed in _ALLOWED):
        report.outcome = "failed"
        report.longrepr = f"{reason} (nothing may be skipped where ZOOMISEG_NO_SKIPS is set)"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _forbid_skip(report)
    return report

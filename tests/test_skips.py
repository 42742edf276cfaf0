"""In CI a test that is skipped for want of a tool fails; one that wants a GPU may be skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = """
import pytest

@pytest.mark.skip(reason="it needs Chromium")
def test_of_a_tool(): ...

@pytest.mark.skip(reason="it needs CUDA")
def test_of_a_gpu(): ...

@pytest.mark.xfail(strict=True)
def test_that_is_known_to_fail():
    assert False

def test_that_passes(): ...
"""


@pytest.mark.parametrize(
    ("setting", "outcomes"),
    [
        ("", {"skipped": 2, "passed": 1, "xfailed": 1}),
        ("1", {"errors": 1, "skipped": 1, "passed": 1, "xfailed": 1}),
    ],
)
def test_only_what_cannot_be_installed_may_be_skipped_in_ci(pytester, monkeypatch, setting, outcomes):
    monkeypatch.setenv("ZOOMISEG_NO_SKIPS", setting)
    pytester.makeconftest((Path(__file__).parent / "no_skips.py").read_text("utf-8"))
    pytester.makepyfile(TESTS)
    pytester.runpytest_inprocess().assert_outcomes(**outcomes)


def test_a_package_that_is_missing_while_tests_are_collected_fails_too(pytester, monkeypatch):
    monkeypatch.setenv("ZOOMISEG_NO_SKIPS", "1")
    pytester.makeconftest((Path(__file__).parent / "no_skips.py").read_text("utf-8"))
    pytester.makepyfile("import pytest\npytest.importorskip('no_such_package')")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*nothing may be skipped*"])

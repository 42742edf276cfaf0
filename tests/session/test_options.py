from __future__ import annotations

import pytest

from zoomiseg.errors import SessionError
from zoomiseg.session import SessionOptions


def test_options_survive_the_way_to_json_and_back() -> None:
    options = SessionOptions(low_stride=1024, seam="hard", high_margin_px=0, l2h=False, carry_low_clicks=True)
    assert SessionOptions.from_json(options.to_json()) == options


@pytest.mark.parametrize(
    ("name", "value"),
    [("low_stride", 100), ("low_stride", 2000), ("seam", "soft"), ("seam_px", 0), ("high_margin_px", 512)],
)
def test_a_value_without_sense_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(SessionError, match=name):
        SessionOptions(**{name: value})


def test_an_unknown_option_asks_for_a_newer_version() -> None:
    with pytest.raises(SessionError, match=r"'glow', which this version does not know.*newer"):
        SessionOptions.from_json({"glow": 1})


def test_an_option_of_another_type_is_refused() -> None:
    with pytest.raises(SessionError, match="'l2h' has the value 1"):
        SessionOptions.from_json({"l2h": 1})

import json
import math
from dataclasses import replace

import pytest

from zoomiseg.errors import WeightsError
from zoomiseg.networks import Card
from zoomiseg.networks._card import parse_card

SHA256 = "0123456789abcdef" * 4


@pytest.fixture
def written(card: Card) -> dict[str, object]:
    return json.loads(replace(card, sha256=SHA256).to_json())


def test_a_card_survives_the_way_to_json_and_back(card: Card) -> None:
    complete = replace(card, sha256=SHA256)
    assert parse_card(complete.to_json(), source="card") == complete


def test_unknown_and_missing_keys_are_named(written: dict[str, object]) -> None:
    del written["mpp"], written["seeds"]
    written["microns"] = 2.0
    with pytest.raises(WeightsError, match=r"low\.json .*unknown: microns; missing: mpp, seeds"):
        parse_card(json.dumps(written), source="low.json")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mpp", 0),
        ("mpp", "2.0"),
        ("mpp", math.nan),
        ("mpp", True),
        ("click_radius_px", 5.5),
        ("click_radius_px", -1),
        ("scale", "middle"),
        ("mean", [0.5, 0.5]),
        ("std", [0.5, 0.5, 0]),
        ("pad_to_patch", 1),
        ("seeds", 3),
        ("figures", []),
        ("sha256", "abc"),
        ("name", None),
        ("options", {"shallow_skip": "image"}),
        ("options", {"shallow_skip": "both", "drop_second_skip": True}),
    ],
)
def test_a_value_of_another_kind_is_named_with_what_is_wanted(
    written: dict[str, object], key: str, value: object
) -> None:
    written[key] = value
    with pytest.raises(WeightsError, match=rf"low\.json: {key} must be .+, got "):
        parse_card(json.dumps(written), source="low.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_what_is_no_json_object_is_no_card(text: str) -> None:
    with pytest.raises(WeightsError, match=r"low\.json"):
        parse_card(text, source="low.json")


def test_a_card_of_a_later_release_asks_for_that_release(written: dict[str, object]) -> None:
    written |= {"format_version": 2, "later": True}
    with pytest.raises(WeightsError, match=r"format version 2, this release reads 1\. Install a newer"):
        parse_card(json.dumps(written), source="low.json")


def test_a_figure_that_json_cannot_hold_is_refused(card: Card) -> None:
    with pytest.raises(WeightsError, match="tiny"):
        replace(card, figures={"miou": math.nan}).to_json()

"""When the clicks speak for one answer or the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.adapt import Foretold, helps

BOTH, NEITHER = Foretold(adapted=True, plain=True), Foretold(adapted=False, plain=False)
PLAIN, ADAPTED = Foretold(adapted=False, plain=True), Foretold(adapted=True, plain=False)


def test_the_adapted_answer_is_shown_at_first() -> None:
    assert helps(())
    assert helps([PLAIN] * 3)


def test_it_is_hidden_where_the_network_knew_most_new_clicks_better() -> None:
    assert not helps([PLAIN, NEITHER, PLAIN, PLAIN])


def test_half_of_the_clicks_are_not_enough() -> None:
    assert helps([NEITHER, PLAIN] * 8)


def test_it_comes_back_by_the_same_rule() -> None:
    off = [PLAIN] * 4
    assert not helps([*off, *[ADAPTED] * 3])
    assert helps([*off, *[ADAPTED] * 4])
    assert not helps([*off, *[NEITHER, ADAPTED] * 4])


@given(st.lists(st.sampled_from([PLAIN, ADAPTED, NEITHER])), st.integers(0, 20))
def test_what_both_knew_says_nothing(clicks: list[Foretold], place: int) -> None:
    assert helps(clicks) == helps([*clicks[:place], BOTH, *clicks[place:]])

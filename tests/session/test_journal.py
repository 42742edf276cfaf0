from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zoomiseg.session._journal import Journal, JournalledMap

WRITES = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(1, 5)), max_size=5)


def as_dict(mapping: JournalledMap[str, int]) -> dict[str, int | None]:
    return {key: mapping.get(key) for key in sorted(mapping)}


@given(steps=st.lists(WRITES, max_size=6))
def test_taking_back_every_step_passes_through_every_earlier_state(steps) -> None:
    journal = Journal()
    mapping: JournalledMap[str, int] = JournalledMap(journal)
    states = []
    for writes in steps:
        states.append(as_dict(mapping))
        journal.begin()
        for key, value in writes:
            mapping.put(key, value)
    while states:
        assert len(journal) == len(states)
        journal.take_back()
        assert as_dict(mapping) == states.pop()


@given(steps=st.lists(WRITES, max_size=6))
def test_a_snapshot_stays_as_it_was_taken(steps) -> None:
    journal = Journal()
    mapping: JournalledMap[str, int] = JournalledMap(journal)
    taken = []
    for writes in steps:
        taken.append((mapping.snapshot(), as_dict(mapping)))
        journal.begin()
        for key, value in writes:
            mapping.put(key, value)
    while len(journal):
        journal.take_back()
    assert [as_dict(snapshot) for snapshot, _ in taken] == [expected for _, expected in taken]


def test_a_step_knows_what_it_replaced() -> None:
    journal = Journal()
    mapping: JournalledMap[str, int] = JournalledMap(journal)
    journal.begin()
    mapping.put("a", 1)
    journal.begin()
    mapping.put("a", 2)
    mapping.put("b", 3)
    assert [(write.key, write.before) for write in journal.newest()] == [("a", 1), ("b", None)]
    assert sorted(mapping.values()) == [2, 3]
    assert len(mapping) == 2

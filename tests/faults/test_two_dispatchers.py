"""Two dispatchers at once, each beside the other; if this broke, an entry would be handed out by both (rule 3)."""

from __future__ import annotations

from datetime import timedelta

from tests.faults.works import Works

CUSTOMERS = 15


def test_two_dispatchers_at_once_hand_out_each_entry_once(works: Works) -> None:
    works.owes(CUSTOMERS, within=timedelta(seconds=10))
    works.starts()
    works.everybody_is_rung_once()
    tried = [entry for entry in works.entries() if entry.kind in ("call-back", "place-call")]
    assert len(tried) >= 2 * CUSTOMERS
    assert {entry.failures for entry in tried} == {0}

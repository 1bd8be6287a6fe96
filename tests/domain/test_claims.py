"""Whose turn it is; if this broke, a flood of one kind would keep all others waiting, or work would be done twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.domain import claims, outbox
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.claims import Claimed, Standing
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.runtime import Runtime
from tests.world import HandClock

LEASE, PATIENCE, SECOND = timedelta(minutes=1), timedelta(seconds=30), timedelta(seconds=1)


def post(runtime: Runtime, *kinds: str, **how: object) -> None:
    with runtime.act(COMMAND) as act:
        for kind in kinds:
            outbox.post(act, kind, **how)  # type: ignore[arg-type]


def claimed(runtime: Runtime, most: int = 10, **rooms: int) -> list[Claimed]:
    with runtime.act(CLOCK) as act:
        room = {Queue(name): many for name, many in rooms.items()} or None
        return claims.claim_due(act, lease=LEASE, most=most, rooms=room, patience=PATIENCE)


def kinds(runtime: Runtime, most: int = 10, **rooms: int) -> list[str]:
    found = claimed(runtime, most, **rooms)
    with runtime.look(CLOCK) as act:
        return [act.session.get_one(OutboxEntry, one.id).kind for one in found]


def test_a_flood_in_one_queue_keeps_nothing_in_the_other_waiting(runtime: Runtime) -> None:
    post(runtime, *["urgent"] * 20, urgent=True)
    post(runtime, "routine")
    assert kinds(runtime, most=3) == ["urgent", "urgent", "urgent", "routine"]


def test_an_emergency_goes_first_then_what_presses_and_last_what_nobody_waits_for(
    runtime: Runtime, at: HandClock
) -> None:
    post(runtime, "copy", patient=True)
    post(runtime, "text", due=at.now + SECOND)
    post(runtime, "call", urgent=True)
    post(runtime, "fire", emergency=True, urgent=True, due=at.now + SECOND)
    at.passes(SECOND)
    assert kinds(runtime) == ["fire", "call", "text", "copy"]


def test_of_one_priority_what_waits_longest_goes_first(runtime: Runtime, at: HandClock) -> None:
    post(runtime, "later", due=at.now - SECOND)
    post(runtime, "earlier", due=at.now - 2 * SECOND)
    assert [kinds(runtime, most=1) for _ in range(2)] == [["earlier"], ["later"]]


def test_what_waited_long_goes_before_younger_entries_of_the_next_priority(runtime: Runtime, at: HandClock) -> None:
    post(runtime, "copy", patient=True)
    at.passes(PATIENCE)
    post(runtime, "text")
    assert kinds(runtime, most=1) == ["copy"]


def test_a_stream_of_others_that_never_ends_starves_nobody(runtime: Runtime, at: HandClock) -> None:
    """More texts fall due than are sent: they too wait long, and the copy has its turn among them all the same."""
    post(runtime, "copy", patient=True)
    sent = list[str]()
    for _ in range(12):
        post(runtime, *["text"] * 4)
        at.passes(PATIENCE / 3)
        sent += kinds(runtime, most=3)
    assert "text" in sent[:3]
    assert "copy" in sent


def test_an_emergency_is_never_overtaken_however_long_others_wait(runtime: Runtime, at: HandClock) -> None:
    post(runtime, "call", urgent=True)
    at.passes(100 * PATIENCE)
    post(runtime, "fire", emergency=True, urgent=True)
    assert kinds(runtime, most=1) == ["fire"]


def test_no_more_is_claimed_than_there_is_room_for_but_of_emergencies_all(runtime: Runtime) -> None:
    post(runtime, "call", "call", "call", urgent=True)
    post(runtime, "fire", "gas", emergency=True, urgent=True)
    post(runtime, "text", "text")
    assert kinds(runtime, urgent=3, routine=1) == ["fire", "gas", "call", "text"]
    assert kinds(runtime, urgent=0, routine=-5) == []
    post(runtime, "lift", emergency=True, urgent=True)
    assert kinds(runtime, urgent=0, routine=0) == ["lift"]


def test_what_could_not_be_handed_out_is_due_again_at_once(runtime: Runtime) -> None:
    post(runtime, "call", "text")
    first, second = claimed(runtime)
    with runtime.act(CLOCK) as act:
        claims.hand_back(act, [first])
    assert [(one.id, one.attempt) for one in claimed(runtime)] == [(first.id, 2)]
    with runtime.act(CLOCK) as act:
        claims.hand_back(act, [first])  # it was another attempt that was handed back
        assert claims.under_way(act) == {Queue.URGENT: 0, Queue.ROUTINE: 2}
    assert second.attempt == 1


def test_what_is_done_is_not_handed_back(runtime: Runtime) -> None:
    post(runtime, "text")
    (one,) = claimed(runtime)
    with runtime.act(CLOCK) as act:
        entry = outbox.take(act, one.id, one.attempt)
        assert entry is not None
        outbox.settle(act, entry, State.DONE)
        claims.hand_back(act, [one])
    assert claimed(runtime) == []


def test_each_queue_says_how_it_stands(runtime: Runtime, at: HandClock) -> None:
    post(runtime, "call", urgent=True)
    at.passes(SECOND)
    post(runtime, "call", urgent=True)
    post(runtime, "text", due=at.now + SECOND)
    claimed(runtime, urgent=1, routine=1)
    with runtime.look(CLOCK) as act:
        assert claims.standings(act) == {
            Queue.URGENT: Standing(due=1, claimed=1, oldest=at.now - SECOND),
            Queue.ROUTINE: Standing(),
        }
        assert claims.oldest_due(act) == at.now - SECOND


def test_the_next_due_is_found_whichever_queue_and_priority_it_is_of(runtime: Runtime, at: HandClock) -> None:
    assert next_due(runtime) is None
    for much, how in enumerate(({"patient": True}, {}, {"urgent": True}, {"urgent": True, "emergency": True})):
        sooner = at.now + (9 - much) * SECOND
        post(runtime, "one", due=sooner, **how)
        assert next_due(runtime) == sooner


def test_a_lease_that_runs_out_is_due_as_well(runtime: Runtime, at: HandClock) -> None:
    post(runtime, "one")
    assert len(claimed(runtime)) == 1
    assert next_due(runtime) == at.now + LEASE
    post(runtime, "two", due=at.now + SECOND)
    assert next_due(runtime) == at.now + SECOND


def next_due(runtime: Runtime) -> datetime | None:
    with runtime.look(CLOCK) as act:
        return claims.next_due(act)

"""What is owed is owed once, handed to one, and never forgotten."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import audit, claims, outbox
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.outbox import OutboxEntry, State
from hotline.runtime import Runtime
from tests import given
from tests.world import Cast, HandClock

LEASE = timedelta(minutes=1)


def post(runtime: Runtime, kind: str, **how: object) -> None:
    with runtime.act(COMMAND) as act:
        outbox.post(act, kind, **how)  # type: ignore[arg-type]


def claim(runtime: Runtime, most: int = 10) -> list[tuple[int, int, str]]:
    with runtime.act(CLOCK) as act:
        return [(one.id, one.attempt, one.queue) for one in claims.claim_due(act, lease=LEASE, most=most)]


def all_of(runtime: Runtime) -> list[OutboxEntry]:
    with runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(OutboxEntry).order_by(OutboxEntry.id)))


def test_the_same_key_twice_is_owed_once(runtime: Runtime) -> None:
    for _ in range(2):
        post(runtime, "send-text", key="a", who=1)
        post(runtime, "send-text", who=1)
    assert [entry.key for entry in all_of(runtime)] == ["a", None, None]


def test_what_is_owed_now_wakes_the_dispatcher_and_what_is_owed_later_does_not(runtime: Runtime, at: HandClock) -> None:
    for due, wakes in ((None, True), (at.now, True), (at.now + timedelta(seconds=1), False)):
        with runtime.act(COMMAND) as act:
            outbox.post(act, "send-text", due=due)
            assert act.owes_now is wakes


def test_nothing_is_claimed_before_it_is_due(runtime: Runtime, at: HandClock) -> None:
    post(runtime, "judge-promise", due=at.now + timedelta(seconds=1))
    assert claim(runtime) == []
    at.passes(timedelta(seconds=1))
    assert claim(runtime) == [(1, 1, "routine")]
    assert claim(runtime) == []


def test_eight_dispatchers_never_get_the_same_entry(runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        for n in range(80):
            outbox.post(act, "send-text", key=f"k{n}")
    with ThreadPoolExecutor(8) as dispatchers:
        claims = list(dispatchers.map(lambda _: [*claim(runtime, most=7), *claim(runtime, most=7)], range(8)))
    ids = [entry[0] for some in claims for entry in some]
    assert len(ids) == len(set(ids))
    rest = [entry.id for entry in all_of(runtime) if entry.state == State.DUE]
    assert sorted(ids + rest) == list(range(1, 81))


def test_a_claim_that_was_never_finished_comes_back_as_another_attempt(runtime: Runtime, at: HandClock) -> None:
    post(runtime, "send-text")
    claim(runtime)
    at.passes(LEASE)
    with runtime.act(CLOCK) as act:
        assert claims.lapse(act) == 0  # the lease holds to its last moment
        assert claims.next_due(act) == act.at
    at.passes(timedelta(seconds=1))
    with runtime.act(CLOCK) as act:
        assert claims.next_due(act) == act.at - timedelta(seconds=1)
        assert claims.lapse(act) == 1
    assert claim(runtime) == [(1, 2, "routine")]
    with runtime.act(CLOCK) as act:
        assert outbox.take(act, 1, 1) is None  # the one who was first comes too late
        assert outbox.take(act, 2, 2) is None
        assert outbox.take(act, 1, 2) is not None


@pytest.mark.parametrize("end", [State.DONE, State.DROPPED, State.FAILED])
def test_what_is_settled_is_settled_and_stands_in_the_cases_chain(runtime: Runtime, cast: Cast, end: State) -> None:
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        outbox.post(act, "send-text", case_id=case.id)
    claim(runtime)
    with runtime.act(CLOCK) as act:
        entry = outbox.take(act, 1, 1)
        assert entry is not None
        outbox.settle(act, entry, end, problem="said so")
    with runtime.look(COMMAND) as act:
        assert outbox.take(act, 1, 1) is None
        last = audit.entries(act.session, case.chain)[-1]
        assert (last.kind, last.fields["outcome"], last.fields["problem"]) == ("outbox", end, "said so")


def test_what_is_tried_again_waits_for_its_time(runtime: Runtime, at: HandClock) -> None:
    post(runtime, "send-text")
    claim(runtime)
    with runtime.act(CLOCK) as act:
        entry = outbox.take(act, 1, 1)
        assert entry is not None
        outbox.again(act, entry, at.now + timedelta(seconds=5), problem="busy")
    assert claim(runtime) == []
    at.passes(timedelta(seconds=5))
    assert claim(runtime) == [(1, 2, "routine")]


def test_a_submission_that_began_is_remembered_over_a_lapse_and_can_be_taken_back(
    runtime: Runtime, at: HandClock
) -> None:
    post(runtime, "send-text")
    claim(runtime)
    with runtime.act(CLOCK) as act:
        entry = outbox.take(act, 1, 1)
        assert entry is not None
        outbox.submitting(act, entry, mark="m", lease=LEASE)
    at.passes(LEASE + timedelta(seconds=1))
    with runtime.act(CLOCK) as act:
        claims.lapse(act)
    (entry,) = all_of(runtime)
    assert (entry.submitted_at, entry.mark) == (at.now - LEASE - timedelta(seconds=1), "m")
    outbox.not_submitted(entry)
    assert (entry.submitted_at, entry.mark) == (None, None)


def test_only_what_waits_can_be_cancelled(runtime: Runtime) -> None:
    for key in ("claimed", "waiting"):
        post(runtime, "ring-dispatch", key=key)
        if key == "claimed":
            claim(runtime)
    with runtime.act(CLOCK) as act:
        outbox.cancel(act, "claimed")
        outbox.cancel(act, "waiting")
        outbox.cancel(act, "never posted")
    assert [entry.state for entry in all_of(runtime)] == [State.CLAIMED, State.DROPPED]


def test_the_longest_wait_is_known(runtime: Runtime, at: HandClock) -> None:
    with runtime.look(CLOCK) as act:
        assert claims.oldest_due(act) is None
    post(runtime, "b", due=at.now + timedelta(hours=1))
    post(runtime, "a", due=at.now - timedelta(hours=1))
    claim(runtime)
    with runtime.look(CLOCK) as act:
        assert claims.oldest_due(act) == at.now - timedelta(hours=1)


def test_the_carriers_ids_that_no_entry_has_are_told_apart(runtime: Runtime) -> None:
    post(runtime, "send-text")
    with runtime.act(CLOCK) as act:
        act.session.get_one(OutboxEntry, 1).carrier_sid = "SM1"
    with runtime.look(CLOCK) as act:
        assert outbox.unknown_sids(act, ["SM2", "SM1", "SM0"]) == ["SM2", "SM0"]

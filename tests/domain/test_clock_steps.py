"""What is owed follows a clock that was set; if this broke, it would lie for an hour or be done twice (rule 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from hotline import clock
from hotline.db import server_clock
from hotline.domain import clock_steps, outbox
from hotline.domain.act import CLOCK
from hotline.domain.outbox import OutboxEntry, State
from hotline.runtime import Runtime
from tests.world import START, HandClock

LEASE = timedelta(seconds=60)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def owed(runtime: Runtime) -> Callable[..., OutboxEntry]:
    """Makes an entry with these columns."""

    def make(due: datetime = START, **columns: Any) -> OutboxEntry:
        with runtime.act(CLOCK) as act:
            outbox.post(act, "match-line", due=due)
            newest = select(OutboxEntry).order_by(OutboxEntry.id.desc()).limit(1)
            entry = act.session.scalars(newest).one()
            if columns:
                act.session.execute(update(OutboxEntry).where(OutboxEntry.id == entry.id).values(columns))
        return entry

    return make


def is_set(runtime: Runtime, at: HandClock, by: timedelta) -> None:
    """Somebody sets the clock, and two dispatchers notice."""
    at.passes(by)
    for _ in range(2):
        with runtime.act(CLOCK) as act:
            clock_steps.follow(act, by, runtime.figures.outbox)


def now_of(runtime: Runtime, entry: OutboxEntry) -> OutboxEntry:
    with runtime.look(CLOCK) as act:
        return act.session.get_one(OutboxEntry, entry.id)


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_what_is_handed_out_is_handed_out_as_of_now_and_was_submitted_now(
    runtime: Runtime, at: HandClock, owed: Callable[..., OutboxEntry], by: timedelta
) -> None:
    entry = owed(state=State.CLAIMED, lease_until=START + LEASE, submitted_at=START, attempts=1)
    waits = owed(due=START + 30 * SECOND, submitted_at=START, attempts=1)
    nothing = owed(state=State.DONE, submitted_at=START)
    is_set(runtime, at, by)
    found = now_of(runtime, entry)
    assert (found.lease_until, found.submitted_at) == (START + by + LEASE, START + by)
    assert now_of(runtime, waits).submitted_at == START + by
    assert now_of(runtime, nothing).submitted_at == START


@pytest.mark.parametrize("by", [HOUR, -HOUR, 10 * SECOND, -10 * SECOND])
def test_what_was_submitted_longer_ago_is_looked_for_from_when_it_was_asked_for_by_either_clock(
    runtime: Runtime, at: HandClock, owed: Callable[..., OutboxEntry], by: timedelta
) -> None:
    """Looked for from later on it is not seen, counts as never taken, and is done a second time (design rule 3)."""
    ago = 10 * 60 * SECOND
    entry = owed(state=State.CLAIMED, lease_until=START + LEASE, submitted_at=START - ago, attempts=1)
    is_set(runtime, at, by)
    figures = runtime.figures.outbox
    found = now_of(runtime, entry).submitted_at
    assert found is not None
    assert found + figures.reconcile_after.span - figures.looked_back.span <= START - ago + min(by, 0 * by)
    assert found + figures.reconcile_after.span <= at.now, "it is in the list by now"


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_one_machine_whose_clock_is_set_wrong_changes_nothing_that_the_others_go_by(
    runtime: Runtime, at: HandClock, owed: Callable[..., OutboxEntry], by: timedelta
) -> None:
    """Else another would take what is at work for left behind, and look in the carrier's list too early (rule 3)."""
    entry = owed(state=State.CLAIMED, lease_until=START + LEASE, submitted_at=START, attempts=1)
    with clock.turned_by(at, elsewhere=lambda: START + SECOND):
        is_set(runtime, at, by)
        wrong = now_of(runtime, entry)
        at.passes(-by)
        with runtime.act(CLOCK) as act:
            clock_steps.follow(act, -by, runtime.figures.outbox)
    its_own = runtime.engine.dialect.name == "sqlite"  # no other machine works on such a database
    assert (wrong.lease_until, wrong.submitted_at) == (START + LEASE + by * its_own, START + by * its_own)
    right = now_of(runtime, entry)
    assert (right.lease_until, right.submitted_at) == (START + LEASE, START)


@pytest.mark.parametrize(
    ("due_in", "columns", "then"),
    [
        (timedelta(0), {}, timedelta(0)),
        (90 * SECOND, {}, 90 * SECOND),
        (15 * SECOND, {"attempts": 1, "posted_at": START - 3 * HOUR}, timedelta(0)),
        (15 * SECOND, {"posted_at": START - 2 * HOUR}, HOUR + 15 * SECOND),
        (HOUR / 2, {}, HOUR + HOUR / 2),
        (2 * HOUR, {"attempts": 1}, 3 * HOUR),
    ],
    ids=["at once", "in a while", "again soon", "promised", "promised lately", "again in the morning"],
)
def test_set_back_what_was_owed_at_once_is_owed_at_once_and_what_is_due_at_a_time_then(
    runtime: Runtime,
    at: HandClock,
    owed: Callable[..., OutboxEntry],
    due_in: timedelta,
    columns: dict[str, Any],
    then: timedelta,
) -> None:
    entry = owed(due=START + due_in, **columns)
    is_set(runtime, at, -HOUR)
    assert now_of(runtime, entry).due_at == START - HOUR + then


def test_set_forward_what_is_due_later_is_due_by_the_clock(
    runtime: Runtime, at: HandClock, owed: Callable[..., OutboxEntry]
) -> None:
    entry = owed(due=START + HOUR)
    is_set(runtime, at, HOUR / 2)
    assert now_of(runtime, entry).due_at == START + HOUR


def test_a_database_of_another_machine_shows_that_machines_clock(runtime: Runtime) -> None:
    with runtime.look(CLOCK) as act:
        shown = server_clock(act.session)
    if runtime.engine.dialect.name == "sqlite":
        assert shown is None
    else:
        assert shown is not None
        assert abs(datetime.now(UTC) - shown) < LEASE, "the server runs on this machine, whose clock nobody turns"


def test_a_step_is_what_the_clock_went_beside_the_seconds_that_passed(at: HandClock) -> None:
    seconds = [0.0]
    with clock.turned_by(at, lambda: seconds[0]):
        steps = clock.Steps()
        at.passes(10 * SECOND)
        seconds[0] += 10
        assert steps.taken() == timedelta(0)
        at.passes(-HOUR)
        assert steps.taken() == -HOUR
        steps.mind()
        assert steps.taken() == timedelta(0)

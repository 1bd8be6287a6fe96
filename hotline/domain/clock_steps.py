"""What is owed, after somebody set the clock; without it work would lie for an hour, or be done twice (design rule 3).

What is due at a time of day stays so: it is the clock that says when that is. But how long something has been under
way was reckoned by the clock before, and nobody can say by this one.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from hotline import clock
from hotline.db import server_clock
from hotline.domain.act import Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.standard.working import Outbox

_SOON = 2  # leases: whatever was owed for so soon was owed for a while after it was posted, not for a time of day


def follow(act: Act, step: timedelta, figures: Outbox) -> None:
    """The clock was set by `step`, which is less than nothing where it was set back. Done twice, it is done once.

    What is handed out is handed out as of now: a lease that seems to have run out has not. Where the database's machine
    shows another time it is our clock that is wrong now, and what all machines go by stays as it is: else another would
    take what is being done, or look in the carrier's list at the wrong time, and do it again.
    """
    theirs = server_clock(act.session)
    if theirs is not None and abs(clock.ahead_of(theirs)) >= figures.clock_step.span:
        return
    lease = figures.lease.span
    handed_out = update(OutboxEntry).where(OutboxEntry.state == State.CLAIMED).values(lease_until=act.at + lease)
    act.session.execute(handed_out.execution_options(synchronize_session=False))
    _submitted(act, step, figures.looked_back.span)
    if step < timedelta(0):
        _sooner(act, step, lease)


def _submitted(act: Act, step: timedelta, looked_back: timedelta) -> None:
    """What was submitted just then was submitted now: the carrier's list is not asked before it can know.

    What was submitted longer ago is in the list, and is looked for from no later on than it was asked for, whichever of
    the two clocks was right.
    """
    just_then = act.at - step - looked_back
    under_way = (OutboxEntry.state.in_((State.DUE, State.CLAIMED)), OutboxEntry.submitted_at.is_not(None))
    if step < timedelta(0):
        old = select(OutboxEntry).where(
            *under_way, OutboxEntry.submitted_at > act.at, OutboxEntry.submitted_at <= just_then
        )
        for entry in act.session.scalars(old.with_for_update()):
            if entry.submitted_at is not None:
                entry.submitted_at += step
        act.session.flush()
    since = max(act.at, just_then) if step < timedelta(0) else just_then
    young = update(OutboxEntry).where(*under_way, OutboxEntry.submitted_at > since).values(submitted_at=act.at)
    act.session.execute(young.execution_options(synchronize_session=False))


def _sooner(act: Act, step: timedelta, lease: timedelta) -> None:
    """The clock was set back: what was owed for at once, or tried and about to be tried again, does not lie so long."""
    ahead = act.at - step + lease  # where the clock was, and what it waited for just then
    again = update(OutboxEntry).where(
        OutboxEntry.state == State.DUE,
        OutboxEntry.attempts > 0,
        OutboxEntry.due_at > act.at,
        OutboxEntry.due_at <= ahead,
    )
    act.session.execute(again.values(due_at=act.at).execution_options(synchronize_session=False))
    posted = select(OutboxEntry).where(
        OutboxEntry.state == State.DUE,
        OutboxEntry.posted_at > act.at,
        OutboxEntry.due_at > act.at,
        OutboxEntry.due_at <= ahead + _SOON * lease,
    )
    for entry in act.session.scalars(posted.with_for_update(skip_locked=True)):
        if entry.due_at - entry.posted_at <= _SOON * lease:
            entry.posted_at, entry.due_at = entry.posted_at + step, entry.due_at + step

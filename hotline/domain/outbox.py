"""Effects owed to the outside; without the row, what a restart forgets would never be done (design rule 3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, bindparam, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain.act import Act

PROBLEM_LONGEST = 200


class State(StrEnum):
    """Where an owed effect stands."""

    DUE = "due"  # waits for its time
    CLAIMED = "claimed"  # handed to the queue, until the lease runs out
    DONE = "done"
    DROPPED = "dropped"  # no longer owed when its turn came
    FAILED = "failed"  # tried in vain; a person was told, and may have it tried again
    ABANDONED = "abandoned"  # a person said why it is not tried again


class Queue(StrEnum):
    """The queues; one worker process listens on exactly one (rq-facts 1)."""

    URGENT = "urgent"
    ROUTINE = "routine"


class Priority(IntEnum):
    """What goes first in its queue; `claims` says how waiting makes up for it."""

    EMERGENCY = -10  # before everything else, always (EMG-2)
    PRESSING = 0  # somebody waits on the telephone
    ORDINARY = 10
    PATIENT = 20  # copies and looks at the carrier's lists: nobody waits for them


class OutboxEntry(Base):
    """One effect owed: what kind, about what (ids only), when, and how far it got."""

    __tablename__ = "outbox"
    # Each queue's next by due time: looking for it costs the same however much is due, or owed for later.
    # Only what is handed out has a lease: to see whether one ran out, nothing else is gone through.
    # One call or text at the carrier is one entry's: of two that look for theirs at once, the second looks again.
    __table_args__ = (
        Index("ix_outbox_due", "state", "queue", "priority", "due_at"),
        Index(
            "ix_outbox_leases",
            "lease_until",
            sqlite_where=text("lease_until IS NOT NULL"),
            postgresql_where=text("lease_until IS NOT NULL"),
        ),
        Index(None, "carrier_sid", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    queue: Mapped[str] = mapped_column(String(16))
    priority: Mapped[int]
    about: Mapped[dict[str, Any]] = mapped_column(JSON)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    posted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int]  # how often it was handed to the queue; names the job
    failures: Mapped[int]  # how often it was tried and did not succeed
    lease_until: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    mark: Mapped[str | None] = mapped_column(String(64))  # blind print of what was submitted, to know it again
    carrier_sid: Mapped[str | None] = mapped_column(String(64))
    problem: Mapped[str | None] = mapped_column(String(PROBLEM_LONGEST))

    @property
    def emergency(self) -> bool:
        """Does this go before everything else (EMG-2)?"""
        return self.priority == Priority.EMERGENCY


# Written once: writing it anew for every entry took a third of the time of reading it.
_LOCKED = select(OutboxEntry).where(OutboxEntry.id == bindparam("entry")).with_for_update()


def post(
    act: Act,
    kind: str,
    *,
    due: datetime | None = None,
    key: str | None = None,
    case_id: int | None = None,
    urgent: bool = False,
    emergency: bool = False,
    patient: bool = False,
    **about: int | str,
) -> None:
    """Owe an effect, in this transaction. With a `key`, owing it twice is owing it once.

    `emergency`: of what is urgent, this goes before everything else (EMG-2). `patient`: of what is not, this goes last.
    `about` holds ids and words of ours only, never a personal value.
    """
    act.session.execute(
        insert_new(act.session, OutboxEntry).values(
            kind=kind,
            key=key,
            queue=Queue.URGENT if urgent else Queue.ROUTINE,
            priority=_priority(urgent=urgent, emergency=emergency, patient=patient),
            about=about,
            case_id=case_id,
            state=State.DUE,
            posted_at=act.at,
            due_at=due or act.at,
            attempts=0,
            failures=0,
        )
    )
    act.owes_now = act.owes_now or due is None or due <= act.at


def take(act: Act, entry_id: int, attempt: int) -> OutboxEntry | None:
    """The entry, locked, if it is still this attempt's to perform; None when another has it or it is settled."""
    anew = {"populate_existing": True}
    entry = act.session.scalars(_LOCKED, {"entry": entry_id}, execution_options=anew).one_or_none()
    if entry is None or entry.state != State.CLAIMED or entry.attempts != attempt:
        return None
    return entry


def overtakes(act: Act, entry: OutboxEntry, kinds: Collection[str]) -> bool:
    """Is an older entry of these kinds, about the same thing, under way with another worker?

    What a dead worker had counts as under way until its lease runs out: the carrier may be performing it.
    """
    query = select(OutboxEntry.about).where(
        OutboxEntry.state == State.CLAIMED, OutboxEntry.kind.in_(kinds), OutboxEntry.id < entry.id
    )
    return any(about == entry.about for about in act.session.scalars(query))


def submitting(act: Act, entry: OutboxEntry, *, mark: str | None, lease: timedelta) -> None:
    """From the commit on, the carrier may have it: whoever finds the entry later asks the carrier first."""
    entry.submitted_at, entry.mark, entry.lease_until = act.at, mark, act.at + lease


def not_submitted(entry: OutboxEntry) -> None:
    """The carrier surely does not have it; it may be submitted again."""
    entry.submitted_at = entry.mark = None


def unknown_sids(act: Act, sids: Sequence[str]) -> list[str]:
    """Which of the carrier's ids no entry was settled with, in their order."""
    known = set(act.session.scalars(select(OutboxEntry.carrier_sid).where(OutboxEntry.carrier_sid.in_(sids))))
    return [sid for sid in sids if sid not in known]


def twins(act: Act, entry: OutboxEntry, *, since: datetime) -> list[OutboxEntry]:
    """The others of this kind and mark that were submitted, and the carrier's id of which is not noted either."""
    query = select(OutboxEntry).where(
        OutboxEntry.kind == entry.kind,
        OutboxEntry.mark == entry.mark,
        OutboxEntry.id != entry.id,
        OutboxEntry.submitted_at >= since,
        OutboxEntry.carrier_sid.is_(None),
    )
    return list(act.session.scalars(query))


def settle(act: Act, entry: OutboxEntry, state: State, *, problem: str | None = None) -> None:
    """The entry is finished: done, dropped or failed."""
    entry.state, entry.settled_at, entry.lease_until, entry.problem = state, act.at, None, _short(problem)
    if entry.case_id is not None:
        act.remember(f"case:{entry.case_id}", "outbox", entry=entry.id, what=entry.kind, outcome=state, problem=problem)


def again(act: Act, entry: OutboxEntry, due: datetime, *, problem: str | None = None) -> None:
    """The entry is tried again at `due`."""
    entry.state, entry.due_at, entry.lease_until, entry.problem = State.DUE, due, None, _short(problem)


def cancel(act: Act, key: str) -> None:
    """What is owed under this key is no longer owed, unless it is being done already."""
    act.session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.key == key, OutboxEntry.state == State.DUE)
        .values(state=State.DROPPED, settled_at=act.at)
        .execution_options(synchronize_session=False)
    )


def drop_like(act: Act, entry: OutboxEntry) -> None:
    """What else waits in the same matter and is the very same effect is no longer owed."""
    waiting = select(OutboxEntry).where(
        OutboxEntry.case_id == entry.case_id,
        OutboxEntry.kind == entry.kind,
        OutboxEntry.state == State.DUE,
        OutboxEntry.submitted_at.is_(None),
        OutboxEntry.id < entry.id,
    )
    for one in act.session.scalars(waiting.order_by(OutboxEntry.id).with_for_update(skip_locked=True)):
        if one.about == entry.about:
            settle(act, one, State.DROPPED)


def said_later(act: Act, entry: OutboxEntry) -> bool:
    """Does a later entry in the same matter the very same: now, or did it already?

    Two that were at work at once did not see that the other waits (`drop_like`).
    """
    query = select(OutboxEntry.about).where(
        OutboxEntry.case_id == entry.case_id,
        OutboxEntry.kind == entry.kind,
        OutboxEntry.state.in_((State.DUE, State.CLAIMED, State.DONE)),
        OutboxEntry.due_at <= act.at,
        OutboxEntry.id > entry.id,
    )
    return any(about == entry.about for about in act.session.scalars(query))


def _priority(*, urgent: bool, emergency: bool, patient: bool) -> Priority:
    if emergency:
        return Priority.EMERGENCY
    if urgent:
        return Priority.PRESSING
    return Priority.PATIENT if patient else Priority.ORDINARY


def _short(problem: str | None) -> str | None:
    return problem[:PROBLEM_LONGEST] if problem is not None else None

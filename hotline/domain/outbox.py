"""Effects owed to the outside; without the row, what a restart forgets would never be done (design rule 3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import JSON, ForeignKey, Index, String, and_, exists, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain.act import Act

PROBLEM_LONGEST = 200
_EMERGENCY, _PRESSING, _ORDINARY = -10, 0, 10


class State(StrEnum):
    """Where an owed effect stands."""

    DUE = "due"  # waits for its time
    CLAIMED = "claimed"  # handed to the queue, until the lease runs out
    DONE = "done"
    DROPPED = "dropped"  # no longer owed when its turn came
    FAILED = "failed"  # given up; a person was told


class Queue(StrEnum):
    """The queues; one worker process listens on exactly one (rq-facts 1)."""

    URGENT = "urgent"
    ROUTINE = "routine"


class Claimed(NamedTuple):
    """What a dispatcher hands out."""

    id: int
    attempt: int
    queue: str
    emergency: bool


class OutboxEntry(Base):
    """One effect owed: what kind, about what (ids only), when, and how far it got."""

    __tablename__ = "outbox"
    # By due time, so that looking for what is due costs the same however much is owed for later.
    __table_args__ = (Index("ix_outbox_due", "state", "due_at"), Index(None, "carrier_sid"))

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
        return self.priority == _EMERGENCY


def post(
    act: Act,
    kind: str,
    *,
    due: datetime | None = None,
    key: str | None = None,
    case_id: int | None = None,
    urgent: bool = False,
    emergency: bool = False,
    **about: int | str,
) -> None:
    """Owe an effect, in this transaction. With a `key`, owing it twice is owing it once.

    `emergency`: of what is urgent, this goes before everything else (EMG-2).
    `about` holds ids and words of ours only, never a personal value.
    """
    act.session.execute(
        insert_new(act.session, OutboxEntry).values(
            kind=kind,
            key=key,
            queue=Queue.URGENT if urgent else Queue.ROUTINE,
            priority=_EMERGENCY if emergency else _PRESSING if urgent else _ORDINARY,
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


def claim_due(act: Act, *, lease: timedelta, most: int) -> list[Claimed]:
    """Claim what is due by compare-and-set; two dispatchers never get the same."""
    chosen = (
        select(OutboxEntry.id)
        .where(OutboxEntry.state == State.DUE, OutboxEntry.due_at <= act.at)
        .order_by(OutboxEntry.priority, OutboxEntry.due_at, OutboxEntry.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(act.session.scalars(chosen))
    if not ids:
        return []
    claimed = act.session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.id.in_(ids), OutboxEntry.state == State.DUE)
        .values(state=State.CLAIMED, attempts=OutboxEntry.attempts + 1, lease_until=act.at + lease)
        .returning(OutboxEntry.id, OutboxEntry.attempts, OutboxEntry.queue, OutboxEntry.priority)
        .execution_options(synchronize_session=False)
    )
    order = {id_: place for place, id_ in enumerate(ids)}
    found = (Claimed(row[0], row[1], row[2], row[3] == _EMERGENCY) for row in claimed)
    return sorted(found, key=lambda one: order[one.id])


def lapse(act: Act) -> int:
    """Bring back what was claimed and never finished; how many came back.

    One whose submission had begun keeps `submitted_at`, by which its next worker knows to ask the carrier first.
    """
    result = act.session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.state == State.CLAIMED, OutboxEntry.lease_until < act.at)
        .values(state=State.DUE, lease_until=None, due_at=act.at)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(result, "rowcount", 0))


def pending(act: Act) -> bool:
    """Is anything due, or was anything handed out whose lease ran out? Asked often, so it only reads."""
    waits = and_(OutboxEntry.state == State.DUE, OutboxEntry.due_at <= act.at)
    lapsed = and_(OutboxEntry.state == State.CLAIMED, OutboxEntry.lease_until < act.at)
    return bool(act.session.scalar(select(or_(exists().where(waits), exists().where(lapsed)))))


def take(act: Act, entry_id: int, attempt: int) -> OutboxEntry | None:
    """The entry, locked, if it is still this attempt's to perform; None when another has it or it is settled."""
    entry = act.session.get(OutboxEntry, entry_id, with_for_update=True, populate_existing=True)
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


def oldest_due(act: Act) -> datetime | None:
    """When the longest-waiting due entry fell due; None when nothing waits."""
    waiting = or_(OutboxEntry.state == State.DUE, OutboxEntry.state == State.CLAIMED)
    return act.session.scalar(select(func.min(OutboxEntry.due_at)).where(waiting, OutboxEntry.due_at <= act.at))


def _short(problem: str | None) -> str | None:
    return problem[:PROBLEM_LONGEST] if problem is not None else None

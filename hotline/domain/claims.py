"""Whose turn it is among what is due; without it a flood of one kind would keep all others waiting (design rule 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select, update

from hotline.domain.act import Act
from hotline.domain.outbox import OutboxEntry, Priority, Queue, State

_STEP = Priority.PATIENT - Priority.ORDINARY  # from one priority to the next
_WAITING = (State.DUE, State.CLAIMED)
_KINDS = [(queue, priority) for queue in Queue for priority in Priority]
_FOUND = select(
    *(
        exists().where(
            OutboxEntry.state == State.DUE,
            OutboxEntry.queue == queue,
            OutboxEntry.priority == priority,
            OutboxEntry.due_at <= bindparam("now"),
        )
        for queue, priority in _KINDS
    )
)
_DUES = [
    select(func.min(OutboxEntry.due_at)).where(
        OutboxEntry.state == State.DUE, OutboxEntry.queue == queue, OutboxEntry.priority == priority
    )
    for queue, priority in _KINDS
]
_LEASES = select(func.min(OutboxEntry.lease_until)).where(
    OutboxEntry.lease_until.is_not(None), OutboxEntry.state == State.CLAIMED
)
_NEXT = select(*(one.scalar_subquery() for one in (*_DUES, _LEASES)))


class Claimed(NamedTuple):
    """What a dispatcher hands out."""

    id: int
    attempt: int
    queue: str
    emergency: bool
    kind: str = ""


class Standing(NamedTuple):
    """How a queue stands: entries due now, entries handed out and not finished, since when the oldest is due."""

    due: int = 0
    claimed: int = 0
    oldest: datetime | None = None


def claim_due(
    act: Act,
    *,
    lease: timedelta,
    most: int,
    rooms: Mapping[Queue, int] | None = None,
    patience: timedelta | None = None,
) -> list[Claimed]:
    """Claim what is due by compare-and-set; two dispatchers never get the same.

    Of each queue by itself at most `most`, and no more than its room: a flood in one keeps nothing in the other
    waiting. What waited for `patience` counts as one priority higher, and again after as long; an emergency goes before
    everything, whether there is room or not (EMG-2).
    """
    ids: list[int] = []
    for queue, priorities in _lying(act).items():
        room = most if rooms is None else max(0, min(most, rooms[queue]))
        ids += _next(act, queue, priorities, room, most, patience)
    return _claimed(act, ids, lease)


def claim_kind(act: Act, kind: str, *, lease: timedelta, most: int) -> list[Claimed]:
    """Claim what is due of one kind, whatever else waits; there is little of it."""
    query = select(OutboxEntry.id).where(_due(act, State.DUE), OutboxEntry.kind == kind)
    query = query.order_by(OutboxEntry.due_at, OutboxEntry.id)
    return _claimed(act, list(act.session.scalars(query.limit(most).with_for_update(skip_locked=True))), lease)


def _claimed(act: Act, ids: list[int], lease: timedelta) -> list[Claimed]:
    if not ids:
        return []
    claimed = act.session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.id.in_(ids), OutboxEntry.state == State.DUE)
        .values(state=State.CLAIMED, attempts=OutboxEntry.attempts + 1, lease_until=act.at + lease)
        .returning(OutboxEntry.id, OutboxEntry.attempts, OutboxEntry.queue, OutboxEntry.priority, OutboxEntry.kind)
        .execution_options(synchronize_session=False)
    )
    order = {id_: place for place, id_ in enumerate(ids)}
    return sorted((_handed(*row) for row in claimed), key=lambda one: order[one.id])


def _handed(id_: int, attempt: int, queue: str, priority: int, kind: str) -> Claimed:
    return Claimed(id_, attempt, queue, priority == Priority.EMERGENCY, kind)


def not_begun(act: Act) -> list[Claimed]:
    """What was handed out and by its row is not with the carrier, locked; without what a worker has locked."""
    table = OutboxEntry
    query = select(table.id, table.attempts, table.queue, table.priority, table.kind)
    query = query.where(table.lease_until.is_not(None), table.state == State.CLAIMED, table.submitted_at.is_(None))
    query = query.order_by(table.lease_until, table.id)  # by the index of leases
    return [_handed(*row) for row in act.session.execute(query.with_for_update(skip_locked=True))]


def hand_back(act: Act, claimed: Iterable[Claimed]) -> None:
    """These were claimed and could not be handed out: they are due again at once, for whoever can."""
    for one in claimed:
        act.session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.id == one.id, OutboxEntry.state == State.CLAIMED, OutboxEntry.attempts == one.attempt)
            .values(state=State.DUE, lease_until=None)
            .execution_options(synchronize_session=False)
        )


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


def next_due(act: Act) -> datetime | None:
    """When the next entry falls due, or the next lease runs out; not later than now where one did; None without any.

    Asked often, so it only reads: one statement that costs the same however much is owed.
    """
    return min((at for at in act.session.execute(_NEXT).one() if at is not None), default=None)


def standings(act: Act) -> dict[Queue, Standing]:
    """How each queue stands now."""
    count, oldest = func.count(), func.min(OutboxEntry.due_at)
    query = select(OutboxEntry.queue, OutboxEntry.state, count, oldest).where(_due(act, *_WAITING))
    found: dict[Queue, Standing] = {queue: Standing() for queue in Queue}
    for name, state, many, since in act.session.execute(query.group_by(OutboxEntry.queue, OutboxEntry.state)):
        before = found[Queue(name)]
        counted = {"due" if state == State.DUE else "claimed": many}
        found[Queue(name)] = before._replace(**counted, oldest=min(filter(None, (before.oldest, since))))
    return found


def under_way(act: Act) -> dict[Queue, int]:
    """How many entries of each queue are handed out and not finished."""
    query = select(OutboxEntry.queue, func.count()).where(OutboxEntry.state == State.CLAIMED)
    found = {Queue(name): many for name, many in act.session.execute(query.group_by(OutboxEntry.queue))}
    return {queue: found.get(queue, 0) for queue in Queue}


def oldest_due(act: Act) -> datetime | None:
    """When the longest-waiting due entry fell due; None when nothing waits."""
    return min((one.oldest for one in standings(act).values() if one.oldest is not None), default=None)


def _lying(act: Act) -> dict[Queue, list[Priority]]:
    """Of which priorities each queue has anything due: one look, where asking for each by itself would be eight."""
    found = zip(_KINDS, act.session.execute(_FOUND, {"now": act.at}).one(), strict=True)
    due = {kind for kind, is_due in found if is_due}
    return {queue: [one for one in Priority if (queue, one) in due] for queue in Queue}


def _next(
    act: Act, queue: Queue, priorities: list[Priority], room: int, most: int, patience: timedelta | None
) -> list[int]:
    """The ids of this queue's next, in their order, locked; what another dispatcher holds is passed over."""
    emergencies: list[int] = []
    if Priority.EMERGENCY in priorities:
        emergencies = [id_ for _due_at, id_ in _waiting(act, queue, Priority.EMERGENCY, most)]
    left = room - len(emergencies)
    if left <= 0:
        return emergencies
    others = [
        (_rank(priority, act.at - due_at, patience), due_at, id_)
        for priority in priorities
        if priority != Priority.EMERGENCY
        for due_at, id_ in _waiting(act, queue, priority, left)
    ]
    return emergencies + [id_ for _rank_, _due_at, id_ in sorted(others)[:left]]


def _waiting(act: Act, queue: Queue, priority: Priority, most: int) -> list[tuple[datetime, int]]:
    query = select(OutboxEntry.due_at, OutboxEntry.id).where(
        OutboxEntry.state == State.DUE,
        OutboxEntry.queue == queue,
        OutboxEntry.priority == priority,
        OutboxEntry.due_at <= act.at,
    )
    query = query.order_by(OutboxEntry.due_at, OutboxEntry.id).limit(most).with_for_update(skip_locked=True)
    return [(due_at, id_) for due_at, id_ in act.session.execute(query)]


def _rank(priority: Priority, waited: timedelta, patience: timedelta | None) -> int:
    """Where nothing can be done in time everything rises to the same rank, and what waited longest goes first."""
    raised = 0 if patience is None else waited // patience * _STEP
    return max(Priority.PRESSING, priority - raised)


def _due(act: Act, *states: State) -> ColumnElement[bool]:
    """Every queue and priority is named, so that the index leads past what is owed for later."""
    return and_(
        OutboxEntry.state.in_(states),
        OutboxEntry.queue.in_(list(Queue)),
        OutboxEntry.priority.in_(list(Priority)),
        OutboxEntry.due_at <= act.at,
    )

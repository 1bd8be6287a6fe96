"""What a crowded day has come to, by our rows, by the log and by the exchange's own account; else a loss would hide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from sqlalchemy import func, select

from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.offers import OPEN, AgentOffer
from hotline.domain.outbox import OutboxEntry
from hotline.domain.outbox import State as Owed
from hotline.domain.parties import PRESENT, Meeting, Party, Stage
from hotline.domain.promises import Promise
from hotline.domain.seats import Seat, Status
from hotline.domain.verifying import verify
from hotline.domain.waits import Place, Wait
from hotline.simulator import figures
from hotline.simulator.exchange import Exchange
from hotline.simulator.legs import Direction, Leg
from hotline.simulator.rooms import Waiting

LIMIT = 15.0  # ANS-4
CALLBACKS = ("CBK-2.missed", "ANS-3.callback", "ANS-8.callback", "ANS-10.callback")
_OVER = (Place.ABANDONED, Place.TAKEN, Place.UNREACHED, Place.DONE)
_NEVER_HEARD = (figures.END_SENTENCE, "系统暂时有点问题", "We are sorry, the system")
_ORDERED = 11205  # a webhook that we had the carrier lose


@dataclass
class Watch:
    """Looks at queue and conferences at every turn of the clock: who waited when, who talked with whom."""

    exchange: Exchange
    agents: frozenset[str]
    waited: dict[int, Waiting] = field(default_factory=dict)
    met: dict[str, str] = field(default_factory=dict)  # caller's leg -> agent's number
    complaints: list[str] = field(default_factory=list)

    def __call__(self, now: datetime) -> None:
        """One look."""
        for queue in self.exchange.board.queues.values():
            self.waited.update((id(one), one) for one in queue.members)
        inside: Counter[str] = Counter()
        for room in self.exchange.board.rooms.values():
            legs = [one.leg for one in room.participants]
            inside.update(leg.line.number for leg in legs)
            rung = {leg.line.number for leg in legs if leg.line.number in self.agents}
            callers = [leg for leg in legs if leg.line.number not in self.agents and not _is_ours(leg)]
            if len(callers) > 1:
                self.complaints.append(f"{now:%T}: two customers in one conference")
            if rung:
                self.met.update((leg.sid, min(rung)) for leg in callers)
        self.complaints += [f"{now:%T}: {who} is in {n} conferences" for who, n in inside.items() if n > 1]


def _is_ours(leg: Leg) -> bool:
    return leg.line.number.startswith("+86139000000")


@dataclass(frozen=True)
class Heard:
    """How long, in seconds, a caller in the queue heard nothing at the most, from start to start."""

    leg: Leg
    gap: float


def heard(watch: Watch) -> list[Heard]:
    """By the captions of everybody who stood in the queue, from the words before it to the words after it."""
    return [Heard(one.leg, max(_gaps(one), default=0.0)) for one in watch.waited.values()]


def _gaps(one: Waiting) -> Iterator[float]:
    ended = one.leg.ended
    until = one.left or ended
    starts = [caption.at for caption in one.leg.line.captions if one.leg.created <= caption.at]
    before = [at for at in starts if at <= one.since][-1:]
    inside = [at for at in starts if one.since < at and (until is None or at < until)]
    after = [at for at in starts if until is not None and at >= until and (ended is None or at < ended)][:1]
    if not after and until is not None:
        after = [until]  # hung up in a silence
    for sooner, later in pairwise([*before, *inside, *after]):
        yield (later - sooner).total_seconds()


def complaints(exchange: Exchange, watch: Watch, act: Act) -> list[str]:
    """Everything that such a day must not leave behind."""
    found = [*watch.complaints, *_at_the_exchange(exchange, watch), *_in_the_rows(act), *_callbacks(act)]
    found += [f"the log: {problem}" for problem in verify(act.session).problems]
    late = [one for one in heard(watch) if one.gap > LIMIT]
    return found + [f"{one.leg.line.number} heard nothing for {one.gap:.1f} s" for one in late]


def _at_the_exchange(exchange: Exchange, watch: Watch) -> Iterator[str]:
    board = exchange.board
    yield from (f"still on the line: {leg.line.number} {leg.status}" for leg in board.calls.values() if not leg.over)
    yield from (f"still in the queue: {len(queue.members)}" for queue in board.queues.values() if queue.members)
    yield from (
        f"a conference is open: {[one.leg.line.number for one in room.participants]}" for room in board.rooms.values()
    )
    for one in exchange.problems:
        if one.code != _ORDERED:
            yield f"the carrier: {one.code} {one.message} {one.url}"
    for line in board.lines.values():
        yield from (f"{line.number} heard {one.text}" for one in line.captions if one.text.startswith(_NEVER_HEARD))
    for number in watch.agents:
        legs = [
            leg for leg in board.calls.values() if leg.line.number == number and leg.direction is not Direction.INBOUND
        ]
        for sooner, later in pairwise(sorted(legs, key=lambda leg: leg.created)):
            if sooner.ended is None or later.created < sooner.ended:
                yield f"{number} was rung at {later.created:%T} during a call until {sooner.ended}"


def _in_the_rows(act: Act) -> Iterator[str]:
    every = act.session.scalars
    yield from (
        f"call {one.id} never ended: {one.state} {one.step}"
        for one in every(select(Call).where(Call.ended_at.is_(None)))
    )
    yield from (f"wait {one.id} is {one.state}" for one in every(select(Wait).where(Wait.state.not_in(_OVER))))
    yield from (
        f"offer {one.id} is {one.answer}" for one in every(select(AgentOffer).where(AgentOffer.answer.in_(OPEN)))
    )
    yield from (
        f"meeting {one.id} is {one.state}" for one in every(select(Meeting).where(Meeting.state != Stage.ENDED))
    )
    yield from (f"party {one.id} is {one.state}" for one in every(select(Party).where(Party.state.in_(PRESENT))))
    stuck = select(Seat).where(Seat.status == Status.BUSY)
    yield from (f"seat {one.staff_id} is {one.status} for {one.wait_id}" for one in every(stuck))
    failed = select(OutboxEntry).where(OutboxEntry.state == Owed.FAILED)
    yield from (f"given up: {one.kind} {one.about}: {one.problem}" for one in every(failed))
    overdue = select(OutboxEntry).where(
        OutboxEntry.state != Owed.DONE,
        OutboxEntry.state != Owed.DROPPED,
        OutboxEntry.state != Owed.FAILED,
        OutboxEntry.due_at < act.at,
    )
    yield from (f"owed still: {one.kind} {one.about}" for one in every(overdue))
    yield from (f"call {call_id} has {n} agents at once" for call_id, n in _at_once(act))


def _at_once(act: Act) -> Iterator[tuple[int, int]]:
    """Calls of customers that were in two conversations at the same time."""
    of_call: dict[int, list[Meeting]] = {}
    for one in act.session.scalars(select(Meeting).where(Meeting.call_id.is_not(None)).order_by(Meeting.began_at)):
        of_call.setdefault(one.call_id or 0, []).append(one)
    for call_id, held in of_call.items():
        if any(sooner.ended_at is None or later.began_at < sooner.ended_at for sooner, later in pairwise(held)):
            yield call_id, len(held)


def _callbacks(act: Act) -> Iterator[str]:
    """Whoever hung up in line is rung back: by one promise, not none and not two (CBK-2)."""
    for wait in act.session.scalars(select(Wait)):
        case_id = act.session.get_one(Call, wait.call_id).case_id  # the matter of a call out began with an earlier call
        made = select(func.count(Promise.id)).where(Promise.case_id == case_id, Promise.made_at == wait.ended_at)
        n = act.session.scalar(made.where(Promise.rule.in_(CALLBACKS))) or 0
        if wait.state == Place.ABANDONED and n != 1:
            yield f"wait {wait.id} of call {wait.call_id} was abandoned, and {n} callbacks are promised"
        elif n > 1:
            yield f"call {wait.call_id}, {wait.state}, has {n} callbacks promised"

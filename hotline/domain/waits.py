"""Who waits, in which order and for how long; without it nobody could tell a caller when their turn comes (ANS-3)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, String, and_, func, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import companies, offers, seats
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.offers import AgentOffer
from hotline.errors import NotFound


class Place(StrEnum):
    """Where a caller stands in the line."""

    WAITING = "waiting"
    OFFERED = "offered"  # an agent's telephone rings for this caller
    CONNECTED = "connected"
    LEAVING = "leaving"  # out of the line, on the way to giving the number
    KEPT = "kept"  # hung up, the place is kept (保留位置)
    ABANDONED = "abandoned"
    TAKEN = "taken"  # the number was taken, a call back promised
    UNREACHED = "unreached"  # the place came up, and the customer did not answer
    DONE = "done"


class Why(StrEnum):
    """Why somebody left the line without meeting an agent."""

    ASKED = "asked"  # wants to be rung back
    LIMIT = "limit"
    NOBODY = "nobody"
    DECLINED = "declined"
    ERROR = "error"
    BUSY = "busy"  # the customer of a kept place was on the telephone when it came up: it is tried once more


TO_MATCH = (Place.WAITING, Place.KEPT)
IN_LINE = (*TO_MATCH, Place.OFFERED)
SETTLED = (Place.TAKEN, Place.UNREACHED, Place.DONE)  # whoever asks again after these stands behind those who wait
_GOES_ON = text("ended_at IS NULL")


class Wait(Base):
    """One caller's place in the line. `joined_at` is the first moment, also of a place that was kept or come back to.

    `rejoined_at` is when they came back to it: what is judged of a wait, its limit and its silences, counts from there.
    `wanted_id` is the agent who is waited for until `wanted_until`; `kept`: nobody is on the line, the customer is rung
    when the place comes up; `longest_gap_ms` is the longest time between two things said to the caller, and
    `gap_limit_seconds` what was allowed when that was judged (ANS-4).
    """

    __tablename__ = "waits"
    __table_args__ = (
        Index(None, "state", "emergency", "joined_at"),
        Index(None, "handled_seconds", "ended_at"),
        Index("ix_waits_company_ended", "company_id", "ended_at"),
        Index("uq_waits_call_now", "call_id", unique=True, sqlite_where=_GOES_ON, postgresql_where=_GOES_ON),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)  # None: nobody was rung yet
    callback_id: Mapped[int | None] = mapped_column(ForeignKey("callbacks.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    emergency: Mapped[bool]
    joined_at: Mapped[datetime]
    rejoined_at: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(8))
    wanted_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    wanted_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(12), default=Place.WAITING)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kept: Mapped[bool] = mapped_column(default=False)
    last_spoken_at: Mapped[datetime | None]
    longest_gap_ms: Mapped[int] = mapped_column(default=0)
    gap_limit_seconds: Mapped[int | None]  # None until it is told how long they waited
    offered_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    handled_seconds: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(String(40))

    @property
    def chain(self) -> str:
        """The chain of the log in which this wait is told: its call's; before anybody was rung, its case's."""
        return f"call:{self.call_id}" if self.call_id is not None else f"case:{self.case_id}"

    @property
    def since(self) -> datetime:
        """Since when they wait at a stretch."""
        return self.rejoined_at or self.joined_at


def of_call(act: Act, call: Call | int) -> Wait | None:
    """The wait of a caller's call, locked; None when they never joined the line. The call is locked before it.

    Of a caller who waited more than once in a call, the wait that goes on; else the last.
    """
    query = _of_call(call if isinstance(call, int) else call.id).with_for_update()
    return act.session.scalar(query.execution_options(populate_existing=True))


def shown(act: Act, call: Call) -> Wait | None:
    """The same, to be looked at: not locked."""
    return act.session.scalar(_of_call(call.id))


def _of_call(call_id: int) -> Select[Wait]:
    return select(Wait).where(Wait.call_id == call_id).order_by(Wait.ended_at.is_not(None), Wait.id.desc()).limit(1)


def locked(act: Act, wait_id: int) -> Wait:
    """The wait with this id, locked until the act ends, its company's standard chosen. Raises NotFound."""
    wait = act.lock(Wait, wait_id)
    if wait is None:
        raise NotFound(f"nobody waits or waited under {wait_id}")
    companies.get(act, wait.company_id)
    return wait


def locked_at_once(act: Act, wait_id: int) -> Wait | None:
    """The wait, locked; None where another act holds it at this moment."""
    query = select(Wait).where(Wait.id == wait_id).with_for_update(skip_locked=True)
    return act.session.scalar(query.execution_options(populate_existing=True))


def kept_place(act: Act, call: Call) -> Wait | None:
    """The place that this caller kept with this company and whose turn has not come, locked."""
    if call.customer_id is None:
        return None
    query = select(Wait).where(
        Wait.customer_id == call.customer_id, Wait.company_id == call.company_id, Wait.kept, Wait.state.in_(IN_LINE)
    )
    query = query.order_by(Wait.joined_at).limit(1).with_for_update()
    return act.session.scalar(query.execution_options(populate_existing=True))


def line(act: Act, company_id: int | None = None, states: Iterable[Place] = IN_LINE) -> list[Wait]:
    """Who waits, of one company or of the group, in the order of their turn: emergencies, then by the first moment."""
    query = select(Wait).where(Wait.state.in_(tuple(states)))
    if company_id is not None:
        query = query.where(Wait.company_id == company_id)
    query = query.order_by(Wait.emergency.desc(), Wait.joined_at, Wait.id)
    return list(act.session.scalars(query.execution_options(populate_existing=True)))


def position(act: Act, wait: Wait) -> int:
    """The caller's place in the line of the group, 1 for who is next; every agent of the group serves it (OWN-4)."""
    sooner = or_(Wait.joined_at < wait.joined_at, and_(Wait.joined_at == wait.joined_at, Wait.id < wait.id))
    before = and_(Wait.emergency == wait.emergency, sooner)
    if not wait.emergency:
        before = or_(Wait.emergency, before)
    return 1 + (act.session.scalar(select(func.count(Wait.id)).where(Wait.state.in_(IN_LINE), before)) or 0)


def estimate(act: Act, wait: Wait) -> timedelta | None:
    """How long this caller will still wait, from real conversations; None when there are too few to be honest (ANS-3).

    The caller's place times the mean of a conversation, shared among those who serve. The standard is chosen.
    """
    since = act.standard.engine.desk.estimate_window.before(act.at, act.standard.calendar)
    query = select(func.count(Wait.id), func.avg(Wait.handled_seconds))
    samples, mean = act.session.execute(query.where(Wait.handled_seconds.is_not(None), Wait.ended_at >= since)).one()
    serving = len(seats.serving(act, companies.group(act)))
    if samples < act.standard.desk.estimate_samples or not serving:
        return None
    return timedelta(seconds=position(act, wait) * float(mean) / serving)


def choose(act: Act, seat: seats.Seat, status: seats.Status, *, why: str | None = None) -> None:
    """What `seats.choose` does and raises; a form that this closes counts as time the caller took."""
    _count_wrap_up(act, seat)
    seats.choose(act, seat, status, why=why)


def wrapped_up(act: Act, seat: seats.Seat) -> None:
    """What `seats.wrapped_up` does; how long the form was open counts as time the caller took."""
    _count_wrap_up(act, seat)
    seats.wrapped_up(act, seat)


def _count_wrap_up(act: Act, seat: seats.Seat) -> None:
    # The conversation and the wrap-up share one instant, that of the act in which the one ended and the other began.
    if seat.status == seats.Status.WRAP_UP:
        open_for = (act.at - seat.since) // timedelta(seconds=1)
        act.session.execute(
            update(Wait)
            .where(Wait.agent_id == seat.staff_id, Wait.ended_at == seat.since, Wait.handled_seconds.is_not(None))
            .values(handled_seconds=Wait.handled_seconds + open_for)
            .execution_options(synchronize_session="fetch")
        )


@dataclass
class Asked:
    """Who was asked to take a caller and did not: when they declined, and how often they did not answer."""

    declined: dict[int, list[datetime]] = field(default_factory=dict)
    missed: Counter[int] = field(default_factory=Counter)

    def in_vain(self, most: int) -> set[int]:
        """Who turned this caller down, by declining or by not answering so often (ANS-1)."""
        return {*self.declined, *(staff_id for staff_id, times in self.missed.items() if times >= most)}

    def not_now(self, most: int, since: datetime) -> set[int]:
        """Who is not asked for this caller now: who was so often, and who declined after this instant (ANS-3)."""
        lately = {staff_id for staff_id, times in self.declined.items() if max(times) > since}
        return lately | self.never_again(most)

    def never_again(self, most: int) -> set[int]:
        """Who is not asked for this caller any more."""
        asked = {*self.declined, *self.missed}
        return {one for one in asked if len(self.declined.get(one, ())) + self.missed[one] >= most}


def asked_for(act: Act, *wait_ids: int) -> dict[int, Asked]:
    """Of these waits, who did not take the caller. Whoever comes back into the line may be offered to all anew."""
    at = func.coalesce(AgentOffer.answered_at, AgentOffer.rung_at)
    query = select(AgentOffer.wait_id, AgentOffer.staff_id, AgentOffer.answer, at)
    query = query.join(Wait, Wait.id == AgentOffer.wait_id).where(
        AgentOffer.wait_id.in_(wait_ids),
        AgentOffer.answer.in_(offers.TURNED_DOWN),
        AgentOffer.rung_at >= func.coalesce(Wait.rejoined_at, Wait.joined_at),
    )
    found: dict[int, Asked] = defaultdict(Asked)
    for wait_id, staff_id, answer, answered_at in act.session.execute(query):
        if answer == offers.Answer.DECLINED:
            found[wait_id].declined.setdefault(staff_id, []).append(answered_at)
        else:
            found[wait_id].missed[staff_id] += 1
    return found


def spoke(act: Act, wait: Wait) -> None:
    """Something is being said to the caller from now on: the time since the last thing said is on record (ANS-4).

    Once it is told how long they waited nothing is measured any more: a clip that is asked for late is no silence.
    """
    if wait.last_spoken_at is not None:
        gap = (act.at - wait.last_spoken_at) // timedelta(milliseconds=1)
        wait.longest_gap_ms = max(wait.longest_gap_ms, gap)
        wait.last_spoken_at = act.at


def waited(act: Act, wait: Wait) -> None:
    """Tell how long a caller waited at a stretch, and whether they were spoken to often enough: once (ANS-4).

    The last silence counts too, up to the words that follow the wait or to the moment at which the caller hung up.
    """
    if wait.last_spoken_at is None:
        return
    spoke(act, wait)
    limit = act.standard.answering.reassurance.seconds
    wait.last_spoken_at, wait.gap_limit_seconds = None, limit
    act.remember(
        wait.chain,
        "waited",
        wait=wait.id,
        seconds=(act.at - wait.since) // timedelta(seconds=1),
        longest_gap_ms=wait.longest_gap_ms,
        rule="ANS-4",
        limit_seconds=limit,
        kept=wait.longest_gap_ms <= limit * 1000,
        why=wait.why,
    )


def over(act: Act, wait: Wait, state: Place) -> None:
    """The wait has ended. It is locked."""
    wait.state, wait.ended_at = state, act.at
    act.remember(wait.chain, "wait-over", wait=wait.id, state=state, why=wait.why, agent=wait.agent_id)
    moved(act, wait)


def moved(act: Act, wait: Wait) -> None:
    """The pages show where this caller stands now."""
    act.news |= {"line", wait.chain}

"""The waiting line and every way out of it; without it a caller could wait with no end and no place (ANS-3, ANS-4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import cases, companies, offers, outbox, seats, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.errors import Conflict, NotFound


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


IN_LINE = (Place.WAITING, Place.KEPT, Place.OFFERED)
_OVER = (Place.ABANDONED, Place.TAKEN, Place.UNREACHED, Place.DONE)
_EMERGENCY = "emergency"


class Wait(Base):
    """One caller's place in the line. `joined_at` is the first moment, also of a place that was kept or come back to.

    `wanted_id` is the agent who is waited for until `wanted_until`; `longest_gap_ms` the longest time between two
    things said to the caller (ANS-4).
    """

    __tablename__ = "waits"
    __table_args__ = (Index(None, "state", "emergency", "joined_at"), Index(None, "company_id", "ended_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    emergency: Mapped[bool]
    joined_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(8))
    wanted_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    wanted_until: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(12), default=Place.WAITING)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kept: Mapped[bool] = mapped_column(default=False)
    last_spoken_at: Mapped[datetime | None]
    longest_gap_ms: Mapped[int] = mapped_column(default=0)
    offered_at: Mapped[datetime | None]
    connected_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    handled_seconds: Mapped[int | None]
    why: Mapped[str | None] = mapped_column(String(40))

    @property
    def chain(self) -> str:
        """The chain of the log in which this wait is told: its call's."""
        return f"call:{self.call_id}"


def staffed(act: Act, company_id: int) -> bool:
    """Does anybody answer for this company now or soon, its own people or another company's of the group (OWN-4)?"""
    companies.get(act, company_id)
    return bool(seats.serving(act, _group(act)))


def join(act: Act, call: Call, *, wanted: int | None = None) -> Wait:
    """A caller joins the line, or comes back to the place they had: the first moment counts.

    `wanted` is asked first, as long as the profile's patience lasts: the agent whose line dropped. Without it, that is
    the owner of an open matter of this caller (OWN-5). The call is locked; its company's standard is chosen.
    """
    matter = _open_matter(act, call)
    wait = of_call(act, call) or Wait(call_id=call.id, company_id=call.company_id, joined_at=act.at, longest_gap_ms=0)
    wait.customer_id, wait.language, wait.kept = call.customer_id, call.language, False
    wait.case_id = wait.case_id or call.case_id or (matter.id if matter else None)
    wait.emergency = _is_emergency(act, call)
    wait.state, wait.agent_id, wait.why, wait.ended_at = Place.WAITING, None, None, None
    wait.last_spoken_at = act.at  # the answer that brings this about speaks
    _want(act, wait, wanted if wanted is not None else matter.owner_id if matter else None)
    act.session.add(wait)
    act.session.flush()
    act.remember(wait.chain, "wait-began", wait=wait.id, wanted=wait.wanted_id, emergency=wait.emergency)
    _moved(act, wait)
    outbox.post(act, "match-line", urgent=True, emergency=wait.emergency)
    return wait


def of_call(act: Act, call: Call | int) -> Wait | None:
    """The wait of a caller's call, locked; None when they never joined the line. The call is locked before it."""
    call_id = call if isinstance(call, int) else call.id
    query = select(Wait).where(Wait.call_id == call_id).with_for_update()
    return act.session.scalar(query.execution_options(populate_existing=True))


def locked(act: Act, wait_id: int) -> Wait:
    """The wait with this id, locked until the act ends, its company's standard chosen. Raises NotFound."""
    wait = act.session.get(Wait, wait_id, with_for_update=True, populate_existing=True)
    if wait is None:
        raise NotFound(f"nobody waits or waited under {wait_id}")
    companies.get(act, wait.company_id)
    return wait


def line(act: Act, company_id: int | None = None) -> list[Wait]:
    """Who waits, of one company or of the group, in the order of their turn: emergencies, then by the first moment."""
    query = select(Wait).where(Wait.state.in_(IN_LINE))
    if company_id is not None:
        query = query.where(Wait.company_id == company_id)
    query = query.order_by(Wait.emergency.desc(), Wait.joined_at, Wait.id)
    return list(act.session.scalars(query.execution_options(populate_existing=True)))


def position(act: Act, wait: Wait) -> int:
    """The caller's place in the line of the group, 1 for who is next; every agent of the group serves it (OWN-4)."""
    return next((place for place, one in enumerate(line(act), start=1) if one.id == wait.id), 1)


def estimate(act: Act, wait: Wait) -> timedelta | None:
    """How long this caller will still wait, from real conversations; None when there are too few to be honest (ANS-3).

    The caller's place times the mean of a conversation, shared among those who serve.
    """
    figures = act.standard.desk, act.standard.engine.desk
    since = figures[1].estimate_window.before(act.at, act.standard.calendar)
    query = select(func.count(Wait.id), func.avg(Wait.handled_seconds)).where(
        Wait.handled_seconds.is_not(None), Wait.ended_at >= since
    )
    samples, mean = act.session.execute(query).one()
    serving = len(seats.serving(act, _group(act)))
    if samples < figures[0].estimate_samples or not serving:
        return None
    return timedelta(seconds=position(act, wait) * float(mean) / serving)


def spoke(act: Act, wait: Wait) -> None:
    """Something is being said to the caller from now on: the time since the last thing said is on record (ANS-4)."""
    if wait.last_spoken_at is not None:
        gap = (act.at - wait.last_spoken_at) // timedelta(milliseconds=1)
        wait.longest_gap_ms = max(wait.longest_gap_ms, gap)
    wait.last_spoken_at = act.at
    act.news.add("line")


def connected(act: Act, wait: Wait) -> None:
    """An agent has accepted this caller; the wait is over."""
    wait.state, wait.connected_at = Place.CONNECTED, act.at
    _remember_waited(act, wait)


def wants_place(act: Act, wait: Wait) -> None:
    """The caller wants to be rung back: out of the line, to have the number confirmed (ANS-3)."""
    leave(act, wait, Why.ASKED)


def keep_place(act: Act, wait: Wait, case: Case) -> None:
    """The number is confirmed and a call back promised in this case: the place counts from its first moment (ANS-3).

    Raises Conflict unless the caller asked for it.
    """
    if wait.state != Place.LEAVING or wait.why != Why.ASKED:
        raise Conflict("a place is kept for whoever leaves the line to be rung back")
    wait.state, wait.kept, wait.case_id, wait.customer_id = Place.KEPT, True, case.id, case.customer_id
    act.remember(wait.chain, "place-kept", wait=wait.id, case=case.id)
    _moved(act, wait)
    outbox.post(act, "match-line", urgent=True)


def rung_back(act: Act, wait: Wait, call: Call) -> None:
    """The place came up and its customer is rung by this call: from here on the wait is this call's (CBK-3)."""
    wait.call_id = call.id
    act.session.flush()
    act.remember(wait.chain, "place-came-up", wait=wait.id, case=wait.case_id)


def leave(act: Act, wait: Wait, why: Why | str) -> None:
    """Out of the line with nobody met; the number is taken next. Whoever met an agent already, or is gone, stays so.

    A kept place ends; the promise made with it stands, and the supervisors are told.
    """
    if wait.state not in IN_LINE:
        return
    offers.withdraw(act, wait.id, chain=wait.chain)
    wait.why, wait.agent_id = Why(why), None
    if wait.kept:
        _over(act, wait, Place.TAKEN)
        _tell_supervisors(act, wait)
        return
    wait.state = Place.LEAVING
    _remember_waited(act, wait)
    _moved(act, wait)


def taken(act: Act, wait: Wait, case: Case) -> None:
    """Whoever left the line gave a number, and a case promises a call back (ANS-3).

    Where no agent could be had the supervisors are told.
    """
    if wait.state == Place.LEAVING:
        wait.case_id = case.id
        _over(act, wait, Place.TAKEN)
        if wait.why != Why.ASKED:
            _tell_supervisors(act, wait)


def abandoned(act: Act, wait: Wait) -> None:
    """The caller hung up before meeting anybody; no telephone rings for them any more. A kept place stays kept."""
    if wait.state not in (Place.WAITING, Place.OFFERED, Place.CONNECTED, Place.LEAVING) or wait.kept:
        return
    was = wait.state
    offers.withdraw(act, wait.id, chain=wait.chain)
    _over(act, wait, Place.ABANDONED)
    if was != Place.LEAVING:
        _remember_waited(act, wait)


def unreached(act: Act, wait: Wait) -> None:
    """A kept place came up and the customer did not answer: the promise of a call back stays open (CBK-3)."""
    if wait.state == Place.CONNECTED:
        _over(act, wait, Place.UNREACHED)


def finished(act: Act, wait: Wait) -> None:
    """The conversation is over; how long it took tells later callers how long they will wait."""
    if wait.state == Place.CONNECTED and wait.connected_at is not None:
        wait.handled_seconds = (act.at - wait.connected_at) // timedelta(seconds=1)
        _over(act, wait, Place.DONE)


def why_leave(act: Act, wait: Wait) -> Why | None:
    """Why this caller should not wait on: too long already, nobody on duty any more, or nobody left to ask.

    None while there is hope. A kept place costs nobody's time: it waits for who comes. The standard is chosen.
    """
    if wait.state not in (Place.WAITING, Place.KEPT):
        return None
    serving = {seat.staff_id for seat in seats.serving(act, _group(act))}
    asked = offers.turned_down_by(act, wait.id)
    if serving and serving <= asked:
        return Why.DECLINED
    if wait.kept:
        return None
    if not serving:
        return Why.DECLINED if asked else Why.NOBODY
    too_long = act.at >= wait.joined_at + act.standard.desk.longest_wait.span
    return Why.LIMIT if too_long else None


def overdue(act: Act) -> list[tuple[int, Why]]:
    """Waits that should end now, and why, for the routine; `leave_in_vain` ends one of them."""
    found = []
    for wait in line(act):
        companies.get(act, wait.company_id)
        why = why_leave(act, wait)
        if why is not None:
            found.append((wait.id, why))
    return found


def leave_in_vain(act: Act, wait: Wait) -> bool:
    """Look whether there is hope still, and out of the line where there is none; True when it came to that."""
    why = why_leave(act, wait)
    if why is not None:
        leave(act, wait, why)
    return why is not None


def _open_matter(act: Act, call: Call) -> Case | None:
    """The open matter whose owner is asked first: of this company before others, the newest first (OWN-5)."""
    if call.customer_id is None:
        return None
    known = [case for case in cases.open_of(act, call.customer_id) if not case.anonymous]
    known.sort(key=lambda case: case.company_id != call.company_id)
    return next((case for case in known if seats.is_serving(act, case.owner_id)), None)


def _want(act: Act, wait: Wait, wanted: int | None) -> None:
    wait.wanted_id = wait.wanted_until = None
    if wanted is not None and seats.is_serving(act, wanted):
        wait.wanted_id, wait.wanted_until = wanted, act.at + act.standard.desk.owner_patience.span
        outbox.post(act, "match-line", due=wait.wanted_until, urgent=True)


def _is_emergency(act: Act, call: Call) -> bool:
    if call.slots.get("intent") == _EMERGENCY:
        return True
    kind = act.session.scalar(select(Case.kind).where(Case.id == call.case_id))
    return kind == cases.Kind.EMERGENCY


def _over(act: Act, wait: Wait, state: Place) -> None:
    wait.state, wait.ended_at = state, act.at
    act.remember(wait.chain, "wait-over", wait=wait.id, state=state, why=wait.why)
    _moved(act, wait)


def _remember_waited(act: Act, wait: Wait) -> None:
    """How long, and whether the caller was spoken to often enough (ANS-4)."""
    limit = act.standard.answering.reassurance.seconds
    act.remember(
        wait.chain,
        "waited",
        wait=wait.id,
        seconds=(act.at - wait.joined_at) // timedelta(seconds=1),
        longest_gap_ms=wait.longest_gap_ms,
        rule="ANS-4",
        limit_seconds=limit,
        kept=wait.longest_gap_ms <= limit * 1000,
        why=wait.why,
    )


def _tell_supervisors(act: Act, wait: Wait) -> None:
    for person in staff.told(act, wait.company_id, staff.Role.SUPERVISOR):
        outbox.post(
            act,
            "send-text",
            key=f"nobody-answered-{wait.id}-{person.id}",
            case_id=wait.case_id,
            to="staff",
            who=person.id,
            text="nobody-answered",
        )


def _moved(act: Act, wait: Wait) -> None:
    act.news |= {"line", wait.chain}


def _group(act: Act) -> list[int]:
    return [company.id for company in companies.listed(act)]

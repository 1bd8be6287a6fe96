"""Is every call that the carrier lists in our log? Without it a call that never reached us would stay unmissed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, func, not_, or_, select, text, true, update
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import outbox, staff
from hotline.domain.act import CLOCK, Act
from hotline.domain.calls import Call
from hotline.domain.companies import CompanyNumber
from hotline.errors import Conflict, Invalid
from hotline.standard.archive import Completeness
from hotline.standard.kinds import Role

CHECKS, TELLS = "check-completeness", "tell-missing"  # kinds of what is owed
_AT_ONCE = 500  # ids in one statement
_RUNNING = "state = 'running'"


class State(StrEnum):
    """How far a look came."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # the carrier did not give its list


class Lacking(StrEnum):
    """Who has no record of the call."""

    LOG = "log"
    CARRIER = "carrier"


class Look(Base):
    """One comparison of our calls with the carrier's list, over a period; it goes on from `reached_at`."""

    __tablename__ = "completeness_runs"
    __table_args__ = (
        Index(
            "uq_completeness_runs_now",
            "state",
            unique=True,
            sqlite_where=text(_RUNNING),
            postgresql_where=text(_RUNNING),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reached_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(12))
    listed: Mapped[int] = mapped_column(default=0)  # calls of our numbers that the carrier lists
    ours: Mapped[int] = mapped_column(default=0)  # calls in our log that the carrier knows
    others: Mapped[int] = mapped_column(default=0)  # listed calls of numbers that are no company's
    missing: Mapped[int] = mapped_column(default=0)  # listed, and not in our log
    unlisted: Mapped[int] = mapped_column(default=0)  # in our log, and unknown to the carrier


class MissingCall(Base):
    """A call that one side has and the other lacks; settled when it turned up after all."""

    __tablename__ = "missing_calls"
    __table_args__ = (Index(None, "company_id", "at"),)

    sid: Mapped[str] = mapped_column(String(34), primary_key=True)
    lacking: Mapped[str] = mapped_column(String(8))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    direction: Mapped[str] = mapped_column(String(8))  # in, out
    our_number: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("completeness_runs.id"), index=True)
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


_TURNED_UP = MissingCall.settled_at.is_not(None)


@dataclass(frozen=True)
class Listed:
    """A call as the carrier lists it; `number`: ours, that was rung or that rang."""

    sid: str
    direction: str
    number: str
    at: datetime


def ask(act: Act, figures: Completeness, *, since: datetime, until: datetime) -> Look:
    """Hold our calls against the carrier's list from one instant to another, in the background.

    What is too young to be settled is left out. Raises Invalid ("no-period", "too-old") for a period that holds
    nothing, Conflict while another look is under way.
    """
    until = min(until, act.at - figures.settles.span)
    if since >= until:
        raise Invalid("the period ends before it begins, or is too young", key="no-period")
    if since < act.at - figures.looked_back.span:
        raise Invalid("the carrier lists calls that are so old no longer", key="too-old")
    begun = {"from_at": since, "until_at": until, "reached_at": since, "asked_by": str(act.actor), "asked_at": act.at}
    new = insert_new(act.session, Look).values(**begun, state=State.RUNNING).returning(Look.id)
    look_id = act.session.scalar(new)
    if look_id is None:
        raise Conflict("another look is under way")
    look = act.session.get_one(Look, look_id)
    outbox.post(act, CHECKS, key=f"{CHECKS}-{look.id}", patient=True, look=look.id)
    period = {"since": since.isoformat(), "until": until.isoformat()}
    act.remember("house", "completeness-asked", look=look.id, **period)
    return look


def under_way(act: Act) -> Look | None:
    """The look that has not ended."""
    return act.session.scalar(select(Look).where(Look.state == State.RUNNING))


def goes_on_from(act: Act) -> datetime | None:
    """Where the last of the regular looks ended; None before the first."""
    regular = select(func.max(Look.until_at)).where(Look.state == State.DONE, Look.asked_by == str(CLOCK))
    return act.session.scalar(regular)


def next_piece(look: Look, figures: Completeness) -> tuple[datetime, datetime]:
    """The part of the period that is held against the list next."""
    return look.reached_at, min(look.reached_at + figures.piece.span, look.until_at)


def in_log(act: Act, since: datetime, until: datetime) -> dict[str, datetime]:
    """The carrier's ids of our calls that began between two instants, with when they did; the first one first."""
    ours = select(Call.sid, Call.started_at).where(
        Call.sid.is_not(None), Call.started_at >= since, Call.started_at < until
    )
    rows = act.session.execute(ours.order_by(Call.started_at, Call.id))
    return {sid: at for sid, at in rows if sid is not None}


def compare(act: Act, look: Look, until: datetime, listed: Sequence[Listed], gone: Sequence[str]) -> None:
    """Hold the piece from `reached_at` to `until` against the list; every call that one side lacks is named.

    `gone`: the ids of our calls of this piece that the carrier does not know.
    """
    company_of = {row.number: row.company_id for row in act.session.scalars(select(CompanyNumber))}
    inside = [one for one in listed if look.reached_at <= one.at < until]
    of_ours = [one for one in inside if one.number in company_of]
    known = _known(act, [one.sid for one in of_ours])
    lost = [one for one in of_ours if one.sid not in known]
    for one in lost:
        _miss(act, look, Lacking.LOG, one, company_of[one.number], None)
    for call in _calls(act, gone):
        seen = Listed(call.sid or "", call.direction, call.our_number, call.started_at)
        _miss(act, look, Lacking.CARRIER, seen, call.company_id, call.id)
    look.listed += len(of_ours)
    look.others += len(inside) - len(of_ours)
    look.missing += len(lost)
    look.unlisted += len(gone)
    look.ours += len(in_log(act, look.reached_at, until)) - len(gone)
    _settle(act, Lacking.CARRIER, [one.sid for one in inside])
    look.reached_at = until


def end(act: Act, look: Look) -> None:
    """The whole period was looked at: what turned up is settled, and of what is missing the supervisors are told."""
    waiting = select(MissingCall.sid).where(MissingCall.lacking == Lacking.LOG, MissingCall.settled_at.is_(None))
    _settle(act, Lacking.LOG, list(_known(act, list(act.session.scalars(waiting)))))
    look.state, look.ended_at = State.DONE, act.at
    found = {name: getattr(look, name) for name in ("listed", "ours", "others", "missing", "unlisted")}
    act.remember("house", "completeness-checked", look=look.id, **found)
    new = select(MissingCall.company_id).where(
        MissingCall.run_id == look.id, MissingCall.lacking == Lacking.LOG, MissingCall.settled_at.is_(None)
    )
    for company_id in act.session.scalars(new.distinct().order_by(MissingCall.company_id)):
        for person in staff.told(act, company_id, Role.SUPERVISOR):
            key = f"{TELLS}-{look.id}-{company_id}-{person.id}"
            outbox.post(act, TELLS, key=key, look=look.id, who=person.id, company=company_id)


def give_up(act: Act, look: Look) -> None:
    """The carrier does not give its list; the next regular look begins where the last whole one ended."""
    look.state, look.ended_at = State.FAILED, act.at
    act.remember("house", "completeness-failed", look=look.id, reached=look.reached_at.isoformat())


def newly_missing(act: Act, look_id: int, company_id: int) -> list[MissingCall]:
    """The calls of a company that a look found to be missing in our log, and that no look before had found."""
    query = select(MissingCall).where(
        MissingCall.run_id == look_id, MissingCall.company_id == company_id, MissingCall.lacking == Lacking.LOG
    )
    return list(act.session.scalars(query.order_by(MissingCall.at, MissingCall.sid)))


def looks(act: Act, *, most: int) -> list[Look]:
    """The latest looks, the newest first."""
    return list(act.session.scalars(select(Look).order_by(Look.id.desc()).limit(most)))


def lacking_in(act: Act, look: Look, company_id: int) -> Counter[str]:
    """How many calls of a company, of the period of a look, one side still lacks: by who lacks them."""
    query = select(MissingCall.lacking, func.count().label("n")).group_by(MissingCall.lacking)
    theirs = (MissingCall.company_id == company_id, MissingCall.settled_at.is_(None))
    within = (MissingCall.at >= look.from_at, MissingCall.at < look.until_at)
    return Counter({row.lacking: row.n for row in act.session.execute(query.where(*theirs, *within))})


def missing(act: Act, company_id: int | None, *, after: str | None, most: int) -> list[MissingCall]:
    """Calls that one side lacks, of a company or of the group, and behind them those that turned up; the newest first.

    `after`: the carrier's id of the last one of the page before; what is no such call of theirs is passed over.
    """
    theirs = _theirs(company_id)
    query = select(MissingCall).where(theirs)
    mark = act.session.scalar(query.where(MissingCall.sid == after)) if after is not None else None
    if mark is not None:
        query = query.where(_behind(mark))
    query = query.order_by(_TURNED_UP, MissingCall.at.desc(), MissingCall.sid)
    return list(act.session.scalars(query.limit(most)))


def missing_count(act: Act, company_id: int | None) -> tuple[int, int]:
    """How many calls one side lacks, and how many turned up."""
    turned_up = func.count(MissingCall.settled_at)
    lost, settled = act.session.execute(
        select(func.count() - turned_up, turned_up).select_from(MissingCall).where(_theirs(company_id))
    ).one()
    return lost, settled


def _theirs(company_id: int | None) -> ColumnElement[bool]:
    return true() if company_id is None else MissingCall.company_id == company_id


def _behind(mark: MissingCall) -> ColumnElement[bool]:
    older = or_(MissingCall.at < mark.at, and_(MissingCall.at == mark.at, MissingCall.sid > mark.sid))
    return and_(_TURNED_UP, older) if mark.settled_at is not None else or_(_TURNED_UP, and_(not_(_TURNED_UP), older))


def _miss(act: Act, look: Look, lacking: Lacking, one: Listed, company_id: int, call_id: int | None) -> None:
    """Named once, however many looks find it; again where it had turned up and is missing anew."""
    row = act.session.get(MissingCall, one.sid)
    if row is not None and row.settled_at is None:
        return
    if row is None:
        row = MissingCall(sid=one.sid, company_id=company_id, direction=one.direction, our_number=one.number, at=one.at)
        act.session.add(row)
    row.lacking, row.call_id, row.run_id, row.found_at, row.settled_at = lacking, call_id, look.id, act.at, None
    act.remember(
        "house",
        "call-missing",
        lacking=lacking,
        sid=one.sid,
        company=company_id,
        began=one.at.isoformat(),
        call=call_id,
    )


def _settle(act: Act, lacking: Lacking, sids: Sequence[str]) -> None:
    for some in _pieces(sids):
        found = update(MissingCall).where(
            MissingCall.sid.in_(some), MissingCall.lacking == lacking, MissingCall.settled_at.is_(None)
        )
        settled = found.values(settled_at=act.at).returning(MissingCall.sid)
        for sid in act.session.scalars(settled.execution_options(synchronize_session=False)).all():
            act.remember("house", "call-turned-up", sid=sid)


def _known(act: Act, sids: Sequence[str]) -> set[str]:
    return {call.sid for call in _calls(act, sids) if call.sid is not None}


def _calls(act: Act, sids: Sequence[str]) -> Iterator[Call]:
    for some in _pieces(sids):
        yield from act.session.scalars(select(Call).where(Call.sid.in_(some)))


def _pieces(sids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (sids[first : first + _AT_ONCE] for first in range(0, len(sids), _AT_ONCE))

"""Which calls are checked, drawn so that nobody can choose or foresee them; else the judged would steer it (PPL-3).

The seed is the hash of the first signed checkpoint of the log after the week was over: it stands in a file outside the
database, nobody knew it while the week lasted, and whoever has it can draw again and compare.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Row, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.db import Base
from hotline.domain import absences, companies, discretion, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.checkpoints import Checkpoint
from hotline.domain.staff import Role, Staff, StaffRole
from hotline.standard.calendar import Calendar, Weekday

_WEEK = len(Weekday)


class QualityDraw(Base):
    """One draw: of which week, by which checkpoint, among how many calls; `among_print` is over all their numbers.

    `unjudged`: the calls that were drawn and that nobody above their agent could judge.
    """

    __tablename__ = "quality_draws"
    __table_args__ = (UniqueConstraint("company_id", "week"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    week: Mapped[date]  # its Monday, by the company's clock
    checkpoint: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    each: Mapped[int]  # so many calls of each agent
    among: Mapped[int]
    among_print: Mapped[str] = mapped_column(String(64))
    unjudged: Mapped[list[int]] = mapped_column(JSON)
    drawn_at: Mapped[datetime]


class QualityCheck(Base):
    """A call that was drawn, whose work is judged, by whom, and what came of it. Words are sealed.

    No foreign key to the call: when its time is over the call is disposed of, and what was judged stays.
    """

    __tablename__ = "quality_checks"
    __table_args__ = (UniqueConstraint("draw_id", "call_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draw_id: Mapped[int] = mapped_column(ForeignKey("quality_draws.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    call_id: Mapped[int]
    agent_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    points: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    score: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(Text)
    judged_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Proof:
    """A draw that was made again: is the seed that checkpoint's, are the calls the same, are the same ones drawn?"""

    seed: bool
    among: bool
    drawn: bool

    @property
    def holds(self) -> bool:
        """Is it what anybody would have drawn?"""
        return self.seed and self.among and self.drawn


def draw(act: Act, company_id: int) -> QualityDraw | None:
    """Draw the calls of the last week that is over; None where that was done, or no checkpoint came after it yet."""
    companies.get(act, company_id)
    calendar, each = act.standard.calendar, act.standard.people.checks.each_week
    week = _last_week(act.at, calendar)
    same = select(QualityDraw.id).where(QualityDraw.company_id == company_id, QualityDraw.week == week)
    if act.session.scalar(same) is not None:
        return None
    seal = _first_seal(act.session, _span(week, calendar)[1])
    if seal is None:
        return None
    among = candidates(act, company_id, week)
    drawn = [(agent_id, call_id) for agent_id, calls in among.items() for call_id in pick(seal.hash, calls, each)]
    judges = {call_id: judge(act, company_id, seal.hash, call_id, agent_id) for agent_id, call_id in drawn}
    made = QualityDraw(
        company_id=company_id, week=week, checkpoint=seal.n, seed=seal.hash, each=each,
        among=sum(map(len, among.values())), among_print=_print(among), drawn_at=act.at,
        unjudged=[call_id for call_id, judge_id in judges.items() if judge_id is None],
    )  # fmt: skip
    act.session.add(made)
    act.session.flush()
    act.session.add_all(
        QualityCheck(draw_id=made.id, company_id=company_id, call_id=call_id, agent_id=agent_id, judge_id=judge_id)
        for agent_id, call_id in drawn
        if (judge_id := judges[call_id]) is not None
    )
    act.remember(
        "house", "checks-drawn", draw=made.id, company=company_id, week=week.isoformat(), checkpoint=seal.n,
        seed=seal.hash, among=made.among, print=made.among_print, calls=list(judges),
        unjudged=made.unjudged,
    )  # fmt: skip
    return made


def pick(seed: str, call_ids: Iterable[int], each: int) -> list[int]:
    """The calls that a seed draws: those whose SHA-256 of "seed:number" is the smallest."""
    return sorted(call_ids, key=lambda id_: hashlib.sha256(f"{seed}:{id_}".encode()).hexdigest())[:each]


def judge(act: Act, company_id: int, seed: str, call_id: int, agent_id: int) -> int | None:
    """Who judges: of the lowest level above whose call it is that has somebody who can, drawn by the same seed.

    None where nobody stands above.
    """
    levels, agent = staff.from_level(act, company_id, Role.SUPERVISOR), staff.get(act, agent_id)
    first = max((place + 1 for place, role in enumerate(levels) if agent.has(role)), default=0)
    for role in levels[first:]:
        above = [one for one in staff.holding(act, company_id, role) if one.id != agent_id]
        others = [one.id for one in above if may_judge(act, one, call_id)]
        if others:
            return pick(f"{seed}:{call_id}", others, 1)[0]
    return None


def may_judge(act: Act, person: Staff, call_id: int) -> bool:
    """Is this person there, and may they know of this call? Not where they are complained of in it (CMP-10)."""
    call = act.session.get(Call, call_id)
    there = person.active and person.id not in absences.away(act)
    return there and (call is None or discretion.shows(act, person, call))


def candidates(act: Act, company_id: int, week: date) -> dict[int, list[int]]:
    """Every call of a week that an agent answered and that ended in it, by agent; the company's standard is chosen."""
    begins, ends = _span(week, act.standard.calendar)
    agents = select(StaffRole.staff_id).where(StaffRole.role == Role.AGENT)
    before = act.standard.calendar.add_days(begins, -1)  # what began the evening before may end in it
    query = (
        select(Call.answered_by_id, Call.id)
        .where(Call.company_id == company_id, Call.started_at >= before, Call.started_at < ends)
        .where(Call.ended_at >= begins, Call.ended_at < ends)
        .where(Call.staff_id.is_(None), Call.answered_by_id.in_(agents))
        .order_by(Call.answered_by_id, Call.id)
    )
    found: dict[int, list[int]] = {}
    for agent_id, call_id in act.session.execute(query):
        found.setdefault(agent_id or 0, []).append(call_id)
    return found


def proven(act: Act, made: QualityDraw) -> Proof:
    """Draw again, from the log's own checkpoint and the calls that are there now."""
    companies.get(act, made.company_id)
    seal = act.session.scalar(select(Checkpoint.hash).where(Checkpoint.n == made.checkpoint))
    among = candidates(act, made.company_id, made.week)
    again = {call_id for calls in among.values() for call_id in pick(made.seed, calls, made.each)}
    drawn = set(act.session.scalars(select(QualityCheck.call_id).where(QualityCheck.draw_id == made.id)))
    return Proof(seal == made.seed, _print(among) == made.among_print, again == drawn | set(made.unjudged))


def last_draw(act: Act, company_id: int) -> QualityDraw | None:
    """The newest draw of a company."""
    query = select(QualityDraw).where(QualityDraw.company_id == company_id).order_by(QualityDraw.week.desc())
    return act.session.scalar(query.limit(1))


def _last_week(at: datetime, calendar: Calendar) -> date:
    today = at.astimezone(calendar.timezone).date()
    return date.fromordinal(today.toordinal() - today.weekday() - _WEEK)


def _span(week: date, calendar: Calendar) -> tuple[datetime, datetime]:
    begins = calendar.start_of_day(week)
    return begins, calendar.add_days(begins, _WEEK)


def _first_seal(session: Session, after: datetime) -> Row[int, str] | None:
    """The first checkpoint since an instant. Halved down to it: there are millions, one after the other in time."""
    low, high = 1, (session.scalar(select(func.max(Checkpoint.n))) or 0) + 1
    while low < high:
        middle = (low + high) // 2
        at = session.scalar(select(Checkpoint.at).where(Checkpoint.n == middle))
        low, high = (low, middle) if at is not None and at >= after else (middle + 1, high)
    return session.execute(select(Checkpoint.n, Checkpoint.hash).where(Checkpoint.n == low)).one_or_none()


def _print(among: Mapping[int, list[int]]) -> str:
    """SHA-256 over agents and calls, in order: which calls could have been drawn."""
    told = ";".join(f"{agent}:{','.join(map(str, calls))}" for agent, calls in sorted(among.items()))
    return hashlib.sha256(told.encode()).hexdigest()

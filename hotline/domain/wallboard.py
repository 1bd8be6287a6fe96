"""How it stands at this moment, in nine figures; without it a room would learn of a full line from its callers.

What calls for help is decided by the profile (`wallboard`), and of silences by the limit of ANS-4 itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, not_, or_, select

from hotline.domain import daily_figures, waits
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.compliance import Books
from hotline.domain.daily_figures import Hidden, Tallies, Tally
from hotline.domain.dispatches import Answer, Dispatch, Offer
from hotline.domain.promises import Promise, Verdict
from hotline.domain.seats import Seat, Status
from hotline.domain.staff import Staff
from hotline.domain.waits import Place
from hotline.standard.catalogue import RULES
from hotline.standard.rules import Standard

_ON_THE_LINE = (Place.WAITING, Place.OFFERED)


@dataclass(frozen=True)
class Board:
    """`longest` and `silent`: since when whoever waits longest waits, and since when nothing was said to somebody."""

    waiting: int
    longest: datetime | None
    silent: datetime | None
    seats: Counter[str]
    answered: Tally  # today's calls, by our machine
    picked_up: Tally  # today's rings at agents' telephones, by the agents
    due_soon: int
    broken: int  # of what fell due today: done late, or not done
    unsigned: int

    def alarms(self, standard: Standard, at: datetime) -> frozenset[str]:
        """Which of these figures call for help."""
        limits = standard.wallboard
        found = {
            "waiting": self.waiting >= limits.waiting,
            "longest": self.longest is not None and at - self.longest >= limits.longest_wait.span,
            "silent": self.silent is not None and at - self.silent > standard.answering.reassurance.span,
            "agents": self.seats[Status.FREE] < limits.free_agents,
            "answered": _is_below(self.answered.share, limits.in_time),
            "picked_up": _is_below(self.picked_up.share, limits.in_time),
            "due_soon": self.due_soon >= limits.due_soon,
            "broken": self.broken >= limits.broken,
            "unsigned": self.unsigned >= limits.unsigned,
        }
        return frozenset(name for name, calls in found.items() if calls)


def now(act: Act, books: dict[int, Books], standard: Standard, hidden: Hidden | None = None) -> Board:
    """How it stands with these companies; what is hidden from the reader is not counted."""
    line = [wait for wait in waits.line(act) if wait.company_id in books]
    spoken = [wait.last_spoken_at for wait in line if wait.state in _ON_THE_LINE and wait.last_spoken_at is not None]
    within = act.at + standard.wallboard.due_within.span
    answered = _answered(act, books, hidden)
    open_soon = (Promise.verdict == Verdict.OPEN, Promise.due_at > act.at, Promise.due_at <= within)
    return Board(
        waiting=len(line),
        longest=min((wait.since for wait in line), default=None),
        silent=min(spoken, default=None),
        seats=_seats(act, books),
        answered=answered.get(daily_figures.RING, Tally()),
        picked_up=answered.get(daily_figures.AGENT, Tally()),
        due_soon=_promises(act, hidden, *open_soon, Promise.company_id.in_(books)),
        broken=sum(_missed_today(act, one, hidden) for one in books.values()),
        unsigned=_unsigned(act, books, hidden),
    )


def _seats(act: Act, books: dict[int, Books]) -> Counter[str]:
    query = select(Seat.status, func.count().label("n")).join(Staff, Staff.id == Seat.staff_id).where(Staff.active)
    found = act.session.execute(query.where(Seat.company_id.in_(books)).group_by(Seat.status))
    return Counter({row.status: row.n for row in found})


def _is_below(share: float | None, per_cent: int) -> bool:
    return share is not None and share * 100 < per_cent


def _answered(act: Act, books: dict[int, Books], hidden: Hidden | None) -> Tallies:
    """Today's calls and rings at agents' telephones, each by its company's clock."""
    found: list[Tallies] = []
    for one in books.values():
        day = one.measure.today(act.at)
        of_one = daily_figures.of_line(act, one.measure, day, day)
        unknown = daily_figures.of_line(act, one.measure, day, day, among=hidden) if hidden else {}
        found.append(daily_figures.without(of_one, unknown))
    return daily_figures.added(found)


def _missed_today(act: Act, books: Books, hidden: Hidden | None) -> int:
    day = books.measure.today(act.at)
    due = daily_figures.promises_in(books.measure, day, day, tuple(RULES))
    return _promises(act, hidden, due, Promise.verdict.in_((Verdict.BROKEN, Verdict.LATE)))


def _promises(act: Act, hidden: Hidden | None, *which: ColumnElement[bool]) -> int:
    query = select(func.count(Promise.id)).where(*which)
    return act.session.scalar(query.where(not_(hidden.promises)) if hidden else query) or 0


def _unsigned(act: Act, books: dict[int, Books], hidden: Hidden | None) -> int:
    """Matters that somebody has to sign for; of a dispatch that was withdrawn nobody is asked any more."""
    asked = exists().where(Offer.dispatch_id == Dispatch.id, Offer.rung_at >= Dispatch.posted_at)
    stands = or_(~asked, asked.where(Offer.answer != Answer.WITHDRAWN))
    query = select(func.count(Dispatch.case_id.distinct())).join(Case, Case.id == Dispatch.case_id)
    query = query.where(Dispatch.signed_at.is_(None), Case.state == "open", Case.company_id.in_(books), stands)
    return act.session.scalar(query.where(Case.id.not_in(hidden.cases)) if hidden else query) or 0

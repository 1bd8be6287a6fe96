"""The roster of a week, and when nobody is on post; without it a caller would be the first to find a gap (PPL-1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import absences, companies, outbox, staff
from hotline.domain.act import Act
from hotline.domain.staff import Duty, Role, Shift, Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.standard.calendar import Weekday
from hotline.standard.kinds import Staffing
from hotline.standard.rules import Standard

WEEK = len(Weekday)
Span = tuple[datetime, datetime]
TELLS = "tell-gap"  # the kind of what is owed to whoever leads where nobody is on duty


class Why(StrEnum):
    """Why somebody cannot be put on the roster then."""

    LEFT = "left"
    ON_LEAVE = "on-leave"
    TWICE = "twice"  # on the roster then already
    PAST = "past"


class Clash(Conflict):
    """Somebody cannot be on duty then; `why` says what stands in the way."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"nobody is put on the roster then: {why}; choose somebody else, or another time")
        self.why = why


class RosterGap(Base):
    """A time in which nobody is on a duty that somebody always has to be on, as it was told to those who lead."""

    __tablename__ = "roster_gaps"
    __table_args__ = (UniqueConstraint("company_id", "duty", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    duty: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    told_at: Mapped[datetime]


@dataclass(frozen=True)
class Gap:
    """Nobody is on this duty from then until then."""

    duty: Duty
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Copied:
    """What became of a week that was copied: how many shifts, and which could not be, each with its reason."""

    shifts: int
    left: Sequence[tuple[Shift, Why]]


def put(act: Act, person: Staff, duty: Duty, starts_at: datetime, ends_at: datetime) -> Shift:
    """Put a person on the roster, and write it down (PPL-1).

    Raises Invalid for a shift that ends before it begins, Clash for who left, is on leave or on duty then already, and
    for a shift that began before now.
    """
    if ends_at <= starts_at:
        raise Invalid("a shift ends after it begins")
    staff.locked(act, person.id)
    why = _hinders(act, person, starts_at, ends_at)
    if why is not None:
        raise Clash(why)
    return write(act, person, duty, starts_at, ends_at)


def write(act: Act, person: Staff, duty: Duty, starts_at: datetime, ends_at: datetime) -> Shift:
    """The same by a command: beside other shifts, and from before now too. Raises as `staff.roster` does."""
    shift = staff.roster(act, person, duty, starts_at, ends_at)
    act.remember("house", "shift-put", **_told(shift))
    return shift


def get(act: Act, shift_id: int) -> Shift:
    """The shift with this id. Raises NotFound."""
    shift = act.session.get(Shift, shift_id)
    if shift is None:
        raise NotFound(f"there is no shift {shift_id}")
    return shift


def strike(act: Act, shift: Shift) -> None:
    """Take a shift off the roster; one under way ends now. Raises Refused for one that is over: it was worked."""
    if shift.ends_at <= act.at:
        raise Refused("this shift is over: it stays as it was")
    act.remember("house", "shift-struck", **_told(shift))
    if shift.starts_at < act.at:
        shift.ends_at = act.at
    else:
        act.session.delete(shift)
    act.session.flush()


def copy_week(act: Act, company_id: int, monday: date) -> Copied:
    """Put everybody whose shift begins in this week on duty at the same local times of the week after.

    Who cannot be there is left out and named; a shift that stands there already is no copy. The company's standard is
    chosen.
    """
    calendar = companies_standard(act, company_id).calendar
    begins = calendar.start_of_day(monday)
    found = [
        one for one in between(act, company_id, begins, calendar.add_days(begins, WEEK)) if one.starts_at >= begins
    ]
    shifts, left = 0, []
    for shift in found:
        starts_at, ends_at = calendar.add_days(shift.starts_at, WEEK), calendar.add_days(shift.ends_at, WEEK)
        if _stands(act, shift, starts_at):
            continue
        try:
            put(act, staff.get(act, shift.staff_id), Duty(shift.duty), starts_at, ends_at)
        except Clash as clash:
            left.append((shift, clash.why))
        else:
            shifts += 1
    return Copied(shifts, left)


def between(act: Act, company_id: int, begins: datetime, ends: datetime) -> list[Shift]:
    """The shifts of a company that lie in this span, wholly or in part, in the order in which they begin."""
    query = select(Shift).where(Shift.company_id == company_id, Shift.starts_at < ends, Shift.ends_at > begins)
    return list(act.session.scalars(query.order_by(Shift.starts_at, Shift.id)))


def gaps(act: Act, company_id: int, begins: datetime, ends: datetime) -> list[Gap]:
    """When nobody is on a duty that somebody always has to be on, in order; the front counts while it is staffed."""
    standard = companies_standard(act, company_id)
    worked = _worked(act, company_id, begins, ends)
    found: list[Gap] = []
    for post in standard.people.roster.always:
        duty = Duty(post)
        wanted = _staffed(standard, begins, ends) if duty == Duty.FRONT else [(begins, ends)]
        shifts = [(one.starts_at, one.ends_at) for one in worked if one.duty == duty]
        found += [Gap(duty, *free) for window in wanted for free in _uncovered(*window, shifts)]
    return sorted(found, key=lambda gap: (gap.starts_at, gap.duty))


def tell_gaps(act: Act, company_id: int) -> list[RosterGap]:
    """Tell those who lead of every gap that begins soon, once for each (PPL-1); what was told anew."""
    standard = companies_standard(act, company_id)
    told = []
    for gap in gaps(act, company_id, act.at, act.at + standard.people.roster.told_before.span):
        known = _known(act, company_id, gap)
        if known is not None:
            known.ends_at = max(known.ends_at, gap.ends_at)
            continue
        row = RosterGap(company_id=company_id, told_at=act.at, **vars(gap))
        act.session.add(row)
        act.session.flush()
        span = {"starts": gap.starts_at.isoformat(), "ends": gap.ends_at.isoformat()}
        act.remember("house", "roster-gap", gap=row.id, company=company_id, duty=gap.duty, **span)
        for person in staff.told(act, company_id, Role.SUPERVISOR):
            outbox.post(act, TELLS, key=f"{TELLS}-{row.id}-{person.id}", who=person.id, gap=row.id)
        told.append(row)
    return told


def stands(act: Act, row: RosterGap) -> bool:
    """Is there still nobody on duty in some part of this gap that is not over?"""
    begins = max(row.starts_at, act.at)
    return begins < row.ends_at and any(one.duty == row.duty for one in gaps(act, row.company_id, begins, row.ends_at))


def companies_standard(act: Act, company_id: int) -> Standard:
    """The standard of a company, chosen for the act."""
    companies.get(act, company_id)
    return act.standard


def _hinders(act: Act, person: Staff, starts_at: datetime, ends_at: datetime) -> Why | None:
    if not person.active:
        return Why.LEFT
    if starts_at < act.at.replace(second=0, microsecond=0):
        return Why.PAST
    if any(leave.starts_at < ends_at and leave.ends_at > starts_at for leave in absences.ahead(act, person.id)):
        return Why.ON_LEAVE
    query = select(Shift.id).where(Shift.staff_id == person.id, Shift.starts_at < ends_at, Shift.ends_at > starts_at)
    return Why.TWICE if act.session.scalar(query.limit(1)) is not None else None


def _stands(act: Act, shift: Shift, starts_at: datetime) -> bool:
    same = (Shift.staff_id == shift.staff_id, Shift.duty == shift.duty, Shift.starts_at == starts_at)
    return act.session.scalar(select(Shift.id).where(*same)) is not None


def _worked(act: Act, company_id: int, begins: datetime, ends: datetime) -> list[Shift]:
    """The shifts of whoever works here still."""
    query = select(Shift).join(Staff, Staff.id == Shift.staff_id).where(Staff.active, Shift.company_id == company_id)
    return list(act.session.scalars(query.where(Shift.starts_at < ends, Shift.ends_at > begins)))


def _staffed(standard: Standard, begins: datetime, ends: datetime) -> list[Span]:
    """When agents are on duty by the standard (ANS-8); what goes on over a midnight is one."""
    found: list[Span] = []
    for starts_at, ends_at in _staffed_pieces(standard, begins, ends):
        if found and found[-1][1] == starts_at:
            starts_at = found.pop()[0]
        found.append((starts_at, ends_at))
    return found


def _staffed_pieces(standard: Standard, begins: datetime, ends: datetime) -> Iterator[Span]:
    """None longer than a day: in the heating season, which is of days, the company is staffed around the clock."""
    if standard.answering.staffing == Staffing.ALWAYS:
        yield begins, ends
        return
    calendar, at = standard.calendar, begins
    while at < ends:
        midnight = calendar.end_of_day(at)
        if not standard.is_staffed(at):
            at = min(calendar.next_opening(at), midnight)
            continue
        closes = calendar.open_until(at)
        until = min(midnight if closes <= at or standard.is_staffed(closes) else closes, ends)
        yield at, until
        at = until


def _uncovered(begins: datetime, ends: datetime, shifts: Sequence[Span]) -> Iterator[Span]:
    at = begins
    for starts_at, ends_at in sorted(shifts):
        if starts_at >= ends:
            break
        if starts_at > at:
            yield at, starts_at
        at = max(at, ends_at)
    if at < ends:
        yield at, ends


def _known(act: Act, company_id: int, gap: Gap) -> RosterGap | None:
    """The gap that was told already and that this one begins in: while it lasts it begins now."""
    query = select(RosterGap).where(RosterGap.company_id == company_id, RosterGap.duty == gap.duty)
    within = query.where(RosterGap.starts_at <= gap.starts_at, RosterGap.ends_at >= gap.starts_at)
    return act.session.scalar(within.order_by(RosterGap.id).limit(1))


def _told(shift: Shift) -> dict[str, object]:
    span = {"starts": shift.starts_at.isoformat(), "ends": shift.ends_at.isoformat()}
    return {"shift": shift.id, "staff": shift.staff_id, "company": shift.company_id, "duty": shift.duty, **span}

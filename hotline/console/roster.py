"""The roster of a week on a page: who is on which duty when, and where nobody is; else gaps stay on paper (PPL-1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import Forbidden

from hotline.console import asking, people, refused, rights, sent_forms, words
from hotline.domain import rosters
from hotline.domain.act import Act
from hotline.domain.rosters import WEEK, Gap
from hotline.domain.staff import Duty, Shift, Staff
from hotline.standard.calendar import Calendar

_FIELDS = ("person", "duty", "from", "until")
_CLOCK = "%H:%M"


@dataclass(frozen=True)
class Turn:
    """A shift as it stands in one day of the grid: who, from when to when within that day."""

    shift: Shift
    who: str
    begins: str
    ends: str
    on_post: str | None  # by when they are there, where the shift begins on this day (PPL-1)
    can_be_struck: bool  # it is not over; said once, where the shift begins or the week does


@dataclass(frozen=True)
class Cell:
    """One duty on one day: who is on it, and when nobody is."""

    turns: Sequence[Turn]
    gaps: Sequence[tuple[str, str]]


def roster() -> ResponseReturnValue:
    """The week of `week` (any day of it), else this one."""
    return _page(**refused.taken(_here()))


def put_shift() -> ResponseReturnValue:
    """Put somebody on duty; whoever is on leave, left, or is on duty then already, is refused in words."""

    def put(act: Act) -> None:
        company_id = _changed(act)
        zone = rosters.companies_standard(act, company_id).timezone
        duty = request.form.get("duty", "")
        if duty not in list(Duty):
            raise sent_forms.Amiss("roster.problem.duty")
        begins = sent_forms.moment("from", zone, "roster.problem.span")
        ends = sent_forms.moment("until", zone, "roster.problem.span")
        rosters.put(act, _person(act, company_id), Duty(duty), begins, ends)

    return _does(put)


def strike_shift(shift_id: int) -> ResponseReturnValue:
    """Take a shift off the roster; one under way ends now."""

    def strike(act: Act) -> None:
        shift = rosters.get(act, shift_id)
        if not _may_change(act, shift.company_id):
            raise Forbidden
        rosters.strike(act, shift)

    return _does(strike)


def copy_week() -> ResponseReturnValue:
    """Everybody of the week shown is on duty at the same times of the next; who cannot be is named."""

    def copy(act: Act) -> str:
        found = rosters.copy_week(act, _changed(act), _monday(act))
        names = people.names(act, [shift.staff_id for shift, _why in found.left])
        left = [f"{names[shift.staff_id]} · {words.text(f'roster.why.{why}')}" for shift, why in found.left]
        told = words.text("roster.copied", n=found.shifts)
        return told if not left else told + words.text("roster.left-out", who=words.text("comma").join(left))

    return _does(copy)


def _does(do: Any) -> ResponseReturnValue:
    return sent_forms.does(_here(), _page, do, part="roster", fields=_FIELDS)


def _changed(act: Act) -> int:
    company_id = _company()
    if not _may_change(act, company_id):
        raise Forbidden
    return company_id


def _may_change(act: Act, company_id: int) -> bool:
    person = asking.person()
    if not rights.may_open(person, "console.put_shift"):
        return False
    return rights.whole_group(person) or rights.may_lead(act, person, company_id)


def _company() -> int:
    """Which company's roster: of `company` for who sees the whole group, else my own."""
    person = asking.person()
    wanted = request.values.get("company", type=asking.row_id) if rights.whole_group(person) else None
    return wanted or person.company_id


def _person(act: Act, company_id: int) -> Staff:
    found = act.session.get(Staff, sent_forms.number("person", "roster.problem.person"))
    if found is None or found.company_id != company_id:
        raise sent_forms.Amiss("roster.problem.person")
    return found


def _monday(act: Act) -> date:
    """The first day of the week that is asked for; of this one where none is."""
    today = act.at.astimezone(act.standard.calendar.timezone).date()
    try:
        day = date.fromisoformat(request.values.get("week", ""))
    except ValueError:
        day = today
    day = day if day.year in asking.YEARS else today
    return date.fromordinal(day.toordinal() - day.weekday())


def _here() -> str:
    """The page of the same week and company, whichever form was sent from it."""
    named = {name: request.values[name] for name in ("week", "company") if request.values.get(name)}
    return url_for("console.roster", **named)  # type: ignore[arg-type]


def _page(**told: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        company_id = _company()
        standard = rosters.companies_standard(act, company_id)
        calendar, monday = standard.calendar, _monday(act)
        gaps = rosters.gaps(act, company_id, act.at, standard.people.roster.looked_ahead.deadline(act.at, calendar).at)
        g.here = _here()
        return render_template(
            "roster.html",
            grid=_grid(act, company_id, monday, gaps),
            days=[date.fromordinal(monday.toordinal() + place) for place in range(WEEK)],
            gaps=gaps,
            ahead=standard.people.roster.looked_ahead,
            before=standard.people.on_post_before,
            always=standard.people.roster.always,
            monday=monday,
            week_before=date.fromordinal(monday.toordinal() - WEEK),
            week_after=date.fromordinal(monday.toordinal() + WEEK),
            today=act.at.astimezone(calendar.timezone).date(),
            company_id=company_id,
            companies=people.companies_by_id(act),
            may_change=_may_change(act, company_id),
            everybody=_everybody(act, company_id),
            duties=list(Duty),
            zone=standard.timezone,
            limit=words.limit,
            **{"problem": None, "typed": {}, "told": None, **told},
        )


def _everybody(act: Act, company_id: int) -> list[Staff]:
    query = select(Staff).where(Staff.company_id == company_id, Staff.active).order_by(Staff.agent_number)
    return list(act.session.scalars(query))


def _grid(act: Act, company_id: int, monday: date, gaps: Sequence[Gap]) -> dict[Duty, list[Cell]]:
    """Every duty that anybody is on, or has to be on, by day."""
    calendar = act.standard.calendar
    begins = calendar.start_of_day(monday)
    shifts = rosters.between(act, company_id, begins, calendar.add_days(begins, WEEK))
    names = people.names(act, [one.staff_id for one in shifts])
    shown = {Duty(one.duty) for one in shifts} | {Duty(one) for one in act.standard.people.roster.always}
    return {
        duty: [
            Cell(
                list(_turns(act, [one for one in shifts if one.duty == duty], names, day, begins)),
                [_within(one, *day, calendar) for one in gaps if one.duty == duty and _meets(one, *day)],
            )
            for day in _days(monday, calendar)
        ]
        for duty in Duty
        if duty in shown
    }


def _days(monday: date, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    begins = calendar.start_of_day(monday)
    for place in range(WEEK):
        yield calendar.add_days(begins, place), calendar.add_days(begins, place + 1)


def _turns(
    act: Act, shifts: Sequence[Shift], names: dict[int, str], day: tuple[datetime, datetime], monday: datetime
) -> Iterator[Turn]:
    calendar = act.standard.calendar
    before = act.standard.people.on_post_before
    for shift in shifts:
        if not _meets(shift, *day):
            continue
        begins_here = day[0] <= shift.starts_at < day[1]
        on_post = before.before(shift.starts_at, calendar).astimezone(calendar.timezone) if begins_here else None
        begins, ends = _within(shift, *day, calendar)
        told = on_post.strftime(_CLOCK) if on_post else None
        first = begins_here or day[0] == monday
        yield Turn(shift, names[shift.staff_id], begins, ends, told, first and shift.ends_at > act.at)


def _meets(one: Shift | Gap, begins: datetime, ends: datetime) -> bool:
    return one.starts_at < ends and one.ends_at > begins


def _within(one: Shift | Gap, begins: datetime, ends: datetime, calendar: Calendar) -> tuple[str, str]:
    """The part of a span that lies in a day, by the company's clock; the end of the day is 24:00."""
    first, last = max(one.starts_at, begins), min(one.ends_at, ends)
    told = words.text("roster.midnight") if last >= ends else last.astimezone(calendar.timezone).strftime(_CLOCK)
    return first.astimezone(calendar.timezone).strftime(_CLOCK), told

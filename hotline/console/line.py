"""The waiting line, the agents and the calls as a supervisor sees them; without it a full line would go unnoticed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.console import asking, discretion, people, refused, rights, supervise, words
from hotline.domain import companies, desk, hearers, seats, staff, waits
from hotline.domain.act import Act
from hotline.domain.calls import FINAL, Call
from hotline.domain.cases import Case
from hotline.domain.desk import Wait
from hotline.domain.parties import Meeting, Stage
from hotline.domain.seats import Seat, Status
from hotline.domain.staff import Staff
from hotline.errors import Invalid, NotFound

# What a supervisor may say of an agent's seat.
SETTABLE = (Status.AWAY, Status.OFF)
WHY = "supervisor"
_WHY_LONGEST = 200  # characters


@dataclass(frozen=True)
class Row:
    """One caller in the line, without a personal value: who they are is for whoever answers."""

    place: int
    wait: Wait
    matter: str | None
    wanted: str | None


@dataclass(frozen=True)
class OnLine:
    """Somebody who rings us and talks with none of ours yet: the number masked, the case where it may be told."""

    call: Call
    who: str
    case_id: int | None


def rows(act: Act) -> list[Row]:
    """Who waits in the group, in the order of their turn."""
    waiting = desk.line(act)
    wanted = people.names(act, (wait.wanted_id for wait in waiting))
    known = act.session.scalars(select(Case).where(Case.id.in_({wait.case_id for wait in waiting if wait.case_id})))
    matters = {case.id: words.about(case) for case in known}
    return [
        Row(place, wait, matters.get(wait.case_id or 0), wanted.get(wait.wanted_id or 0))
        for place, wait in enumerate(waiting, start=1)
    ]


def floor() -> ResponseReturnValue:
    """The line, every agent's seat, every conversation; a supervisor may listen, coach, join, and set a seat away."""
    return _page(**refused.taken(here()))


def set_status(staff_id: int) -> ResponseReturnValue:
    """A supervisor sets an agent away or off and says why, or ends a wrap-up that was left open (status "free").

    During a call it is taken up afterwards.
    """
    status, why = request.form.get("status", ""), request.form.get("why", "").strip()[:_WHY_LONGEST]
    if status not in (*SETTABLE, Status.FREE):
        raise Invalid("a supervisor sets a seat away or off, or ends a wrap-up, nothing else")
    if not why:
        return answered(words.text("line.no-why"))
    with asking.runtime().act(asking.actor()) as act:
        person = staff.get(act, staff_id)
        if not rights.may_lead(act, asking.person(), person.company_id) or not person.has(*rights.DESK):
            raise NotFound(f"there is no colleague {staff_id} of yours at the desk")
        seat = seats.of(act, person)
        _set(act, seat, Status(status))
        # The reason is free text and may speak of a person's health: sealed.
        by, reason = asking.person().id, act.sealer.seal(why)
        act.remember(seat.chain, "seat-set", status=status, by=by, reason=reason)
    return answered()


def _set(act: Act, seat: Seat, status: Status) -> None:
    if status is not Status.FREE:
        waits.choose(act, seat, status, why=WHY)
        return
    if seat.status != Status.WRAP_UP:
        raise Invalid("nobody is set free but who left a form open: a closed desk would be rung")
    waits.wrapped_up(act, seat)


def here() -> str:
    """The address of the floor."""
    return url_for("console.floor")


def answered(problem: str | None = None) -> ResponseReturnValue:
    """After a form of the floor: the page anew where a script asked for it, else back to the page."""
    return refused.answered(here(), _page, problem)


def _page(**told: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        g.here = here()
        return render_template("floor.html", **_context(act), **{"problem": None, **told})


def _context(act: Act) -> dict[str, Any]:
    person = asking.person()
    companies.get(act, person.company_id)
    at_work = _seats(act, person)
    talks = _meetings(act, person)
    known = hearers.known(act, person, [talk.id for talk in talks])
    watched = select(Call.id).where(Call.id.in_([talk.call_id for talk in talks if talk.call_id is not None]))
    return {
        "waiting": rows(act),
        "on_line": _on_line(act, person),
        "seats": at_work,
        "talks": [supervise.watched(act, person, meeting, known) for meeting in talks],
        "opens": set(act.session.scalars(watched.where(discretion.calls(person)))),  # of the others no page is shown
        "names": people.names(act, [*(seat.staff_id for seat in at_work), *(talk.agent_id for talk in talks)]),
        "companies": people.companies_by_id(act),
        "settable": SETTABLE,
        "may_lead": rights.may_open(person, "console.set_status"),
        "zone": act.standard.timezone,
        "standard": act.standard,
        "at": act.at,
        "heartbeat": asking.runtime().figures.routine.live_heartbeat.seconds,
    }


def _on_line(act: Act, person: Staff) -> list[OnLine]:
    talking = select(Meeting.call_id).where(Meeting.state != Stage.ENDED, Meeting.call_id.is_not(None))
    query = select(Call).where(Call.direction == "in", Call.state.not_in(FINAL), Call.id.not_in(talking))
    query = query.where(discretion.calls(person))
    if not rights.whole_group(person):
        query = query.where(Call.company_id == person.company_id)
    found = list(act.session.scalars(query.order_by(Call.started_at, Call.id)))
    numbers = people.masked_numbers(act, (call.customer_id for call in found))
    ours = people.names(act, (call.staff_id for call in found))
    return [OnLine(call, people.caller(call, ours, numbers), people.case_of(call)) for call in found]


def _seats(act: Act, person: Staff) -> list[Seat]:
    query = select(Seat).join(Staff, Staff.id == Seat.staff_id).where(Staff.active)
    if not rights.whole_group(person):
        query = query.where(Seat.company_id == person.company_id)
    return list(act.session.scalars(query.order_by(Seat.status == Status.OFF, Staff.agent_number)))


def _meetings(act: Act, person: Staff) -> list[Meeting]:
    query = select(Meeting).where(Meeting.state != Stage.ENDED)
    if not rights.whole_group(person):
        query = query.where(Meeting.company_id == person.company_id)
    return list(act.session.scalars(query.order_by(Meeting.id)))

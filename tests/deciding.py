"""A complaint, what is asked about it, and what is decided; without it each test would tell the same beginning."""

from __future__ import annotations

from datetime import datetime

from hotline.domain import cases, companies, decisions, matters, promises
from hotline.domain.act import COMMAND, Act, Actor
from hotline.domain.cases import Case, Kind
from hotline.domain.decisions import Decision, What
from hotline.domain.matters import Lodged, Told
from hotline.domain.promises import Promise
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import given
from tests.world import Cast, Person

WHY = "the valve comes from Tianjin on Friday"
ANSWER = "the supplier confirmed it by letter"
GRADED = "two households without heating"
SETTLE = "CMP-4.settle.minor"


def complaint(
    runtime: Runtime,
    cast: Cast,
    *,
    grade: Grade | None = Grade.MINOR,
    about: Person | None = None,
    owner: Person | None = None,
    anonymous: bool = False,
    department_id: int | None = None,
) -> int:
    """Chen complains to the heating company, and Lin (or `owner`) takes it; the case's id."""
    taker = owner or cast.lin
    with runtime.act(by(taker)) as act:
        companies.get(act, cast.heat.id)
        told = Told(cast.heat.id, taker.id, {}, not anonymous, customer_id=cast.chen.id, anonymous=anonymous)
        known = Lodged(
            department_id=department_id,
            about_staff_id=about.id if about is not None else None,
            grade=grade,
            why=GRADED if grade is not None else "",
        )
        return matters.open_complaint(act, told, known).case.id


def by(person: Person) -> Actor:
    """Somebody of the cast at the console."""
    return Actor("console", person.id)


def locked(act: Act, case_id: int) -> Case:
    """The case, locked, its company's standard chosen."""
    case = cases.get(act, case_id)
    companies.get(act, case.company_id)
    return case


def promised(act: Act, case_id: int, rule: str) -> Promise:
    """What this rule promised in the case last."""
    return [one for one in promises.of_case(act, case_id) if one.rule == rule][-1]


def due(runtime: Runtime, case_id: int, rule: str = SETTLE) -> datetime:
    """When it falls due."""
    with runtime.look(COMMAND) as act:
        return promised(act, case_id, rule).due_at


def asks_time(
    runtime: Runtime, who: Person, case_id: int, until: datetime, *, rule: str = SETTLE, why: str = WHY
) -> int:
    """Somebody asks for more time; the request's id."""
    with runtime.act(by(who)) as act:
        case, person = locked(act, case_id), given.person(act, who)
        promise = promised(act, case_id, rule)
        return decisions.ask(act, case, What.EXTENSION, by=person, reason=why, wanted=until, promise=promise).id


def asks(runtime: Runtime, who: Person, case_id: int, wanted: Grade | Kind, *, why: str = WHY) -> int:
    """Somebody asks for a lower grade, or for another kind of matter; the request's id."""
    what = What.LOWER_GRADE if isinstance(wanted, Grade) else What.CHANGE_KIND
    with runtime.act(by(who)) as act:
        case, person = locked(act, case_id), given.person(act, who)
        return decisions.ask(act, case, what, by=person, reason=why, wanted=wanted).id


def decides(runtime: Runtime, who: Person, decision_id: int, *, approve: bool = True, answer: str = ANSWER) -> None:
    """Somebody approves, or refuses."""
    with runtime.act(by(who)) as act:
        person = given.person(act, who)
        decisions.decide(act, decisions.get(act, decision_id), by=person, approve=approve, answer=answer)


def state(runtime: Runtime, decision_id: int) -> str:
    """What became of a request."""
    with runtime.look(COMMAND) as act:
        return act.session.get_one(Decision, decision_id).state


def verdicts(runtime: Runtime, case_id: int, rule: str) -> list[str]:
    """What became of what this rule promised, in order."""
    with runtime.look(COMMAND) as act:
        return [str(one.verdict) for one in promises.of_case(act, case_id) if one.rule == rule]


def waits_for(runtime: Runtime, who: Person) -> list[int]:
    """The requests that this person may decide, by id."""
    with runtime.look(COMMAND) as act:
        return [one.id for one in decisions.waiting_for(act, given.person(act, who))]

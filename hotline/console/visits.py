"""Return visits (回访): who is to be asked, the form, the coverage; without it nobody would see whom we forgot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from hotline.console import (
    asking,
    cases,
    complaint_period,
    discretion,
    lists,
    matter,
    paging,
    people,
    rights,
    visit_wishes,
    words,
)
from hotline.console.complaint_period import Period
from hotline.domain import (
    companies,
    owed_calls,
    promises,
    staff,
    visit_figures,
    visit_results,
    visit_signatures,
    visits,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.visit_results import Question
from hotline.domain.visits import Asker, Said, Visit
from hotline.errors import Conflict, Invalid, Refused
from hotline.phones import PhoneNumber

LONGEST = 2000  # characters
FIELDS = ("mended", "mark", "words", "question", "agreed", "wish", "wished")


def visit_list() -> ResponseReturnValue:
    """Who is to be asked, what falls due first at the head; who was asked; how many of those who had to be."""
    person = asking.person()
    company_id = None if rights.whole_group(person) else person.company_id
    with asking.runtime().look(asking.actor()) as act:
        companies.get(act, person.company_id)
        calendar, zone = act.standard.calendar, act.standard.timezone
        period, problem = _period(act.at.astimezone(ZoneInfo(zone)))
        counted = [person.company_id] if company_id is not None else list(people.companies_by_id(act))
        before, within = request.args.get("before", type=asking.row_id), discretion.cases(person)
        waiting = visit_figures.awaited(act, company_id, within=within, most=lists.PAGE + 1)
        over = visit_figures.over(act, company_id, within=within, before=before, most=lists.PAGE + 1)
        page = over[: lists.PAGE]
        return render_template(
            "visit_list.html",
            waiting=waiting[: lists.PAGE],
            more_waiting=len(waiting) > lists.PAGE,
            unrung=visit_figures.unrung(act, [one for one, _case, _promise in waiting]),
            over=page,
            more=paging.more(over, lambda one: one[0].id, **period.query),
            coverage=visit_figures.coverage(act, counted, *period.span(calendar), but=discretion.hidden(person)),
            best=act.standard.visits.best_mark,
            departments=people.departments(act, [one.department_id for one, _case in page]),
            period=period,
            periods=complaint_period.choices(period.last),
            problem=problem,
            names=people.names(act, [one.owner_id for _v, one, _p in waiting] + [one.staff_id for one, _c in page]),
            standards=matter.standards(
                act, {one.company_id for _v, one, _p in waiting} | {one.company_id for _v, one in page}
            ),
            zone=zone,
            at=act.at,
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
        )


def one_visit(visit_id: int) -> ResponseReturnValue:
    """What is to be asked, and the form; or what was said."""
    return _page(visit_id)


def record_visit(visit_id: int) -> ResponseReturnValue:
    """The form is filled in: what follows from it follows at once (VIS-4)."""
    typed = {name: request.form.get(name, "").strip()[:LONGEST] for name in FIELDS}
    try:
        with asking.runtime().act(asking.actor()) as act:
            case, me = _mine(act, visit_id), staff.get(act, asking.person().id)
            visit_results.record(act, visit_id, me, _said(typed), _question(typed, act.standard.timezone))
            if typed["wish"]:
                visit_wishes.opened(act, case, typed["wished"], typed["wish"], by=me.id)
    except (Invalid, Refused, Conflict) as error:
        return _page(visit_id, typed, words.text(f"visit.problem.{_PROBLEMS[type(error)]}")), 409
    return redirect(_here(visit_id), 303)


def refuse_visit(visit_id: int) -> ResponseReturnValue:
    """The customer wants no such calls: nobody rings them for one again."""
    with asking.runtime().act(asking.actor()) as act:
        visits.refuse(act, _mine(act, visit_id), by=Asker.AGENT, staff_id=asking.person().id)
    return redirect(_here(visit_id), 303)


def allow_visits(visit_id: int) -> ResponseReturnValue:
    """The customer takes such calls again; a key is pressed by mistake too."""
    with asking.runtime().act(asking.actor()) as act:
        visits.allow_again(act, _mine(act, visit_id), by=asking.person().id)
    return redirect(_here(visit_id), 303)


def sign_visit(visit_id: int) -> ResponseReturnValue:
    """The department signs for what the customer said of its work (签收, VIS-4)."""
    try:
        with asking.runtime().act(asking.actor()) as act:
            cases.seen(act, visits.get(act, visit_id).case_id)
            visit_signatures.sign(act, visit_id, staff.get(act, asking.person().id))
    except Refused as error:
        raise Forbidden from error
    except Conflict:
        return _page(visit_id, None, words.text("visit.sign-conflict")), 409
    return redirect(_here(visit_id), 303)


_PROBLEMS = {Invalid: "invalid", Refused: "refused", Conflict: "conflict"}


def may_record(act: Act, case: Case) -> bool:
    """May this person note a visit? Who answers for the matter, does its next step, leads, or met the customer."""
    person = asking.person()
    if not rights.may_open(person, "console.record_visit"):
        return False
    return rights.may_call_back(act, person, case) or visit_results.talked_about(act, person.id, case.id)


def _mine(act: Act, visit_id: int) -> Case:
    case = cases.seen(act, visits.get(act, visit_id).case_id)
    if not may_record(act, case):
        raise Forbidden
    return case


def _said(typed: Mapping[str, str]) -> Said:
    mark = typed["mark"]
    if mark and not (mark.isascii() and mark.isdigit()):
        raise Invalid("a mark is a figure")
    mended = {"yes": True, "no": False}.get(typed["mended"])
    return Said(mended, int(mark) if mark else None, typed["words"])


def _question(typed: Mapping[str, str], zone: str) -> Question | None:
    """What could not be answered, and the time agreed for the answer, by the company's clock."""
    if not typed["question"]:
        return None
    try:
        by = datetime.fromisoformat(typed["agreed"]).replace(tzinfo=ZoneInfo(zone)) if typed["agreed"] else None
    except ValueError as error:
        raise Invalid("this is no time") from error
    return Question(typed["question"], by)


def _period(now: datetime) -> tuple[Period, str]:
    """What the table counts, and what is wrong with what was asked for."""
    try:
        return Period.read(request.args, now.date()), ""
    except Invalid as error:
        return Period.month(now.year, now.month), str(error)


def _here(visit_id: int) -> str:
    return url_for("console.one_visit", visit_id=visit_id)


def _page(visit_id: int, typed: Mapping[str, str] | None = None, problem: str = "") -> str:
    with asking.runtime().look(asking.actor()) as act:
        visit = visits.get(act, visit_id)
        case = cases.seen(act, visit.case_id)
        g.here = _here(visit_id)
        return render_template("visit.html", **_context(act, visit, case), typed=typed or {}, problem=problem)


def _context(act: Act, visit: Visit, case: Case) -> dict[str, Any]:
    made = [one for one in promises.of_case(act, case.id) if one.rule == visit.rule]
    may_sign = visit.is_unsigned and visit_signatures.may_sign(act, visit, staff.get(act, asking.person().id))
    companies.get(act, case.company_id)
    return {
        "visit": visit,
        "case": case,
        "promise": made[-1] if made else None,
        "title": matter.promise_title(made[-1], act.standard)
        if made
        else words.rule_title(visit.rule.partition(".")[0]),
        "number": _number(act, case),
        "company": companies.get(act, case.company_id),
        "best": act.standard.visits.best_mark,
        "department": people.departments(act, [visit.department_id]).get(visit.department_id or 0),
        "may_sign": may_sign and rights.may_open(asking.person(), "console.sign_visit"),
        "may_record": may_record(act, case),
        "no_calls": visits.wants_no_calls(act, case),
        "may_call": rights.may_open(asking.person(), "console.call_script")
        and rights.may_call_back(act, asking.person(), case),
        "names": people.names(act, [case.owner_id, visit.staff_id, visit.signed_by_id]),
        "wishes_named": [(kind, words.named("kind", kind)) for kind in visit_wishes.KINDS],
        "longest": LONGEST,
        "zone": act.standard.timezone,
        "at": act.at,
    }


def _number(act: Act, case: Case) -> str | None:
    """The masked number that is rung; None where there is nobody to ring."""
    try:
        return PhoneNumber(owed_calls.number_of_customer(act, case)).masked
    except Refused:
        return None

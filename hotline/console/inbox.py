"""The department's inbox: complaints, and what was said on return visits; else one would lie unseen (CMP-1, VIS-4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from hotline.console import (
    approvals,
    asking,
    discretion,
    matter,
    people,
    refused,
    respondent_doing,
    respondent_page,
    rights,
)
from hotline.domain import companies, respondent_view, signatures, staff, visit_signatures
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Department
from hotline.domain.complaint_forms import Complaint, Stage
from hotline.domain.decisions import Decision, State, What
from hotline.domain.dispatches import RESPONDENT, Dispatch, Offer
from hotline.domain.promises import OWED, Promise
from hotline.domain.staff import Staff
from hotline.domain.visits import Visit

_SHOWN = 50  # complaints in a section
_OPEN = Case.state == "open"
_TAKEN = Complaint.refused_at.is_(None)
# What waits, in the order of the page: the section, what stands in it, and the rule by whose deadline it is ordered.
_SECTIONS: Mapping[str, tuple[ColumnElement[bool], str]] = {
    "sign": (and_(_OPEN, _TAKEN, Complaint.stage == Stage.FILED, Complaint.department_id.is_not(None)), "CMP-1"),
    "settle": (and_(_OPEN, _TAKEN, Complaint.stage == Stage.SIGNED), "CMP-4"),
    "return": (and_(_OPEN, Complaint.stage == Stage.SETTLED), "CMP-6"),
    "unnamed": (and_(_OPEN, _TAKEN, Complaint.stage == Stage.FILED, Complaint.department_id.is_(None)), "CMP-1"),
    "refused": (and_(_OPEN, Complaint.refused_at.is_not(None)), "CMP-4"),
}
# Of what a department does there may be a clock for each that had it; of the rest there is one, the owner's.
_ITS_OWN = or_(
    Promise.rule_id.not_in(respondent_view.ITS_OWN),
    Promise.department_id.is_not_distinct_from(Complaint.department_id),
)
_PASSED_UP_TO = [duty for duty in signatures.KEEPS if duty != RESPONDENT]
_WAITS = ("sign", "settle", "return")
_DONE = Complaint.stage.in_((Stage.RETURNED, Stage.TOLD))


@dataclass(frozen=True)
class Row:
    """One complaint of a section, without a word of who complained; `asked`: more time is asked for (CMP-5)."""

    case: Case
    complaint: Complaint
    due: Promise | None
    asked: bool


@dataclass(frozen=True)
class Section:
    """One part of the inbox; `more`: there are more than are shown."""

    name: str
    rows: list[Row]
    more: bool


def inbox() -> ResponseReturnValue:
    """What waits in my department, soonest first; whoever leads sees every department of the company."""
    with asking.runtime().look(asking.actor()) as act:
        person = _me(act)
        companies.get(act, person.company_id)
        sections = [_section(act, person, name) for name in _SECTIONS]
        if discretion.leads(person):
            sections.insert(0, _by_deadline(act, _found(person, _to_be_seen(person)), "seen", "CMP-2"))
        return render_template(
            "inbox.html",
            sections=[one for one in sections if one.rows or one.name in _WAITS],
            done=_done(act, person),
            visits=_unsigned(act, person),
            departments={row.id: row.name for row in act.session.scalars(select(Department))},
            companies=people.companies_by_id(act),
            standards=matter.standards(act, {row.case.company_id for one in sections for row in one.rows}),
            zone=act.standard.timezone,
            at=act.at,
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            **matter.for_templates(),
        )


def one_in_inbox(case_id: int) -> ResponseReturnValue:
    """One complaint as the department complained of sees it, and what it can do (CMP-10)."""
    return _page(case_id, **refused.taken(_here(case_id)))


def do_in_inbox(case_id: int, doing: str) -> ResponseReturnValue:
    """Sign, refuse, say how it was dealt with, return the form; what was typed is kept when it is refused."""
    said = respondent_doing.Said.read(doing, request.form)
    with asking.runtime().look(asking.actor()) as act:
        respondent_page.seen(act, _me(act), case_id)
    respondent_doing.do(asking.runtime(), asking.actor(), case_id, said)
    return settled(case_id, said=said.kept if said.problem is not None else None)


def settled(case_id: int, **typed: Any) -> ResponseReturnValue:
    """Back to the complaint in the inbox: with what was typed and what is wrong with it, where something is."""
    if not any(form is not None and form["problem"] for form in typed.values()):
        return redirect(_here(case_id))
    return refused.back_to(_here(case_id), **typed) or (_page(case_id, **typed), 409)


def waiting(act: Act, person: Staff) -> int:
    """How much waits: for a department what is not returned or signed for; for whoever leads what nobody has."""
    if discretion.leads(person):
        unnamed, _rule = _SECTIONS["unnamed"]
        return _count(act, person, unnamed, _mine(person)) + _count(act, person, _to_be_seen(person))
    return _count(act, person, or_(*(_SECTIONS[name][0] for name in _WAITS)), _mine(person)) + _count_said(act, person)


def _me(act: Act) -> Staff:
    """Whoever is logged in, as this act has them: those who may sign are compared with them."""
    return staff.get(act, asking.person().id)


def _here(case_id: int) -> str:
    return url_for("console.one_in_inbox", case_id=case_id)


def _page(case_id: int, **typed: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        person = _me(act)
        case = respondent_page.seen(act, person, case_id)
        g.here = _here(case_id)
        shown = respondent_page.context(act, person, case)
        shown["asks"] = asks = approvals.forms(act, person, case)
        if not rights.may_see(act, person, case):  # of the department's own clocks alone
            asks["all"] = [one for one in asks["all"] if one.promise and one.promise.rule_id in respondent_view.ITS_OWN]
        return render_template("inbox_one.html", **shown, **{"said": None, "typed": None, **typed})


def _mine(person: Staff) -> ColumnElement[bool]:
    """The complaints about my department, or about my company where I lead."""
    if discretion.leads(person):
        return Complaint.about_company_id == person.company_id
    return Complaint.department_id == (person.department_id or 0)


def _to_be_seen(person: Staff) -> ColumnElement[bool]:
    """What is passed up to my level in my company, or I was rung about, and nobody has seen yet (CMP-2)."""
    levels = [held.role for held in person.roles if held.role in _PASSED_UP_TO]
    rung = exists().where(Offer.dispatch_id == Dispatch.id, Offer.staff_id == person.id)
    to_me = or_(and_(Dispatch.duty.in_(levels), Case.company_id == person.company_id), rung)
    waits = (Dispatch.case_id == Case.id, Dispatch.duty.in_(_PASSED_UP_TO), Dispatch.signed_at.is_(None), to_me)
    owed = (Promise.case_id == Case.id, Promise.rule_id == "CMP-2", OWED)
    return and_(_OPEN, exists().where(*waits), exists().where(*owed))


def _among(person: Staff, *waits: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """Each complaint is dealt with once, with those that were joined to it; never one that is about me (CMP-13)."""
    return [Case.kind == Kind.COMPLAINT, Complaint.joined_to_id.is_(None), discretion.not_about(person), *waits]


def _said(person: Staff) -> list[ColumnElement[bool]]:
    """What was said on return visits and my department did not sign for yet; of my whole company, where I lead."""
    said = [Visit.company_id == person.company_id, visit_signatures.UNSIGNED, discretion.cases(person)]
    return said if discretion.leads(person) else [*said, Visit.department_id == (person.department_id or 0)]


def _count_said(act: Act, person: Staff) -> int:
    query = select(func.count(Visit.id)).join(Case, Case.id == Visit.case_id).where(*_said(person))
    return act.session.scalar(query) or 0


def _unsigned(act: Act, person: Staff) -> list[tuple[Visit, Case]]:
    """The same, the oldest first."""
    query = select(Visit, Case).join(Case, Case.id == Visit.case_id).where(*_said(person))
    rows = act.session.execute(query.order_by(Visit.to_sign_at, Visit.id).limit(_SHOWN))
    return [(visit, case) for visit, case in rows]


def _found(person: Staff, *waits: ColumnElement[bool]) -> Select[Case, Complaint]:
    return select(Case, Complaint).join(Complaint, Complaint.case_id == Case.id).where(*_among(person, *waits))


def _count(act: Act, person: Staff, *waits: ColumnElement[bool]) -> int:
    query = select(func.count(Complaint.id)).join(Case, Case.id == Complaint.case_id).where(*_among(person, *waits))
    return act.session.scalar(query) or 0


def _section(act: Act, person: Staff, name: str) -> Section:
    waits, rule = _SECTIONS[name]
    return _by_deadline(act, _found(person, waits, _mine(person)), name, rule)


def _by_deadline(act: Act, query: Select[Case, Complaint], name: str, rule: str) -> Section:
    still = (Promise.rule_id == rule, OWED, _ITS_OWN)
    due = select(func.min(Promise.due_at)).where(Promise.case_id == Case.id, *still).scalar_subquery()
    rows = act.session.execute(query.order_by(due.is_(None), due, Case.id).limit(_SHOWN + 1))
    found = [(case, complaint) for case, complaint in rows]
    return Section(name, _rows(act, found[:_SHOWN], rule), bool(found[_SHOWN:]))


def _rows(act: Act, found: list[tuple[Case, Complaint]], rule: str) -> list[Row]:
    ids = [case.id for case, _complaint in found]
    owed = select(Promise).join(Complaint, Complaint.case_id == Promise.case_id).where(Promise.case_id.in_(ids))
    owed = owed.where(Promise.rule_id == rule, OWED, _ITS_OWN).order_by(Promise.due_at.desc())
    due = {promise.case_id: promise for promise in act.session.scalars(owed)}
    asked = select(Decision.case_id).where(Decision.case_id.in_(ids), Decision.state == State.ASKED)
    waits = set(act.session.scalars(asked.where(Decision.what == What.EXTENSION)))
    return [Row(case, complaint, due.get(case.id), case.id in waits) for case, complaint in found]


def _done(act: Act, person: Staff) -> list[Row]:
    """The forms that were returned last."""
    query = _found(person, _DONE, _mine(person)).order_by(Complaint.returned_at.desc(), Case.id.desc()).limit(_SHOWN)
    return [Row(case, complaint, None, asked=False) for case, complaint in act.session.execute(query)]

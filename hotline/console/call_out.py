"""Calling a customer out of a case, with what is to be said; without it it would be any telephone (SEC-5, ANS-14)."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import Forbidden

from hotline.console import asking, cases, matter, refused, rights, words
from hotline.domain import cases as matters_of
from hotline.domain import companies, invitations, meetings, parties, staff
from hotline.domain.act import Act
from hotline.domain.cases import WITHOUT_SUBJECT, Case, Kind
from hotline.domain.companies import Company
from hotline.domain.parties import Meeting, Stage
from hotline.domain.seats import Device, Seat
from hotline.errors import Conflict, Refused
from hotline.phones import PhoneNumber

SCRIPT = ("greet", "company", "oneself", "matter", "promised", "thank", "goodbye")  # in the order of ANS-14


def call_script(case_id: int) -> ResponseReturnValue:
    """What is said in a call to this customer, and the button that begins it. There is no number to type anywhere."""
    here = url_for("console.call_script", case_id=case_id)
    problem = refused.taken(here).get("problem", "")
    with asking.runtime().look(asking.actor()) as act:
        g.here = here
        return render_template("call_out.html", problem=problem, **_context(act, _mine(act, case_id)))


def call_out(case_id: int) -> ResponseReturnValue:
    """Ring me, then the customer of this case (SEC-5)."""
    here, problem = url_for("console.call_script", case_id=case_id), ""
    runtime = asking.runtime()
    try:
        with runtime.act(asking.actor()) as act:
            case = matters_of.get(act, _mine(act, case_id).id)
            me = staff.get(act, asking.person().id)
            meetings.call_out(act, case, me, words_version=runtime.prompts.version)
    except Refused as refusal:
        problem = words.text(f"call-out.{refusal.key or 'nobody'}")
    except Conflict:
        problem = words.text("call-out.busy")
    return (problem and refused.back_to(here, problem=problem)) or redirect(here, 303)


def _mine(act: Act, case_id: int) -> Case:
    """The case, if this person answers for it, does its next step, or stands above those who do."""
    case = cases.seen(act, case_id)
    if not rights.may_call_back(act, asking.person(), case):
        raise Forbidden
    return case


def _context(act: Act, case: Case) -> dict[str, Any]:
    company, callbacks = companies.get(act, case.company_id), matter.of_case(act, case).callbacks
    number, why_not = _number(act, case)
    meeting = meetings.of_agent(act, asking.person().id)
    return {
        "case": case,
        "number": number,
        "why_not": why_not,
        "script": [(step, _said(step, case, company)) for step in SCRIPT if step != "promised" or callbacks],
        "callbacks": callbacks,
        "meeting": meeting if meeting is not None and meeting.case_id == case.id else None,
        "at_desk": _rung_in_browser(act),
        "last": _last_try(act, case),
        "busy": meeting is not None and meeting.case_id != case.id,
        "zone": act.standard.timezone,
        "heartbeat": asking.runtime().figures.routine.live_heartbeat.seconds,
    }


def _rung_in_browser(act: Act) -> bool:
    seat = act.session.get(Seat, asking.person().id)
    return seat is not None and seat.device == Device.BROWSER


def _last_try(act: Act, case: Case) -> str | None:
    """Whose telephone was not answered in my last call about this case; None where we met, and before any."""
    mine = (Meeting.case_id == case.id, Meeting.agent_id == asking.person().id, Meeting.wait_id.is_(None))
    meeting = act.session.scalar(select(Meeting).where(*mine).order_by(Meeting.id.desc()).limit(1))
    if meeting is None or meeting.met_at is not None or meeting.state != Stage.ENDED:
        return None
    came = any(party.staff_id == meeting.agent_id and party.joined_at for party in parties.of(act, meeting))
    return "customer-unanswered" if came else "you-unanswered"


def _said(step: str, case: Case, company: Company) -> str:
    if step == "matter":
        return _about(case, company)
    values = {"company": company.name(asking.language()), "agent_number": asking.person().agent_number}
    return words.text(f"call-out.say.{step}", **values)


def _about(case: Case, company: Company) -> str:
    """Why we ring, as our telephone tells a customer whom it rings; no name of ours for the matter is read out."""
    prompts, language = asking.runtime().prompts, asking.language()
    if case.matter in WITHOUT_SUBJECT:
        return prompts.text("called.back", language, company.words, number=case.number)
    told = case.kind if case.kind == Kind.EMERGENCY else case.matter
    subject = prompts.text(f"matter.{told}", language, company.words)
    return prompts.text("called.matter", language, company.words, matter=subject, number=case.number)


def _number(act: Act, case: Case) -> tuple[str | None, str]:
    """The masked number that is rung; None and why not where there is none, or it may not be rung (CMP-10, SEC-5)."""
    try:
        return PhoneNumber(invitations.number_of_customer(act, case)).masked, ""
    except Refused as refusal:
        return None, refusal.key or "nobody"

"""A complaint as its respondent sees it, in the inbox and behind a link; else one could say who complained (CMP-10)."""

from __future__ import annotations

from typing import Any

from hotline.console import asking, discretion, matter, rights
from hotline.domain import companies, complaint_forms, dispatches, promises, respondent_view, signatures, signers
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.complaint_forms import Complaint, Stage
from hotline.domain.dispatches import RESPONDENT, Dispatch
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Role, Staff
from hotline.errors import NotFound

_PASSED_UP = "CMP-2"


def seen(act: Act, person: Staff, case_id: int) -> Case:
    """The case with this id, its company's standard chosen, if this person sees it as its respondent does.

    That is the department, whoever it is passed up to, and who leads the company that is complained of; never whom it
    is about. Raises NotFound.
    """
    case = act.session.get(Case, case_id)
    if case is None or not is_seen(act, person, case):
        raise NotFound(f"there is no complaint {case_id} in this inbox")
    companies.get(act, case.company_id)
    return case


def is_seen(act: Act, person: Staff, case: Case) -> bool:
    """May this person see the complaint as its respondent does?"""
    complaint = complaint_forms.of(act, case.id)
    return complaint is not None and case.kind == Kind.COMPLAINT and _concerns(act, person, case, complaint)


def context(act: Act, person: Staff, case: Case) -> dict[str, Any]:
    """Everything that respondent.html shows; nothing of it says who complained."""
    view = respondent_view.view(act, case)
    passed_up = _passed_up(act, person, case)
    return {
        "case": case,
        "view": view,
        "is_joined": _is_joined(act, case),
        "company": companies.get(act, case.company_id),
        "owed": _owed(act, case, passed_up=passed_up or discretion.leads(person)),
        "doings": _doings(act, person, case),
        "opens_case": rights.may_see(act, person, case) and rights.may_open(person, "console.one_case"),
        "standard": act.standard,
        "heartbeat": asking.runtime().figures.routine.live_heartbeat.seconds,
        "zone": act.standard.timezone,
        "at": act.at,
        **matter.for_templates(),
    }


def _is_joined(act: Act, case: Case) -> bool:
    """Is it dealt with together with another complaint, in whose form (CMP-13)?"""
    complaint = complaint_forms.of(act, case.id)
    return complaint is not None and complaint.joined_to_id is not None


def _concerns(act: Act, person: Staff, case: Case, complaint: Complaint) -> bool:
    if not person.active or person.id in complaint_forms.barred(act, case.id):
        return False
    heads = person.has(Role.DEPARTMENT_HEAD) and person.department_id is not None
    leads = discretion.leads(person) and person.company_id == complaint.about_company_id
    return (
        leads
        or (heads and person.department_id == complaint.department_id)
        or signers.is_of_department(act, case, person)
        or _passed_up(act, person, case)
    )


def _passed_up(act: Act, person: Staff, case: Case) -> bool:
    """Is it passed up to this person, or was it and they have seen it (CMP-2)?"""
    made = [one for one in dispatches.of_case(act, case.id) if one.duty in signatures.KEEPS and one.duty != RESPONDENT]
    return any(one.signed_by_id == person.id or signers.may_sign(act, one, case, person) for one in made)


def _owed(act: Act, case: Case, *, passed_up: bool) -> list[Promise]:
    """The clocks of the department, in the order in which they fall due; of who it is passed up to theirs too."""
    wanted = (*respondent_view.ITS_OWN, _PASSED_UP) if passed_up else respondent_view.ITS_OWN
    made = [one for one in promises.of_case(act, case.id) if one.rule_id in wanted and one.verdict != Verdict.EXCUSED]
    complaint = complaint_forms.of(act, case.id)
    its = respondent_view.theirs(made, complaint.department_id) if complaint is not None else made
    return sorted(its, key=lambda one: (one.due_at, one.id))


def _doings(act: Act, person: Staff, case: Case) -> list[str]:
    """What this person can do now, the first of them first; nothing for another, and once it is closed or joined."""
    complaint = complaint_forms.of(act, case.id)
    if complaint is None or case.state != "open" or complaint.joined_to_id is not None:
        return []
    found = ["seen"] if _waits_to_be_seen(act, person, case) else []
    if complaint.refused_at is None and signers.is_of_department(act, case, person):
        found += {
            Stage.FILED: ["sign", "refuse"],
            Stage.SIGNED: ["settle", "refuse"] if complaint_forms.is_written(case) else ["refuse"],
            Stage.SETTLED: ["give-back"],
        }.get(Stage(complaint.stage), [])
    return found


def _waits_to_be_seen(act: Act, person: Staff, case: Case) -> bool:
    made = [one for one in dispatches.of_case(act, case.id) if one.duty in signatures.KEEPS and one.duty != RESPONDENT]
    return any(waits_for(act, person, one, case) for one in made)


def waits_for(act: Act, person: Staff, dispatch: Dispatch, case: Case) -> bool:
    """Is it passed up to this person, and seen by nobody yet? Those who stand above are asked once they are rung."""
    if dispatch.signed_at is not None or not signers.may_sign(act, dispatch, case, person):
        return False
    asked = {offer.staff_id for offer in dispatches.offers(act, dispatch.id)}
    return person.id in asked | {one.id for one in signers.first_of(act, dispatch, case)}

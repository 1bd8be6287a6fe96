"""The department complained of signs, deals with it, returns the form; without it a complaint would end in a drawer.

Whoever acts here holds the dispatches' locks before the case's, as everywhere: call these with a case that is not
locked yet, or whose dispatches are.
"""

from __future__ import annotations

from datetime import datetime

from hotline.domain import (
    calls,
    cases,
    companies,
    complaint_forms,
    complaints,
    dispatches,
    notices,
    promises,
    signatures,
    signers,
    staff,
    visits,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint, Stage
from hotline.domain.dispatches import RESPONDENT, Dispatch
from hotline.domain.occasions import Occasion
from hotline.domain.respondent_view import Clock as Clock
from hotline.domain.respondent_view import RespondentView as RespondentView
from hotline.domain.respondent_view import view as view
from hotline.domain.staff import Staff
from hotline.domain.visits import Asker, Said
from hotline.errors import Conflict, Invalid, Refused
from hotline.standard.kinds import Role


def sign(act: Act, case: Case, by: Staff) -> None:
    """The department signs for the complaint (签收, CMP-1); whoever signs does the next step.

    Raises Refused for somebody else, Conflict where it is signed for or was refused.
    """
    dispatch, complaint = opened(act, case)
    _is_theirs(act, dispatch, complaint, case, by)
    if complaint.signed_at is not None:
        raise Conflict("this complaint is signed for already")
    signatures.sign_by(act, dispatch, by)


def acknowledge(act: Act, case: Case, by: Staff) -> None:
    """Whoever a complaint is passed up to has seen it, on the page (CMP-2). Raises Refused for somebody else."""
    passed_up = [one for one in dispatches.of_case(act, case.id) if one.duty in signatures.KEEPS]
    locked = [dispatches.get(act, one.id) for one in passed_up if one.duty != RESPONDENT]
    unseen = [one for one in locked if one.signed_at is None]
    theirs = [one for one in unseen if signers.may_sign(act, one, case, by)]
    if locked and not unseen:
        raise Conflict("whoever this complaint is passed up to has seen it already")
    if not theirs:
        raise Refused("this complaint is not passed up to you")
    for dispatch in theirs:
        signatures.sign_by(act, dispatch, by)


def refuse(act: Act, case: Case, by: Staff, reason: str) -> None:
    """The department says that it is not theirs: back to the owner and the supervisors; the clocks run on (OWN-3).

    The time to sign runs on as the owner's, who answers for where it was sent (CMP-1); what is over stays theirs.
    Raises Invalid without a reason, Refused, Conflict once it is dealt with or was refused.
    """
    dispatch, complaint = opened(act, case)
    _is_theirs(act, dispatch, complaint, case, by)
    if not reason.strip():
        raise Invalid("say why it is not yours, and whose it may be: whoever sends it on must know")
    is_not_settled(complaint)
    complaint.refused_at, complaint.refusal = act.at, cases.seal(act, case, reason.strip())
    told = {"complaint": complaint.id, "refusal": complaint.refusal, "by": by.id}
    act.remember(case.chain, "complaint-refused", **told, department=complaint.department_id)
    for one in complaint_forms.together(act, case):
        promises.judge(act, one)
        signatures.hand_back(act, one)
    signatures.withdraw(act, dispatch)
    cases.handled_by(act, case, case.owner_id)
    refused = Occasion(case, "complaint-refused", f"{complaint.id}-{act.at.isoformat()}")
    for role in (Role.OWNER, Role.SUPERVISOR):
        notices.tell_role(act, role, refused)


def settle(act: Act, case: Case, by: Staff, finding: str) -> None:
    """The department dealt with it; the form is due back the same day (CMP-4, CMP-6).

    `finding`: what was found and done, sealed. Raises Invalid without it, Refused for who is not of the department or
    before a signature, Conflict the second time.
    """
    dispatch, complaint = opened(act, case)
    _is_theirs(act, dispatch, complaint, case, by)
    is_not_settled(complaint)
    if complaint.signed_at is None:
        raise Refused("sign for the complaint first, then say how it was dealt with")
    if not complaint_forms.is_written(case):
        raise Refused("it was told by voice and nobody wrote it down yet: nothing can be dealt with", key="unwritten")
    if not finding.strip():
        raise Invalid("say what was found and done: the customer will ask")
    complaint.settled_at, complaint.settled_by_id = act.at, by.id
    complaint.finding = cases.seal(act, case, finding.strip())
    told = {"complaint": complaint.id, "finding": complaint.finding, "by": by.id}
    act.remember(case.chain, "complaint-settled", **told)
    complaint_forms.comes_to(act, case, Stage.SETTLED)
    for one in complaint_forms.together(act, case):
        for rule in _rules(act, one, complaint_forms.SETTLING):
            promises.done_by(act, rule, one, department_id=complaint.department_id)
    promises.make(act, "CMP-6.form", case)


def give_back(act: Act, case: Case, by: Staff) -> None:
    """The department returns the form: the owner tells the customer the same day, where that is possible (CMP-7).

    Raises Refused before it was dealt with, Conflict the second time.
    """
    dispatch, complaint = opened(act, case)
    _is_theirs(act, dispatch, complaint, case, by)
    if complaint.settled_at is None:
        raise Refused("say first how the complaint was dealt with, then return the form")
    if complaint.returned_at is not None:
        raise Conflict("the form of this complaint was returned already")
    complaint.returned_at, complaint.returned_by_id = act.at, by.id
    act.remember(case.chain, "complaint-returned", complaint=complaint.id, by=by.id)
    complaint_forms.comes_to(act, case, Stage.RETURNED)
    _done(act, case, "CMP-6")
    for one in complaint_forms.together(act, case):
        cases.handled_by(act, one, one.owner_id)
        to_be_told(act, one)


def to_be_told(act: Act, case: Case) -> None:
    """The result is there: whoever can be reached hears it the same day (CMP-7); the owner knows."""
    if complaint_forms.reachable(act, case):
        promises.make(act, "CMP-7.tell", case)
    notices.tell_role(act, Role.OWNER, Occasion(case, "complaint-returned", str(case.id)))


def replied(act: Act, case: Case, by: Staff, said: str) -> None:
    """The customer got a clear reply (CMP-3); `said`: what they were told, kept sealed.

    Raises Invalid, Refused for who neither owns nor leads, or where nobody can be reached; Conflict the second time.
    """
    complaint = _to_the_customer(act, case, by, said)
    if complaint.replied_at is not None:
        raise Conflict("the customer was given a clear reply already")
    complaint.replied_at, complaint.replied_by_id = act.at, by.id
    _remember_said(act, case, complaint, "complaint-replied", by, said)
    _done(act, case, "CMP-3")


def tell_customer(act: Act, case: Case, by: Staff, said: str) -> None:
    """The customer was told the result: every call that was promised is kept, and a visit is due (CMP-7, CMP-8).

    The log says whether a call was on record since the form came back; who tells it face to face makes none.
    Raises as `replied`; Refused before the form is back, for only then is the result known.
    """
    complaint = _to_the_customer(act, case, by, said)
    if complaint.told_at is not None:
        raise Conflict("the customer was told the result already")
    if complaint.stage != Stage.RETURNED:
        raise Refused("the result is told when the department has returned the form; until then, give a reply (CMP-3)")
    complaint.told_at, complaint.told_by_id, complaint.stage = act.at, by.id, Stage.TOLD
    called = calls.connected_since(act, case.id, _returned_at(act, complaint))
    _remember_said(act, case, complaint, "complaint-told", by, said, called=called)
    for rule_id in ("CMP-3", "CMP-7", "CMP-9", "CMP-11"):
        _done(act, case, rule_id)
    visits.owe(act, case, visits.COMPLAINT)


def visited(
    act: Act, case: Case, by: Staff, said: str, satisfied: bool, *, mark: int | None = None, talked: bool = False
) -> None:
    """The return visit was made (回访, CMP-8). Of a customer who is not content the supervisors hear.

    `talked`: whoever met the customer in a call about it may note it. The log says whether a call was on record since
    the customer was told. Raises as `replied`; Refused before the result was told, Conflict the second time.
    """
    complaint = _to_the_customer(act, case, by, said, anybody=talked)
    if complaint.told_at is None:
        raise Refused("the customer hears the result first, then whether they are content with it is asked")
    if all(one.done_at is not None for one in promises.of_case(act, case.id) if one.rule_id == "CMP-8"):
        raise Conflict("this visit was made already")
    called = calls.connected_since(act, case.id, complaint.told_at)
    _remember_said(act, case, complaint, "complaint-visited", by, said, satisfied=satisfied, called=called)
    _done(act, case, "CMP-8")
    visit = visits.awaited(act, case.id)
    if visit is not None:
        visits.made(act, case, visit, Said(satisfied, mark, said.strip()), by=Asker.AGENT, staff_id=by.id)
    if not satisfied:
        notices.tell_role(act, Role.SUPERVISOR, Occasion(case, "complaint-unsatisfied", str(complaint.id)))


def opened(act: Act, case: Case) -> tuple[Dispatch, Complaint]:
    """The department's dispatch and the complaint, locked in this order, the case between them.

    Raises Conflict for what is closed or no complaint any more, Refused for what is joined to another.
    """
    found = next((one for one in dispatches.of_case(act, case.id) if one.duty == RESPONDENT), None)
    if found is not None:
        found = dispatches.get(act, found.id)
    complaint_forms.together(act, case)
    complaint = complaints.of(act, cases.get(act, case.id))
    if case.state == "closed" or case.kind != cases.Kind.COMPLAINT:
        raise Conflict(f"case {case.number} is closed, or no complaint any more")
    if complaint.joined_to_id is not None:
        raise Refused("this complaint is joined to another and dealt with there")
    companies.get(act, case.company_id)
    if found is None:  # filed before departments were asked to sign
        found = dispatches.begin(act, case, RESPONDENT, department_id=complaint.department_id)
    return found, complaint


def _is_theirs(act: Act, dispatch: Dispatch, complaint: Complaint, case: Case, by: Staff) -> None:
    if not signers.may_act(act, dispatch, complaint, case, by):
        raise Refused("this is for the department that the complaint is about, and for nobody in its name (CMP-1)")
    if complaint.refused_at is not None:
        raise Conflict("the department said that it is not theirs: it waits to be put to another")


def _to_the_customer(act: Act, case: Case, by: Staff, said: str, *, anybody: bool = False) -> Complaint:
    """The complaint of whose result or course the customer was told just now, locked."""
    complaint = complaints.of(act, cases.get(act, case.id))
    companies.get(act, case.company_id)
    if case.state == "closed" or case.kind != cases.Kind.COMPLAINT:
        raise Conflict(f"case {case.number} is closed, or no complaint any more")
    if not anybody:
        answers(act, case, by)
    if not complaint_forms.reachable(act, case):
        raise Refused("whoever complained cannot be reached: there is no number, and none is looked for (CMP-10)")
    if not said.strip():
        raise Invalid("say what the customer was told, and what they answered")
    return complaint


def _returned_at(act: Act, complaint: Complaint) -> datetime:
    """When the form came back, of a joined complaint that of the one that leads."""
    leading = act.session.get(Complaint, complaint.joined_to_id) if complaint.joined_to_id is not None else None
    return complaint.returned_at or (leading.returned_at if leading else None) or complaint.filed_at


def _remember_said(act: Act, case: Case, complaint: Complaint, kind: str, by: Staff, said: str, **told: bool) -> None:
    sealed = cases.seal(act, case, said.strip())
    act.remember(case.chain, kind, complaint=complaint.id, said=sealed, by=by.id, **told)


def is_not_settled(complaint: Complaint) -> None:
    """Raises Conflict for what was dealt with already."""
    if complaint.settled_at is not None:
        raise Conflict("this complaint was dealt with already")


def answers(act: Act, case: Case, by: Staff) -> bool:
    """Does this person lead in the case's company? Raises Refused for who does not and owns nothing of it either."""
    superior = by.company_id == case.company_id and by.has(*staff.from_level(act, case.company_id, Role.SUPERVISOR))
    if by.id in complaint_forms.barred(act, case.id) or not (superior or by.id == case.owner_id):
        raise Refused("this is for whoever answers for the complaint, or a superior whom it is not about")
    return superior


def _done(act: Act, case: Case, rule_id: str) -> None:
    """Every promise by this rule in this case, of whatever grade, is done now."""
    for rule in _rules(act, case, rule_id):
        promises.done(act, rule, case)


def _rules(act: Act, case: Case, rule_id: str) -> list[str]:
    return sorted({one.rule for one in promises.of_case(act, case.id) if one.rule_id == rule_id})

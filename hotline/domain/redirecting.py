"""A complaint is put to a department, the first or another; without it one sent to the wrong place would stay there.

Nobody gains time by it and nobody is charged with another's: see `redirect`.
"""

from __future__ import annotations

from hotline.domain import (
    cases,
    companies,
    complaint_forms,
    complaints,
    decisions,
    dispatches,
    promises,
    replacing,
    respondents,
    signatures,
    sisters,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import SETTLING, Complaint, Stage
from hotline.domain.decisions import What
from hotline.domain.promises import Verdict
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Refused


def redirect(act: Act, case: Case, department_id: int, *, by: Staff) -> None:
    """Put the complaint to a department: the first that is named, or another; it is rung anew and signs (CMP-1).

    What is over is judged before, and stays whose it was. The department has the whole time to sign for itself; what
    ran for the one before runs on as the owner's, with its deadline, and is kept by whoever signs: sent to and fro, it
    is the desk's that is broken. To deal with it goes along with its deadline; where that is over already, the
    department has a time of its own, and the one before stays charged (CMP-4). What else was promised counts from the
    filing all the same. What the department before asked for lapses, and who heads the department owns the matter no
    longer. Raises NotFound, Refused for who neither owns the matter nor leads, Conflict where it is there already or
    dealt with.
    """
    department = companies.department(act, department_id)
    replacing.lock(act, case)
    dispatch, complaint = respondents.opened(act, case)
    superior = respondents.answers(act, case, by)
    respondents.is_not_settled(complaint)
    if complaint.department_id == department_id and complaint.refused_at is None:
        raise Conflict(f"the complaint is with {department.name} already")
    if complaint.department_id == department_id and not superior:
        raise Refused(f"{department.name} said that it is not theirs: a supervisor may put it to them again (OWN-3)")
    for one in complaint_forms.together(act, case):
        promises.judge(act, one)
        signatures.put_to(act, one, department_id)
    companies.get(act, case.company_id)
    _let_lapse(act, case, complaint)
    before, complaint.department_id = complaint.department_id, department_id
    complaint.about_company_id = department.company_id
    complaint.refused_at = complaint.refusal = complaint.signed_at = complaint.signed_by_id = None
    told = {"department": department_id, "about_company": department.company_id}
    act.remember(case.chain, "complaint-redirected", complaint=complaint.id, before=before, **told, by=by.id)
    complaint_forms.comes_to(act, case, Stage.FILED)
    signatures.withdraw(act, dispatch)
    dispatches.ring_anew(act, dispatch, department_id=department_id)
    cases.handled_by(act, case, case.owner_id)
    signatures.promise_to_sign(act, case)
    _promise_to_settle(act, case, complaint)
    sisters.verify(act, case, since=complaint.filed_at)
    replacing.concerned_in(act, case)


def _let_lapse(act: Act, case: Case, complaint: Complaint) -> None:
    """More time that the department before asked for is not for the next one; whose matter it is may ask anew."""
    asked = [one for one in decisions.of_case(act, case.id) if one.what == What.EXTENSION]
    theirs = [one.id for one in asked if _is_theirs(complaint, staff.get(act, one.asked_by_id), case)]
    decisions.let_lapse(act, theirs)


def _is_theirs(complaint: Complaint, person: Staff, case: Case) -> bool:
    """Did this person act for the department: of it, or who signed for it?"""
    of_it = complaint.department_id is not None and person.department_id == complaint.department_id
    return person.id != case.owner_id and (of_it or person.id == complaint.signed_by_id)


def _promise_to_settle(act: Act, case: Case, complaint: Complaint) -> None:
    """Whoever gets it when the time to deal with it was over has that time for itself, from now on (CMP-4).

    Nothing where it still runs, where it was theirs and they let it pass, or where no clock began yet.
    """
    owed = [one for one in promises.of_case(act, case.id) if one.rule_id == SETTLING and one.is_owed]
    rule = act.standard.graded("CMP-4.settle", complaints.counts_as(act, complaint))
    charged = any(one.verdict == Verdict.OPEN or one.department_id == complaint.department_id for one in owed)
    if rule is None or not owed or charged:
        return
    reckoned, limit = rule.limit.deadline(act.at, act.standard.calendar).at, complaint.limit_at
    sooner = limit is not None and act.at < limit < reckoned
    promises.make(act, rule.key, case, until=limit if sooner else None)

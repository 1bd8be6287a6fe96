"""A complaint is filed, graded, and its clocks begin; without it one could be lost unseen (CMP-1 to CMP-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from hotline.domain import (
    cases,
    companies,
    complaint_forms,
    concerned,
    dispatches,
    lowering,
    promises,
    replacing,
    signatures,
    sisters,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Department
from hotline.domain.complaint_forms import Complaint as Complaint
from hotline.domain.complaint_forms import Stage as Stage
from hotline.domain.promises import Verdict
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.standard.kinds import Grade
from hotline.standard.rules import PromiseRule

# Who takes complaints in and grades them; the department that is complained of does not.
GRADERS = (Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)
_ORDER = tuple(Grade)  # the least grave first


def file(
    act: Act,
    case: Case,
    *,
    department_id: int | None = None,
    about_staff_id: int | None = None,
    about_company_id: int | None = None,
    grade: Grade | None = None,
    why: str = "",
    limit_at: datetime | None = None,
    by: int,
) -> Complaint:
    """File the complaint of a case that was just opened: all its clocks begin and whoever must sign is rung.

    `about_*`: whom it is about, as far as that is known; `why`: the reason for the grade; `limit_at`: until when the
    customer wants it dealt with; `by`: who took it in. Raises NotFound for a department or colleague that is none,
    Invalid for a grade without a reason or a limit that is over.
    """
    if grade is not None and not why.strip():
        raise Invalid("say why it is graded so: whoever lowers it later must weigh it")
    if limit_at is not None and limit_at <= act.at:
        raise Invalid("the customer's own limit lies ahead, or it is none")
    complaint = Complaint(
        case_id=case.id,
        grade=grade,
        first_grade=grade,
        limit_at=limit_at,
        filed_at=act.at,
        stage=Stage.FILED,
        **_respondent(act, case, department_id, about_staff_id, about_company_id),
    )
    act.session.add(complaint)
    act.session.flush()
    _remember_filed(act, case, complaint, why, by)
    replacing.concerned_in(act, case)
    promises.make(act, "CMP-1.sign", case)
    _begin_clocks(act, case, complaint)
    sisters.verify(act, case, since=complaint.filed_at)
    dispatches.begin(act, case, dispatches.RESPONDENT, department_id=complaint.department_id)
    return complaint


def grade(act: Act, case: Case, grade: Grade, *, by: Staff, why: str) -> None:
    """Grade a complaint for the first time, or raise it; what the higher grade wants counts from the filing.

    Where that is over already it counts from now, and passing it up always does: nothing is broken before anybody could
    keep it. What only the grade that was assumed wanted ends where the first one is lower (see `lowering`). The first
    grade stays on record, and a sooner deadline stays: neither gains time. Raises Invalid without a
    reason, Refused for lowering and for whoever may not, Conflict where it is graded so already.
    """
    for dispatch in dispatches.of_case(act, case.id):  # what was passed up before may be rung anew; locked first
        dispatches.get(act, dispatch.id)
    complaint_forms.together(act, case)
    complaint = of(act, case)
    _may_grade(act, case, complaint, by)
    if not why.strip():
        raise Invalid("say why it is graded so: whoever lowers it later must weigh it")
    if complaint.grade == grade:
        raise Conflict(f"this complaint is graded {grade} already")
    if complaint.grade is not None and graver(Grade(complaint.grade), grade):
        raise Refused("a grade is lowered by a second, higher person: ask for it (CMP-13)")
    before, complaint.grade, reason = complaint.grade, grade, cases.seal(act, case, why.strip())
    complaint.first_grade = complaint.first_grade or grade
    act.remember(
        case.chain,
        "complaint-graded",
        complaint=complaint.id,
        before=before,
        now=grade,
        first=complaint.first_grade,
        why=reason,
        by=by.id,
    )
    act.news.add(f"staff:{case.owner_id}")
    companies.get(act, case.company_id)
    if before is None and graver(act.standard.complaints.ungraded_counts_as, grade):
        lowering.let_go(act, case, grade, by=by, why=reason)
    _begin_clocks(act, case, complaint)


def name(act: Act, case: Case, staff_id: int, *, by: Staff, why: str) -> None:
    """Say whom a complaint is about, where that was not known when it was filed, or was somebody else (CMP-10).

    From now on they have no part in it: what they own, handle or signed for goes to others. `why`: how that is known,
    sealed. Raises Invalid without it, NotFound for a colleague that is none, Refused for who does not take complaints
    in or is of the side complained of, and for whoever is no superior where somebody is named already; Conflict where
    it is them, or it is closed or no complaint any more.
    """
    replacing.lock(act, case)
    complaint = of(act, case)
    person = staff.get(act, staff_id)
    if case.state == "closed" or case.kind != cases.Kind.COMPLAINT:
        raise Conflict(f"case {case.number} is closed, or no complaint any more")
    _may_name(act, case, complaint, by)
    if not why.strip():
        raise Invalid("say how it is known: somebody is kept out of this matter from now on")
    if complaint.about_staff_id == person.id:
        raise Conflict("this complaint is about them already")
    before, complaint.about_staff_id = complaint.about_staff_id, person.id
    told = {"before": before, "now": person.id, "why": cases.seal(act, case, why.strip()), "by": by.id}
    act.remember(case.chain, "complaint-named", complaint=complaint.id, **told)
    companies.get(act, case.company_id)
    replacing.concerned_in(act, case)


def of_case(act: Act, case_id: int) -> Complaint | None:
    """The complaint of a case, locked; None where it has none. The case is locked before it, as everywhere."""
    act.session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
    query = select(Complaint).where(Complaint.case_id == case_id).with_for_update()
    return act.session.scalar(query.execution_options(populate_existing=True))


def of(act: Act, case: Case) -> Complaint:
    """The complaint of a case, locked. Raises NotFound where the case is none."""
    complaint = of_case(act, case.id)
    if complaint is None:
        raise NotFound(f"case {case.number} is no complaint")
    return complaint


def counts_as(act: Act, complaint: Complaint) -> Grade:
    """Its grade; of one that nobody graded yet the one that the company's standard names."""
    return Grade(complaint.grade) if complaint.grade else act.standard.complaints.ungraded_counts_as


def graver(one: Grade, other: Grade) -> bool:
    """Is the one grade graver than the other?"""
    return _ORDER.index(one) > _ORDER.index(other)


def barred(act: Act, complaint: Complaint) -> frozenset[int]:
    """Who must have nothing to do with a complaint, by id: whom it is about (CMP-10)."""
    return complaint_forms.barred(act, complaint.case_id)


def _respondent(
    act: Act, case: Case, department_id: int | None, staff_id: int | None, company_id: int | None
) -> dict[str, int | None]:
    """Whom it is about: of a colleague their department, of a department its company, else the company that took it."""
    person = staff.get(act, staff_id) if staff_id is not None else None
    if person is not None and department_id is None and company_id in (None, person.company_id):
        department_id = person.department_id
    department = companies.department(act, department_id) if department_id is not None else None
    return {
        "department_id": department_id,
        "about_staff_id": staff_id,
        "about_company_id": _company_of(case, department, person, company_id),
    }


def _company_of(case: Case, department: Department | None, person: Staff | None, company_id: int | None) -> int:
    if department is not None:
        return department.company_id
    return company_id or (person.company_id if person is not None else case.company_id)


def _remember_filed(act: Act, case: Case, complaint: Complaint, why: str, by: int) -> None:
    act.remember(
        case.chain,
        "complaint-filed",
        complaint=complaint.id,
        grade=complaint.grade,
        why=cases.seal(act, case, why.strip()) if why.strip() else None,
        department=complaint.department_id,
        about_company=complaint.about_company_id,
        about_staff=complaint.about_staff_id,
        limit=complaint.limit_at.isoformat() if complaint.limit_at else None,
        by=by,
    )


def _begin_clocks(act: Act, case: Case, complaint: Complaint) -> None:
    """Promise what the grade wants and is not promised yet (CMP-2, CMP-3, CMP-4)."""
    counted = counts_as(act, complaint)
    promised = {one.rule for one in promises.of_case(act, case.id) if one.verdict != Verdict.EXCUSED}
    reply = act.standard.graded("CMP-3.reply", counted)
    if reply is not None and reply.key not in promised and complaint_forms.reachable(act, case):
        promises.make(act, reply.key, case, since=_counted_from(act, complaint, reply))
    pass_up(act, case, counted, since=act.at)
    _settle_by(act, case, complaint, counted)


def _counted_from(act: Act, complaint: Complaint, rule: PromiseRule) -> datetime:
    """The filing; but where its deadline would be over already, because the grade was raised since, this instant."""
    over = rule.limit.deadline(complaint.filed_at, act.standard.calendar).at <= act.at
    return act.at if over else complaint.filed_at


def pass_up(act: Act, case: Case, counted: Grade, *, since: datetime) -> None:
    """Pass a complaint up as its grade wants, counted from an instant; nothing where that is promised already (CMP-2).

    Whoever it is passed up to has the link and the page at once, and is rung from the warning on.
    """
    rule = act.standard.graded("CMP-2.pass_up", counted)
    made = [one.rule for one in promises.of_case(act, case.id) if one.verdict != Verdict.EXCUSED]
    if rule is None or rule.key in made:
        return
    promise = promises.make(act, rule.key, case, since=since)
    warned_at = rule.warn_before.before(promise.due_at, act.standard.calendar) if rule.warn_before else act.at
    for duty, kept in signatures.KEEPS.items():
        if kept == promise.rule:
            dispatches.begin(act, case, duty, rings_from=max(warned_at, act.at))


def _settle_by(act: Act, case: Case, complaint: Complaint, counted: Grade) -> None:
    """The deadline for dealing with it: of the grade, or the customer's own; the sooner one, and it stays (CMP-4).

    So does more time that was approved: a second, higher person allowed it for this complaint (CMP-5).
    """
    rule = act.standard.graded("CMP-4.settle", counted)
    if rule is None:
        return
    made = [one for one in promises.of_case(act, case.id) if one.rule_id == rule.rule_id]
    owed = [one for one in made if one.verdict != Verdict.EXCUSED]
    # Who got it when it was over has a time of its own, and keeps it: it counts from when they got it.
    since = owed[-1].made_at if len(owed) > 1 else _counted_from(act, complaint, rule)
    reckoned = rule.limit.deadline(since, act.standard.calendar)
    due = min(reckoned.at, complaint.limit_at or reckoned.at)
    if not owed:
        promises.make(act, rule.key, case, since=since, until=due if due < reckoned.at else None)
    elif owed[-1].verdict == Verdict.OPEN and owed[-1].rule != rule.key:
        extended = len(owed) < len(made)
        promises.tighten(act, owed[-1], rule.key, until=None if extended else replace(reckoned, at=due))


def _may_name(act: Act, case: Case, complaint: Complaint, by: Staff) -> None:
    if by.id in concerned.people(act, case) or not by.has(*GRADERS):
        raise Refused("whom a complaint is about is named by an agent or superior who is not of that side")
    superior = by.company_id == case.company_id and by.has(*staff.from_level(act, case.company_id, Role.SUPERVISOR))
    if complaint.about_staff_id is not None and not superior:
        raise Refused("somebody is named already, and has no part in it: a superior alone names somebody else")


def _may_grade(act: Act, case: Case, complaint: Complaint, by: Staff) -> None:
    if case.state == "closed" or case.kind != cases.Kind.COMPLAINT:
        raise Conflict(f"case {case.number} is closed, or no complaint any more: its grade stays")
    if by.id in barred(act, complaint) or not by.has(*GRADERS):
        raise Refused("a complaint is graded by an agent or superior whom it is not about")
    if complaint.joined_to_id is not None:
        raise Refused("this complaint is joined to another: grade that one")

"""Repeated complaints on one matter are dealt with once and each caller hears back; without it one would be forgotten.

Nothing that was told in the one is seen in the other: they share what the department does, not who complained (CMP-10).
"""

from __future__ import annotations

from hotline.domain import (
    cases,
    companies,
    complaint_forms,
    complaints,
    dispatches,
    promises,
    replacing,
    respondents,
    signatures,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint, Stage
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, Invalid, Refused
from hotline.standard.calendar import Deadline

_ORDER = tuple(Stage)
# What the department did for the leading one, by how far that has come, is done for the joined one as well.
_DONE_BY = {Stage.SIGNED: "CMP-1", Stage.SETTLED: "CMP-4", Stage.RETURNED: "CMP-6"}
_NOT_DEALT_WITH = (Stage.FILED, Stage.SIGNED)


def join(act: Act, case: Case, into: Case, *, by: Staff, why: str) -> None:
    """From now on a complaint is dealt with together with another, the leading one; its caller is told on its own.

    Joined to one that is joined itself, it goes to that one's leading one. Whoever one of them is about has no part in
    any of them from now on (CMP-10). What was promised to either customer holds: the sooner deadline is that of both.
    `why`: by what it is the same matter, sealed. Raises Invalid without it; Refused for who does not take complaints
    in, for another company's, where this one is graver or cannot wait as long as the other may by approval, and for
    what is about somebody else or dealt with already unless a supervisor joins it; Conflict for what is closed, dealt
    with or joined already. Each refusal but the first two has its own key.
    """
    if not why.strip():
        raise Invalid("say by what it is the same matter: this one will not be dealt with on its own")
    leading = _leading(act, into)
    held = _lock(act, case, leading)
    companies.get(act, case.company_id)
    complaint, other = complaints.of(act, case), complaints.of(act, leading)
    _may_join(act, (case, complaint), (leading, other), by)
    complaint.joined_to_id = other.id
    told = {"to": other.id, "into": leading.id, "why": cases.seal(act, case, why.strip()), "by": by.id}
    act.remember(case.chain, "complaint-joined", complaint=complaint.id, **told)
    act.remember(leading.chain, "complaint-led", complaint=other.id, joined=complaint.id, by=by.id)
    for dispatch in held:
        if dispatch.case_id == case.id:
            signatures.withdraw(act, dispatch)
    cases.handled_by(act, case, case.owner_id)
    for one in (case, leading):
        promises.judge(act, one)
    signatures.put_to(act, case, other.department_id)
    replacing.concerned_in(act, leading)
    _catch_up(act, case, complaint, leading, other)
    _settle_sooner(act, case, leading)


def _leading(act: Act, into: Case) -> Case:
    complaint = complaint_forms.of(act, into.id)
    if complaint is None or complaint.joined_to_id is None:
        return into
    return act.session.get_one(Case, act.session.get_one(Complaint, complaint.joined_to_id).case_id)


def _lock(act: Act, case: Case, leading: Case) -> list[dispatches.Dispatch]:
    """Lock what is dealt with together from now on: who has to sign first, then the cases."""
    complaint = complaint_forms.of(act, leading.id)
    joined = complaint_forms.followers(act, complaint) if complaint is not None else []
    group = sorted({case.id, leading.id, *(one.case_id for one in joined)})
    asked = sorted((one for id_ in group for one in dispatches.of_case(act, id_)), key=lambda one: one.id)
    held = [dispatches.get(act, one.id) for one in asked]
    for case_id in group:
        cases.get(act, case_id)
    return held


def _may_join(act: Act, one: tuple[Case, Complaint], other: tuple[Case, Complaint], by: Staff) -> None:
    (case, complaint), (leading, leads) = one, other
    concerned = complaint_forms.barred(act, case.id) | complaint_forms.barred(act, leading.id)
    if not by.has(*complaints.GRADERS) or by.id in concerned:
        raise Refused("complaints are joined by an agent or superior whom neither is about")
    if case.company_id != leading.company_id:
        raise Refused("complaints of two companies are not joined: hand one over first (OWN-4)", key="companies")
    if case.id == leading.id:
        raise Conflict(f"complaint {case.number} is this one itself, or joined to it: name another", key="itself")
    if complaint.joined_to_id is not None:
        raise Conflict(f"complaint {case.number} is joined to another already", key="joined")
    if complaint_forms.followers(act, complaint):
        raise Conflict("others are joined to this complaint: join the other one to it instead", key="leads")
    _may_be_joined(case, complaint, leading)
    _may_follow(act, (case, complaint), (leading, leads), by)


def _may_be_joined(case: Case, complaint: Complaint, leading: Case) -> None:
    if "closed" in (case.state, leading.state):
        raise Conflict("complaints are joined while both are open", key="closed")
    if {case.kind, leading.kind} != {cases.Kind.COMPLAINT}:
        raise Conflict("one of the two is no complaint any more", key="kind")
    if complaint.settled_at is not None:
        raise Conflict(f"complaint {case.number} was dealt with already", key="settled")


def _may_follow(act: Act, one: tuple[Case, Complaint], other: tuple[Case, Complaint], by: Staff) -> None:
    (case, complaint), (leading, leads) = one, other
    if complaints.graver(complaints.counts_as(act, complaint), complaints.counts_as(act, leads)):
        raise Refused("the graver complaint leads: join the other to this one, or raise that one first", key="graver")
    if not _is_passed_up(act, case, leading):
        why = "whoever this complaint is passed up to sees it first: nobody would be asked any more (CMP-2)"
        raise Conflict(why, key="passed-up")
    if _sooner(act, case, leading) is not None and _was_extended(act, leading):
        raise Refused("the other may take longer by approval: ask for more time for this one first", key="extended")
    if by.company_id == case.company_id and by.has(*staff.from_level(act, case.company_id, Role.SUPERVISOR)):
        return
    if _is_about_others(complaint, leads):
        raise Refused("a supervisor joins what is about somebody else", key="others")
    if Stage(leads.stage) not in _NOT_DEALT_WITH:
        raise Refused("a supervisor joins to what is dealt with already", key="dealt-with")


def _settle_sooner(act: Act, case: Case, leading: Case) -> None:
    """The department sees the leading one's deadline alone: it never lies behind what this customer was promised."""
    sooner = _sooner(act, case, leading)
    if sooner is not None:
        mine, its = sooner
        promises.tighten(act, its, its.rule, until=Deadline(mine.due_at, mine.calendar))


def _sooner(act: Act, case: Case, leading: Case) -> tuple[Promise, Promise] | None:
    """Until when this one and the leading one are to be dealt with, where this one's deadline comes first."""
    mine, its = (
        [one for one in _settled_by(act, of) if one.verdict == Verdict.OPEN and one.due_at > act.at]
        for of in (case, leading)
    )
    return (mine[-1], its[-1]) if mine and its and mine[-1].due_at < its[-1].due_at else None


def _was_extended(act: Act, case: Case) -> bool:
    """Did a second, higher person approve more time for it? An agent's joining does not take that back (CMP-5)."""
    return any(one.verdict == Verdict.EXCUSED for one in _settled_by(act, case))


def _settled_by(act: Act, case: Case) -> list[Promise]:
    return [one for one in promises.of_case(act, case.id) if one.rule_id == "CMP-4"]


def _is_about_others(complaint: Complaint, leads: Complaint) -> bool:
    """Would whoever this one is about not hear of it? Who names no department or nobody complains of nobody else."""
    department, person = complaint.department_id, complaint.about_staff_id
    return (
        complaint.about_company_id != leads.about_company_id
        or department not in (None, leads.department_id)
        or person not in (None, leads.about_staff_id)
    )


def _is_passed_up(act: Act, case: Case, leading: Case) -> bool:
    """Is whoever has to see this one asked about the leading one, or one who stands above them?"""
    owed = {one.rule for one in promises.of_case(act, case.id) if one.rule_id == "CMP-2" and one.is_owed}
    return owed <= _passed_up(dispatches.of_case(act, leading.id))


def _passed_up(asked: list[dispatches.Dispatch]) -> set[str]:
    """The rules that these signatures keep, or would keep."""
    return {rule for one in asked if one.duty in signatures.KEEPS for rule in signatures.kept_by(one.duty)}


def _catch_up(act: Act, case: Case, complaint: Complaint, leading: Case, leads: Complaint) -> None:
    """What was done for the leading one before is done for this one now, by the clock of this one."""
    stage = Stage.RETURNED if leads.stage == Stage.TOLD else Stage(leads.stage)
    come = _ORDER[: _ORDER.index(stage) + 1]
    kept = {_DONE_BY[one] for one in come if one in _DONE_BY}
    passed_up = _passed_up([one for one in dispatches.of_case(act, leading.id) if one.signed_at])
    for rule in {one.rule for one in promises.of_case(act, case.id)}:
        if act.standard.promise(rule).rule_id in kept:
            promises.done_by(act, rule, case, department_id=leads.department_id)
        elif rule in passed_up:
            promises.done(act, rule, case)
    if complaint.stage != stage:
        act.remember(case.chain, "complaint-stage", complaint=complaint.id, before=complaint.stage, now=stage)
        complaint.stage = stage
    if stage is Stage.RETURNED:
        respondents.to_be_told(act, case)

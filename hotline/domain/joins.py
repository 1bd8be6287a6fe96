"""Repeated complaints on one matter are dealt with once and each caller hears back; without it one would be forgotten.

Nothing that was told in the one is seen in the other: they share what the department does, not who complained (CMP-10).
"""

from __future__ import annotations

from hotline.domain import cases, companies, complaint_forms, complaints, dispatches, promises, respondents, signatures
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint, Stage
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Refused

_ORDER = tuple(Stage)
# What the department did for the leading one, by how far that has come, is done for the joined one as well.
_DONE_BY = {Stage.SIGNED: "CMP-1", Stage.SETTLED: "CMP-4", Stage.RETURNED: "CMP-6"}


def join(act: Act, case: Case, into: Case, *, by: Staff) -> None:
    """From now on a complaint is dealt with together with another, the leading one; its caller is told on its own.

    Joined to one that is joined itself, it goes to that one's leading one. Raises Refused for who does not take
    complaints in, for another company's, and where this one is graver; Conflict for what is closed, dealt with or
    joined already.
    """
    leading = _leading(act, into)
    held = [dispatches.get(act, one.id) for one in _asked(act, case, leading)]
    for case_id in sorted({case.id, leading.id}):
        cases.get(act, case_id)
    companies.get(act, case.company_id)
    complaint, other = complaints.of(act, case), complaints.of(act, leading)
    _may_join(act, (case, complaint), (leading, other), by)
    complaint.joined_to_id = other.id
    act.remember(case.chain, "complaint-joined", complaint=complaint.id, to=other.id, into=leading.id, by=by.id)
    act.remember(leading.chain, "complaint-led", complaint=other.id, joined=complaint.id, by=by.id)
    for dispatch in held:
        if dispatch.case_id == case.id:
            signatures.withdraw(act, dispatch)
    cases.handled_by(act, case, case.owner_id)
    _catch_up(act, case, complaint, leading, other)


def _leading(act: Act, into: Case) -> Case:
    complaint = complaint_forms.of(act, into.id)
    if complaint is None or complaint.joined_to_id is None:
        return into
    return act.session.get_one(Case, act.session.get_one(Complaint, complaint.joined_to_id).case_id)


def _asked(act: Act, *of: Case) -> list[dispatches.Dispatch]:
    return sorted((one for case in of for one in dispatches.of_case(act, case.id)), key=lambda one: one.id)


def _may_join(act: Act, one: tuple[Case, Complaint], other: tuple[Case, Complaint], by: Staff) -> None:
    (case, complaint), (leading, leads) = one, other
    concerned = complaint_forms.barred(act, case.id) | complaint_forms.barred(act, leading.id)
    if not by.has(*complaints.GRADERS) or by.id in concerned:
        raise Refused("complaints are joined by an agent or superior whom neither is about")
    if case.company_id != leading.company_id:
        raise Refused("complaints of two companies are not joined: hand one over first (OWN-4)")
    if case.id == leading.id or complaint.joined_to_id is not None or complaint_forms.followers(act, complaint):
        raise Conflict("this complaint is joined already, or leads others")
    if "closed" in (case.state, leading.state) or {case.kind, leading.kind} != {cases.Kind.COMPLAINT}:
        raise Conflict("complaints are joined while both are open")
    if complaint.settled_at is not None:
        raise Conflict(f"complaint {case.number} was dealt with already")
    if complaints.graver(complaints.counts_as(act, complaint), complaints.counts_as(act, leads)):
        raise Refused("the graver complaint leads: join the other to this one, or raise that one first")


def _catch_up(act: Act, case: Case, complaint: Complaint, leading: Case, leads: Complaint) -> None:
    """What was done for the leading one before is done for this one now, by the clock of this one."""
    stage = Stage.RETURNED if leads.stage == Stage.TOLD else Stage(leads.stage)
    come = _ORDER[: _ORDER.index(stage) + 1]
    kept = {_DONE_BY[one] for one in come if one in _DONE_BY}
    passed_up = {signatures.KEEPS.get(one.duty) for one in dispatches.of_case(act, leading.id) if one.signed_at}
    for rule in {one.rule for one in promises.of_case(act, case.id)}:
        if rule in passed_up or act.standard.promise(rule).rule_id in kept:
            promises.done(act, rule, case)
    if complaint.stage != stage:
        act.remember(case.chain, "complaint-stage", complaint=complaint.id, before=complaint.stage, now=stage)
        complaint.stage = stage
    if stage is Stage.RETURNED:
        respondents.to_be_told(act, case)

"""What may be asked for and what an approval does: more time, a lower grade, another kind (CMP-5, CMP-12).

Without it a complaint's clock could be stopped and nobody would see how.
"""

from __future__ import annotations

from datetime import UTC, datetime

from hotline.domain import cases, complaint_forms, complaints, lowering, promises, repairs
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.complaint_forms import Complaint
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Staff
from hotline.errors import Conflict, Invalid, Refused
from hotline.standard.kinds import Grade, Scope

# What a complaint may turn out to be. An emergency waits for no approval: it is opened at once, beside the complaint.
MAY_BECOME = (Kind.ENQUIRY, Kind.FAULT, Kind.MESSAGE)
_CALLBACK = "CMP-9.callback"
_UNCLEAR = "unclear"  # the fault class of what nobody has asked about yet


def latest(act: Act, case: Case, promise: Promise) -> datetime:
    """Until when (UTC) at most a promise may be extended: counted from its first deadline, however often (CMP-5).

    What another department broke before has no part in it: the one that has it now was promised a time of its own.
    """
    same = [one for one in promises.of_case(act, case.id) if one.rule_id == promise.rule_id and one.id < promise.id]
    begins = max([one.id for one in same if one.verdict != Verdict.EXCUSED], default=0)
    first = min([one.due_at for one in same if one.id > begins], default=promise.due_at)
    return act.standard.complaints.longest_extension.deadline(min(first, promise.due_at), act.standard.calendar).at


def approver(act: Act, promise: Promise) -> str:
    """The role that may allow more time for a promise, or any above it (CMP-5). Raises Refused where nobody may."""
    rule = act.standard.promise(promise.rule)
    if rule.approved_by is None:
        raise Refused(f"nobody may allow more time for {promise.rule}: it is kept in time, or seen to be broken")
    return str(rule.approved_by)


def check_more_time(act: Act, case: Case, promise: Promise | None, wanted: object) -> tuple[Promise, datetime]:
    """More time until an instant, for a promise of this case. Raises Invalid, Refused, or Conflict when it is too late.

    Asked for and approved before the deadline, or not at all.
    """
    if promise is None or promise.case_id != case.id or not isinstance(wanted, datetime) or wanted.tzinfo is None:
        raise Invalid("more time is asked for a promise of this case, until an instant")
    approver(act, promise)
    if promise.verdict != Verdict.OPEN or act.at > promise.due_at:
        raise Conflict(f"{promise.rule} is settled or its deadline has passed: more time is approved before it")
    if not promise.due_at < wanted <= latest(act, case, promise):
        raise Invalid(f"{wanted.isoformat()} is not later than the deadline, or too far away for {promise.rule}")
    return promise, wanted.astimezone(UTC)


def check_lower_grade(act: Act, case: Case, wanted: object) -> tuple[Complaint, Grade]:
    """A lower grade than the present one. Raises Invalid, Refused."""
    complaint = _complaint(act, case)
    if not isinstance(wanted, Grade):
        raise Invalid("a grade is lowered to a grade of the standard")
    if complaint.grade is None:
        raise Refused("nobody has graded this complaint yet: grade it, which needs no second person")
    if not complaints.graver(Grade(complaint.grade), wanted):
        raise Invalid(f"{wanted} is not lower than {complaint.grade}: a grade is raised without asking")
    return complaint, wanted


def check_other_kind(act: Act, case: Case, wanted: object) -> tuple[Complaint, Kind]:
    """Something that a complaint may turn out to be. Raises Invalid, Refused, Conflict while it owes what it broke."""
    complaint = _complaint(act, case)
    if not isinstance(wanted, Kind) or wanted not in MAY_BECOME:
        raise Invalid(f"a complaint may become one of {', '.join(MAY_BECOME)}; an emergency is opened at once")
    if complaint_forms.followers(act, complaint):
        raise Conflict("other complaints are joined to this one: what it is they are too")
    late = [one.rule for one in lowering.undone(act, case) if one.verdict == Verdict.BROKEN or one.due_at < act.at]
    if late:
        raise Conflict(f"what was promised and not kept is done first: {', '.join(late)}")
    return complaint, wanted


def extend(act: Act, case: Case, promise: Promise, wanted: datetime, *, by: Staff, why: str) -> None:
    """The promise is excused and made anew until `wanted`; the customer is told that it takes longer (CMP-5, OWN-7).

    So it is for the complaints that are dealt with together with this one, each as long as its own rule allows.
    """
    extended = [(case, promise)]
    if promise.rule_id in complaint_forms.SHARED:
        joined = [one for one in complaint_forms.together(act, case) if one.id != case.id]
        extended += [
            (one, its) for one in joined for its in lowering.undone(act, one) if its.rule_id == promise.rule_id
        ]
    for one, its in extended:
        until = min(wanted, latest(act, one, its))
        if its.verdict == Verdict.OPEN and act.at <= its.due_at < until:
            promises.release(act, its.id, approved_by=by, why=why)
            made = promises.make(act, its.rule, one, until=until)
            cases.text_customer(act, one, "extension-told", about=made.id, promise=made.id)


def lower_grade(act: Act, case: Case, complaint: Complaint, wanted: Grade, *, by: Staff, why: str) -> None:
    """What the higher grade alone wanted is released; the day by which it is settled stays: no time is gained.

    Where nobody above heard of it yet, the level of the lower grade hears of it now (CMP-2).
    """
    before, complaint.grade = complaint.grade, wanted
    act.remember(case.chain, "grade-lowered", complaint=complaint.id, before=before, now=wanted, by=by.id)
    if lowering.let_go(act, case, wanted, by=by, why=why):
        complaints.pass_up(act, case, wanted, since=act.at)


def change_kind(act: Act, case: Case, complaint: Complaint, wanted: Kind, *, by: Staff, why: str) -> None:
    """The complaint stays on record with its first grade; its matter goes on as what it is (CMP-12, CMP-13)."""
    called_by = min([one.due_at for one in lowering.undone(act, case) if one.rule == _CALLBACK], default=None)
    for promise in lowering.undone(act, case):
        promises.release(act, promise.id, approved_by=by, why=why)
    lowering.withdraw(act, case)
    complaint.changed_to = wanted
    case.kind, case.matter = wanted, _UNCLEAR if wanted is Kind.FAULT else str(wanted)
    act.remember(case.chain, "kind-changed", complaint=complaint.id, what=wanted, matter=case.matter, by=by.id)
    cases.handled_by(act, case, case.owner_id)
    _promise_as(act, case, wanted, called_by)
    cases.text_customer(act, case, "kind-changed")


def _promise_as(act: Act, case: Case, kind: Kind, called_by: datetime | None) -> None:
    """What the new kind of matter wants. Whoever was promised a call hears by then at the latest."""
    if kind is Kind.FAULT:
        address = case.details.get("sealed_address")
        repairs.report(act, case, fault_class=_UNCLEAR, answers={}, scope=Scope.UNCLEAR, address=address)
    elif kind is Kind.MESSAGE:
        promises.make(act, "SEC-3.message", case)
    elif complaint_forms.reachable(act, case):
        rule = act.standard.promise("CBK-1.answer")
        due = rule.limit.deadline(act.at, act.standard.calendar).at
        promises.make(act, rule.key, case, until=min(due, called_by or due))


def _complaint(act: Act, case: Case) -> Complaint:
    complaint = complaint_forms.of(act, case.id) if case.kind == Kind.COMPLAINT else None
    if complaint is None or complaint.joined_to_id is not None:
        raise Refused(f"case {case.number} is no complaint, or joined to another: ask for that one")
    return complaint

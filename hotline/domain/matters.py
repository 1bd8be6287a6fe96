"""What somebody told becomes a case with an owner and promises; without it telling us would end in nothing (OWN-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from hotline.domain import (
    callbacks,
    cases,
    companies,
    complaint_forms,
    complaints,
    dispatches,
    notices,
    owed_calls,
    promises,
    repairs,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.news import Recording
from hotline.domain.occasions import Occasion
from hotline.domain.staff import Duty, Staff
from hotline.standard.kinds import Grade, Scope


@dataclass(frozen=True)
class Told:
    """What was told, by telephone, at the counter or in a letter, and who answers for it.

    `details` are sealed already, with the key of the customer where there is one; their names begin with "sealed_".
    `reachable`: there is a number at which we can ring back. An anonymous matter keeps of `details` what it is given,
    so whoever fills them leaves out what says who it was (CMP-10).
    """

    company_id: int
    owner_id: int
    details: Mapping[str, str]
    reachable: bool
    customer_id: int | None = None
    call: Call | None = None
    anonymous: bool = False


@dataclass(frozen=True)
class Lodged:
    """What is known of a complaint beside what was told: whom it is about, how grave, until when; on the phone nothing.

    `why`: the reason for the grade; `limit_at`: the customer's own limit; `by`: who took it in, the owner where empty.
    """

    department_id: int | None = None
    about_staff_id: int | None = None
    about_company_id: int | None = None
    grade: Grade | None = None
    why: str = ""
    limit_at: datetime | None = None
    by: int | None = None


@dataclass(frozen=True)
class Named:
    """Whom a complaint turned out to be about, how that is known, and who says so (CMP-10)."""

    staff_id: int
    by: Staff
    why: str


@dataclass(frozen=True)
class Opened:
    """The case that was opened, and whether the customer has it in writing as well (OWN-7)."""

    case: Case
    texted: bool = False


def open_fault(
    act: Act,
    told: Told,
    *,
    fault_class: str,
    answers: Mapping[str, str],
    scope: Scope,
    fee_yuan: int | None = None,
) -> Opened:
    """A fault in scope, of unclear cause, or paid for: repair is notified at once (FLT-2, FLT-3).

    `fee_yuan` is what was said yes to. Raises Invalid for a fault out of scope without it.
    """
    case = _open(act, told, Kind.FAULT, fault_class)
    repairs.report(
        act,
        case,
        fault_class=fault_class,
        answers=dict(answers),
        scope=scope,
        address=case.details.get("sealed_address"),
        fee_yuan=fee_yuan,
    )
    if fee_yuan is not None and scope is not Scope.OUT_OF_SCOPE:  # paid because the agreement ended (FLT-4)
        _tell_staff(act, case, "agreement-ended", staff.Role.DEPARTMENT_HEAD)
    return _texted(act, case, "case-opened")


def record_guided(act: Act, told: Told, *, fault_class: str, outcome: str) -> Opened:
    """A fault that nobody goes out for: on record, and closed with how it ended (FLT-3)."""
    case = _open(act, told, Kind.FAULT, fault_class)
    promises.close_case(act, case, by=case.owner_id, outcome=outcome)
    return Opened(case)


def open_emergency(act: Act, told: Told, kind: str) -> Opened:
    """An emergency jumps every queue: those on duty are rung until somebody acknowledges (EMG-1, EMG-2)."""
    case = _open(act, told, Kind.EMERGENCY, kind)
    promises.make(act, "EMG-2.acknowledge", case)
    if kind == "fire":
        promises.make(act, "EMG-1.tell", case)
        dispatches.begin(act, case, Duty.SECURITY)
        dispatches.begin(act, case, Duty.LEAD)
    else:
        address = case.details.get("sealed_address")
        repairs.report(act, case, fault_class=kind, answers={}, scope=Scope.EMERGENCY, address=address)
    _tell_staff(act, case, "emergency-told", staff.Role.SUPERVISOR)
    return _texted(act, case, "case-opened")


def add_to_emergency(act: Act, case: Case, details: Mapping[str, str]) -> None:
    """What was told after help was on its way: where, how it looks, who (EMG-1). `details` are sealed already."""
    case.details = dict(details)
    order = repairs.of_case(act, case.id)
    if order is not None:
        order.address = case.details.get("sealed_address")
    act.remember(case.chain, "emergency-told", told=sorted(case.details))


def write_down(act: Act, case: Case, details: Mapping[str, str], about: Named | None = None) -> None:
    """What was told of a complaint by voice, written down for the department; what stands is not changed (REC-2).

    `details` are sealed already, with the key of the customer where there is one. `about`: whom it names; the case is
    not locked yet then, for who has to sign is locked before it. Raises as `complaints.name`.
    """
    if about is not None:
        complaints.name(act, case, about.staff_id, by=about.by, why=about.why)
    added = {name: value for name, value in details.items() if name not in case.details}
    case.details = {**case.details, **added}
    act.remember(case.chain, "complaint-written-down", told=sorted(added))


def open_complaint(act: Act, told: Told, lodged: Lodged | None = None) -> Opened:
    """A complaint, anonymous where that is wanted; whoever is not anonymous is rung back (CMP-9, CMP-10).

    Raises NotFound and Invalid as `complaints.file`.
    """
    case, known = _open(act, told, Kind.COMPLAINT, "complaint"), lodged or Lodged()
    complaints.file(
        act,
        case,
        department_id=known.department_id,
        about_staff_id=known.about_staff_id,
        about_company_id=known.about_company_id,
        grade=known.grade,
        why=known.why,
        limit_at=known.limit_at,
        by=known.by or told.owner_id,
    )
    opened = Opened(case)
    if told.reachable and not told.anonymous:
        callbacks.owe(act, case, "CMP-9.callback")
        opened = _texted(act, case, "complaint-received")
    heard_by_superiors = told.anonymous and not complaint_forms.is_written(case)  # and they alone can write it down
    text = "complaint-to-write-down" if heard_by_superiors else "complaint-for-supervisor"
    _tell_staff(act, case, text, staff.Role.SUPERVISOR, "CMP-1.sign")
    return opened


def open_enquiry(act: Act, told: Told) -> Opened:
    """A question that cannot be answered now: answered soon after asking (CBK-1)."""
    case = _open(act, told, Kind.ENQUIRY, "enquiry")
    if told.reachable:
        callbacks.owe(act, case, "CBK-1.answer")
    return _texted(act, case, "case-opened")


def record_answered(act: Act, told: Told, *, answer: str, visited: bool = False) -> Opened:
    """A question that was answered on the spot: on record with its answer, and closed (REC-1).

    `visited`: whoever asked is called about it, so that it stays open until then (VIS-3).
    """
    case = _open(act, told, Kind.ENQUIRY, "enquiry")
    if visited:
        act.remember(case.chain, "answered", words=cases.seal(act, case, answer))
        return Opened(case)
    promises.close_case(act, case, by=case.owner_id, outcome=answer)
    return Opened(case)


def open_message(act: Act, told: Told) -> Opened:
    """A message for a resident, whose number is never given out (SEC-3)."""
    case = _open(act, told, Kind.MESSAGE, "message")
    promises.make(act, "SEC-3.message", case)
    return _texted(act, case, "message-received")


def open_lost_property(act: Act, told: Told) -> Opened:
    """Lost property: the supervisor is told (EMG-3)."""
    case = _open(act, told, Kind.MESSAGE, "lost-property")
    promises.make(act, "EMG-3.tell", case)
    _tell_staff(act, case, "lost-property-for-supervisor", staff.Role.SUPERVISOR, "EMG-3.tell")
    return _texted(act, case, "lost-property-received")


def open_callback(
    act: Act, told: Told, *, matter: str, rule: str, texts: bool = True, window: callbacks.Window | None = None
) -> Opened:
    """Somebody wanted us and was not served: we ring back as `rule` says, where there is a number (ANS-3, CBK-2).

    `window`: at the time that they chose instead (CBK-3). Whoever is rung back anyway is rung once: this call joins
    that matter.
    """
    known = callbacks.joinable(act, told.customer_id, told.company_id) if told.reachable else None
    if known is not None:
        return _joined(act, told, known, rule, window)
    case = _open(act, told, Kind.CALLBACK, matter)
    if told.reachable and window is not None:
        callbacks.chosen(act, case, window)
    elif told.reachable:
        callbacks.owe(act, case, rule)
    return _texted(act, case, "case-opened") if texts else Opened(case)


def _joined(act: Act, told: Told, case: Case, rule: str, window: callbacks.Window | None) -> Opened:
    """What was told in addition is kept with what was told before, and they are rung where they said first.

    The number that a call shows may be forged: whoever shows somebody else's is not rung in their stead (SEC-5).
    Another number that is told later stands beside the first, for one of ours to choose from.
    """
    more = dict(told.details)
    later = more.pop("sealed_contact", None)
    if later is not None:
        first, said = owed_calls.print_of(act, case), act.sealer.blind(cases.unseal(act, case, later))
        more |= {} if said == first else {"sealed_contact" if first is None else "sealed_other_contact": later}
    case.details = {**more, **case.details}
    if told.call is not None:
        told.call.case_id = case.id
        act.remember(told.call.chain, "call-joined", case=case.id, number=case.number)
        _note_in_call(act, told.call, case)
    callbacks.asked_again(act, case, rule, call=told.call, window=window)
    return Opened(case)


def _open(act: Act, told: Told, kind: Kind, matter: str) -> Case:
    case = cases.open(
        act,
        companies.get(act, told.company_id),
        kind=kind,
        matter=matter,
        owner_id=told.owner_id,
        call=told.call,
        customer_id=None if told.anonymous else told.customer_id,
        anonymous=told.anonymous,
        details=dict(told.details),
    )
    if told.call is not None:
        _note_in_call(act, told.call, case)
    return case


def _note_in_call(act: Act, call: Call, case: Case) -> None:
    act.session.execute(
        update(Recording).where(Recording.call_id == call.id, Recording.case_id.is_(None)).values(case_id=case.id)
    )
    if not case.anonymous:
        call.put(number=case.number, opened=[*call.slots.get("opened", []), case.id])


def _texted(act: Act, case: Case, text: str) -> Opened:
    """Everything at once, in writing as well, where there is a number to write to (OWN-7)."""
    return Opened(case, cases.text_customer(act, case, text))


def _tell_staff(act: Act, case: Case, text: str, role: staff.Role, rule: str = "") -> None:
    """Tell them of a new matter; as urgently as the rule is that begins or is kept with it."""
    urgent = bool(rule) and act.standard.promise(rule).urgent
    notices.tell_role(act, role, Occasion(case, text, str(case.id), urgent=urgent))

"""A filled form becomes a case by the same rules as a call; without it the desk would be a way around them (OWN-1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hotline.console import complaint_intake, form_fields, subject
from hotline.console.form_fields import NEEDED, TOLD, FormKind, Settled, Typed
from hotline.console.subject import Diagnosis, Subject
from hotline.domain import customers, matters, turns, visitors, visits
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.customers import Customer
from hotline.domain.matters import Opened, Told
from hotline.domain.visitors import Channel, Sex
from hotline.errors import Invalid
from hotline.phones import PhoneNumber
from hotline.standard.kinds import Scope

OPENERS: dict[FormKind, Callable[[Act, Told], Opened]] = {
    FormKind.MESSAGE: matters.open_message,
    FormKind.LOST_PROPERTY: matters.open_lost_property,
}


def problems(act: Act, about: Subject, typed: Typed) -> list[str]:
    """All that stands against saving and can be filled in as the form stands, as keys of words; nothing when it can be.

    The last part of a key is the field's name.
    """
    kind = form_fields.kind_of(typed)
    found = ["form.lacks.channel"] if about.call is None and "channel" not in typed else []
    if kind is None:
        return [*found, "form.lacks.kind", *_number_problems(act, about, typed)]
    found += [f"form.lacks.{name}" for name in NEEDED[kind] if name not in typed]
    if kind is FormKind.FAULT:
        found += _fault_problems(act, about, typed)
    if kind is FormKind.COMPLAINT:
        found += complaint_intake.problems(act, about, typed)
    if kind is not FormKind.EMERGENCY:  # help comes first: nothing is waited for
        found += _number_problems(act, about, typed)
        found += ["form.lacks.read_back"] if form_fields.is_read_back(typed) and "read_back" not in typed else []
    return found


def save(act: Act, about: Subject, typed: Typed, *, by: int) -> Case:
    """Open the case. `problems` found nothing; the call of the form, where there is one, is locked."""
    told = _told(act, about, typed)
    visited = about.call is None and told.reachable and visits.asks_after_stay(act, Channel(typed["channel"]))
    opened = _open(act, about, typed, told, visited=visited)
    if about.call is None:
        sex = Sex(typed["sex"]) if "sex" in typed and not told.anonymous else None
        visitors.register(act, opened.case, Channel(typed["channel"]), sex=sex, noted_by=by)
    if visited:
        visits.stayed(act, opened.case)
    return opened.case


def _fault_problems(act: Act, about: Subject, typed: Typed) -> Iterator[str]:
    found = subject.diagnosed(act, about, typed)
    if found is None:
        yield "form.lacks.class"
    elif found.verdict is None:
        yield "form.lacks.answer"
    elif found.fee is not None and "settled" not in typed:
        yield "form.lacks.settled"
    if _may_come(found, typed) and not _has_address(about, typed):
        yield "form.lacks.address"


def _number_problems(act: Act, about: Subject, typed: Typed) -> Iterator[str]:
    """The number at which we ring back is one, and may be rung (SEC-5)."""
    if form_fields.is_anonymous(typed) or _number_choice(about, typed) == "none":
        return
    told = _number_choice(about, typed) == "other"
    number = _number(typed) if told else about.number(act)
    if number is None or not customers.may_be_rung(act, number, about.company.id):
        yield "form.lacks.phone" if told else "form.lacks.number"


def _number(typed: Typed) -> PhoneNumber | None:
    """The number that was told; None where it is none. Help for an emergency goes out without one."""
    try:
        return PhoneNumber.parse(typed.get("phone", ""))
    except Invalid:
        return None


def _may_come(found: Diagnosis | None, typed: Typed) -> bool:
    """Does somebody go out for it, or is that still open?"""
    open_yet = found is None or found.verdict is None or (found.fee is not None and "settled" not in typed)
    return open_yet or (found is not None and _comes(found, typed))


def _comes(found: Diagnosis, typed: Typed) -> bool:
    """Does somebody go out for it, at an address that we need? Help for an emergency goes out without one."""
    assert found.verdict is not None
    urgent = found.verdict.scope is Scope.EMERGENCY
    return not urgent and (found.fee is None or typed.get("settled") == Settled.PAID)


def _has_address(about: Subject, typed: Typed) -> bool:
    return _takes_known_place(about, typed) or "address" in typed


def _takes_known_place(about: Subject, typed: Typed) -> bool:
    return about.place is not None and typed.get("place", "known") == "known"


def _number_choice(about: Subject, typed: Typed) -> str:
    return typed.get("number", "shown" if about.sealed_number else "other")


def _told(act: Act, about: Subject, typed: Typed) -> Told:
    """What is kept with the case; of whoever stays anonymous nothing that says who it was (CMP-10)."""
    anonymous = form_fields.is_anonymous(typed)
    customer = None if anonymous else _customer(act, about, typed)
    kind = FormKind(typed["kind"])
    names = TOLD[kind] if anonymous else (*TOLD[kind], *form_fields.WHO[:-1])
    details = {f"sealed_{name}": _seal(act, customer, typed[name]) for name in names if name in typed}
    if "address" in TOLD[kind] and about.place is not None and _takes_known_place(about, typed):
        details["sealed_address"] = about.place.address
    contact = None if anonymous else _contact(act, about, typed, customer)
    if contact is not None:
        details["sealed_contact"] = contact
    return Told(
        company_id=about.company.id,
        owner_id=about.owner_id,
        details=details,
        reachable=contact is not None,
        customer_id=customer.id if customer else None,
        call=about.call,
        anonymous=anonymous,
    )


def _customer(act: Act, about: Subject, typed: Typed) -> Customer | None:
    """Whose matter it is: the caller's, or of whoever has the number that was told; their name is kept once known."""
    customer = about.customer
    number = _number(typed) if _number_choice(about, typed) == "other" else None
    if customer is None and number is not None:
        customer = customers.with_number(act, number)
        if about.call is not None:
            turns.adopt(act, about.call, customer)
    if customer is not None and customer.name is None and "name" in typed:
        customers.rename(act, customer, typed["name"])
    return customer


def _contact(act: Act, about: Subject, typed: Typed, customer: Customer | None) -> str | None:
    """The number at which we ring back, sealed."""
    chosen, number = _number_choice(about, typed), _number(typed)
    if chosen == "shown":
        return about.sealed_number
    return _seal(act, customer, number.e164) if chosen == "other" and number else None


def _seal(act: Act, customer: Customer | None, value: str) -> str:
    return act.sealer.seal_for(customer.key, value) if customer else act.sealer.seal(value)


def _open(act: Act, about: Subject, typed: Typed, told: Told, *, visited: bool) -> Opened:
    kind = FormKind(typed["kind"])
    if kind is FormKind.FAULT:
        found = subject.diagnosed(act, about, typed)
        assert found is not None, "`problems` asked for it"
        return _open_fault(act, told, found, typed)
    if kind is FormKind.EMERGENCY:
        return matters.open_emergency(act, told, typed["emergency"])
    if kind is FormKind.COMPLAINT:
        return complaint_intake.open_complaint(act, about, typed, told)
    if kind is FormKind.ENQUIRY:
        if "answered" in typed:
            return matters.record_answered(act, told, answer=typed["answered"], visited=visited)
        return matters.open_enquiry(act, told)
    return OPENERS[kind](act, told)


def _open_fault(act: Act, told: Told, found: Diagnosis, typed: Typed) -> Opened:
    """As the diagnosis judged it: an emergency, a visit, or nobody comes and it is on record (FLT-2 to FLT-4)."""
    assert found.verdict is not None, "`problems` asked for it"
    if found.verdict.scope is Scope.EMERGENCY:
        return matters.open_emergency(act, told, str(found.verdict.emergency))
    if not _comes(found, typed):
        outcome = "guided" if typed["settled"] == Settled.GUIDED else "fee-declined"
        return matters.record_guided(act, told, fault_class=found.fault_class, outcome=outcome)
    opened = matters.open_fault(
        act,
        told,
        fault_class=found.fault_class,
        answers=found.answers,
        scope=found.verdict.scope,
        fee_yuan=found.fee,
    )
    if found.fee is not None:
        act.remember(opened.case.chain, "fee-accepted", yuan=found.fee, rule="FLT-3")
    return opened

"""Whom a form is about: a caller, or somebody who came or wrote; without it the form would be written twice (REC-7)."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.console import form_fields
from hotline.console.form_fields import FormKind, Typed
from hotline.domain import anonymity, calls, companies, customers, repairs
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.customers import Customer, CustomerPlace
from hotline.domain.staff import Staff
from hotline.phones import PhoneNumber
from hotline.standard import diagnosis
from hotline.standard.diagnosis import Node, Verdict
from hotline.standard.kinds import FaultClass


@dataclass(frozen=True)
class Subject:
    """A caller or a visitor, the company it concerns, and who answers for what comes of it (OWN-1)."""

    draft: str  # the name under which the half-filled form is kept
    company: Company
    owner_id: int
    call: Call | None = None
    customer: Customer | None = None
    place: CustomerPlace | None = None
    sealed_number: str | None = None

    def number(self, act: Act) -> PhoneNumber | None:
        """The number we have of the caller, whoever may know of it."""
        if self.call is None or self.sealed_number is None:
            return None
        return PhoneNumber(calls.unseal(act, self.call, self.sealed_number))

    def masked_number(self, act: Act) -> str | None:
        """The number we have of the caller, masked; None where there is none, or it may not be known (CMP-10)."""
        number = self.number(act)
        return None if number is None or self.call is None or anonymity.told_in(self.call) else number.masked


@dataclass(frozen=True)
class Diagnosis:
    """How far the questions about a fault are, and what they came to. `fee` in yuan needs a yes first (FLT-3)."""

    fault_class: FaultClass
    asked: list[Node]
    verdict: Verdict | None
    answers: dict[str, str]
    fee: int | None


def of_call(act: Act, call: Call) -> Subject:
    """The form of a call: what is opened belongs to whoever answers for the call."""
    company = companies.get(act, call.company_id)
    customer = customers.get(act, call.customer_id) if call.customer_id is not None else None
    shown = customer is not None and "sealed_caller" in call.slots  # a number that was only told opens no record
    place = customers.place_with(act, customer.id, company.id) if customer is not None and shown else None
    number = call.slots.get("sealed_caller") or call.slots.get("sealed_contact")
    return Subject(call.chain, company, call.owner_id, call, customer, place, number)


def of_visitor(act: Act, person: Staff) -> Subject:
    """The form of somebody who came or wrote: whoever took it answers for it."""
    return Subject("visitor", companies.get(act, person.company_id), person.id)


def diagnosed(act: Act, subject: Subject, typed: Typed) -> Diagnosis | None:
    """The questions about the fault that was chosen; None while no class is. Where there is one it is not asked."""
    classes = act.standard.repair.classes
    chosen = classes[0] if len(classes) == 1 else FaultClass(typed["class"]) if "class" in typed else None
    if chosen is None or chosen not in classes or form_fields.kind_of(typed) is not FormKind.FAULT:
        return None
    given = form_fields.answers_of(typed, chosen)
    asked, verdict = diagnosis.of(act.standard, chosen).follow(given)
    fee = repairs.fee_due(act, chosen, verdict, subject.place) if verdict else None
    answers = {node.key: given[node.key] for node in asked if node.said(given.get(node.key, ""))}
    return Diagnosis(chosen, asked, verdict, answers, fee)

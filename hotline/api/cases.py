"""Matters from other systems, and how they stand; without it an app's fault would be typed in again (REC-7, OWN-7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.api import case_form, guard, problems, turns
from hotline.api.case_form import Form, Matter
from hotline.api.fields import Sent
from hotline.api.problems import Lack
from hotline.domain import api_keys, cases, companies, complaint_forms, matters, promises, visitors
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiKey, Brought, Scope
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.matters import Opened, Told
from hotline.domain.repairs import RepairOrder
from hotline.domain.visitors import Channel
from hotline.standard import kinds

# Of each kind: under which names what was told is kept, sealed, with the case.
_KEPT = {
    Matter.FAULT: {"description": "remark", "address": "address"},
    Matter.ENQUIRY: {"description": "question"},
    Matter.MESSAGE: {"description": "message", "recipient": "for"},
}


def bring() -> ResponseReturnValue:
    """Open a matter: 201 with its number and by when what is done. Sent twice, opened once."""
    name = turns.request_name()
    sent = case_form.read(turns.body())
    with guard.runtime().act(guard.ACTOR) as act:
        done = turns.once(act, Brought.CASE, name, sent.spelling, lambda key: _brought(act, key, sent))
        return jsonify(_receipt(act, cases.get(act, done.case_id))), 201


def show(number: str) -> ResponseReturnValue:
    """How a matter stands: 200, or 404 for what this key may not know of."""
    with guard.runtime().look(guard.ACTOR) as act:
        case = cases.numbered(act, guard.key().company_id, number)
        if case is None or not _may_know(act, guard.key(), case):
            return problems.answer(404, "this key knows of no matter with this number")
        return jsonify(_progress(act, case))


def _brought(act: Act, key: ApiKey, sent: Sent[Form]) -> Case:
    """The matter as a case with owner and promises; nothing is kept of one that is refused."""
    company, form = companies.get(act, key.company_id), sent.form
    turns.refuse([*_wrong(act, company, sent), *sent.lacks])
    if form.kind is Matter.ENQUIRY and form.phone is not None:  # we ring back; for a fault somebody comes in any case
        turns.not_too_often(act, form.phone)
    case = _open(act, _told(act, company, form), form).case
    visitors.register(act, case, Channel.WEB, sex=None, noted_by=case.owner_id)
    act.remember(case.chain, "came-by-key", key=key.id)
    return case


def _wrong(act: Act, company: Company, sent: Sent[Form]) -> Iterable[Lack]:
    form, classes = sent.form, act.standard.repair.classes
    phone = form.phone if sent.is_right("phone") else None
    yield from turns.wrong_with_person(act, company, phone, form.language)
    yield from turns.nuisance(act, phone)
    if form.matter is not None and form.matter not in classes:
        yield Lack("matter", f"is one of {', '.join(classes)}")


def _told(act: Act, company: Company, form: Form) -> Told:
    customer = turns.customer(act, form.phone, name=form.name, language=form.language)
    told = {kept: getattr(form, name) for name, kept in _KEPT[form.kind].items()}
    told |= {"contact": form.phone, "name": form.name}
    return Told(
        company_id=company.id,
        owner_id=turns.owner(act, company).id,
        details=turns.sealed(act, customer, told),
        reachable=customer is not None,
        customer_id=customer.id if customer else None,
    )


def _open(act: Act, told: Told, form: Form) -> Opened:
    """As the same words on the telephone would be; whose part is broken nobody has asked yet (FLT-2)."""
    if form.kind is Matter.FAULT:
        fault_class = str(form.matter)
        return matters.open_fault(act, told, fault_class=fault_class, answers={}, scope=kinds.Scope.UNCLEAR)
    return matters.open_enquiry(act, told) if form.kind is Matter.ENQUIRY else matters.open_message(act, told)


def _may_know(act: Act, key: ApiKey, case: Case) -> bool:
    """May this key's system know how a matter stands: one that it brought, or with the scope any of its company?

    A complaint, one that was changed into another kind too, or what somebody told without a name, is nobody's to follow
    here: the company's own systems are read by those it is about (CMP-10).
    """
    if api_keys.brought(act, key.id, Brought.CASE, case.id):
        return True
    theirs = key.company_id in (case.company_id, case.numbered_by_id)
    return key.opens(Scope.CASES_READ) and theirs and not (case.anonymous or complaint_forms.is_or_was(act, case))


def _receipt(act: Act, case: Case) -> dict[str, Any]:
    """What was promised when it was opened; asked again later it is the same."""
    made = [one for one in promises.of_case(act, case.id) if one.made_at == case.opened_at]
    return {
        "number": case.number,
        "kind": case.kind,
        "promises": [{"rule": one.rule, "due": turns.utc(one.due_at)} for one in made],
    }


def _progress(act: Act, case: Case) -> dict[str, Any]:
    order = act.session.scalar(select(RepairOrder).where(RepairOrder.case_id == case.id))
    return {
        "number": case.number,
        "kind": case.kind,
        "matter": case.matter,
        "state": case.state,
        "opened": turns.utc(case.opened_at),
        "closed": turns.utc(case.closed_at),
        "repair": _repair(order) if order is not None else None,
        "promises": turns.promised(promises.of_case(act, case.id)),
    }


def _repair(order: RepairOrder) -> dict[str, str | None]:
    return {
        "stage": order.stage,
        "signed": turns.utc(order.signed_at),
        "on_the_way": turns.utc(order.on_the_way_at),
        "arrived": turns.utc(order.arrived_at),
        "done": turns.utc(order.done_at),
    }

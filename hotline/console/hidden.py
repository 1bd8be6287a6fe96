"""Personal values behind their masks, opened one at a time with a reason; without it no look could be traced."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import select

from hotline.console import asking
from hotline.domain import anonymity, audit, call_texts, calls, cases, customers, discarded, looks, turns
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer
from hotline.domain.repairs import RepairOrder
from hotline.errors import NotFound

Opens = Callable[[], str]
BESIDE = "\x1e"  # between the texts that are opened together, for they are read side by side


def of_call(act: Act, call: Call) -> dict[str, Opens]:
    """What is hidden in a call: the caller's number and name, and every longer answer; by name of the value.

    Nothing of a call in which an anonymous matter was told is opened for anybody (CMP-10).
    """
    if anonymity.told_in(call):
        return {}
    found = {} if call.customer_id is None else _of_customer(act, call.customer_id)
    served = customers.place_with(act, call.customer_id, call.company_id) if call.customer_id is not None else None
    if served is not None and "sealed_caller" in call.slots:  # a number that was only told opens no record
        found["address"] = _opener(lambda value: calls.unseal(act, call, value), served.address)
    said = {f"turn-{turn.n}": turn.words for turn in turns.of_call(act, call.id) if turn.words}
    erased = _is_erased(act, call.customer_id)
    for name, value in said.items():
        lost = erased and not act.sealer.is_ours(value)
        found[name] = _gone if lost else _opener(lambda sealed: calls.unseal(act, call, sealed), value)
    return found


def of_case(act: Act, case: Case) -> dict[str, Opens]:
    """What is hidden in a case: who, where, what was told, found and noted."""
    found = {} if case.anonymous or case.customer_id is None else _of_customer(act, case.customer_id)
    sealed = {
        name.removeprefix("sealed_"): [value] for name, value in case.details.items() if name.startswith("sealed_")
    }
    order = act.session.scalar(select(RepairOrder).where(RepairOrder.case_id == case.id))
    if order is not None:
        sealed |= {name: [value] for name, value in (("address", order.address), ("found", order.found)) if value}
    if case.outcome:
        sealed["outcome"] = [case.outcome]
    for entry in audit.entries(act.session, case.chain):
        if entry.kind in call_texts.NOTES:
            name, field = call_texts.NOTES[entry.kind]
            value = entry.fields[field]
            if value and [value] not in sealed.values():  # what was said on a complaint's visit stands in two entries
                sealed[f"{name}-{entry.seq}"] = [value]
        elif entry.kind == call_texts.CORRECTED:
            sealed[f"correction-{entry.seq}"] = [entry.fields[name] for name in ("before", "words", "why")]
    erased, destroyed = _is_erased(act, case.customer_id), discarded.texts(act, [case])
    for name, values in sealed.items():
        lost = not destroyed.isdisjoint(values) or (erased and not all(act.sealer.is_ours(one) for one in values))
        found[name] = _gone if lost else _opener(lambda one: cases.unseal(act, case, one), *values)
    return found


def gone(values: Mapping[str, Opens]) -> set[str]:
    """What nobody can open any more: its customer was erased, or its words were destroyed when their time was over."""
    return {name for name, opens in values.items() if opens is _gone}


def reveal(act: Act, thing: Call | Case, values: dict[str, Opens], *, what: str, reason: str) -> str:
    """Open one value and write down who looked and why (SEC-1).

    Raises NotFound, Invalid for too short a reason, Refused for who has looked too often within the hour; the act is to
    be kept in either case.
    """
    if what not in values:
        raise NotFound(f"nothing is hidden under {what!r} here")
    value, by = values[what](), asking.person().id
    looks.note(act, place_of(thing), by=by, kind=looks.Kind.REVEALED, what=what, reason=reason)
    return value


def place_of(thing: Call | Case) -> looks.Place:
    """Where a look at this is found again: under its customer, unless nobody may be known by it (CMP-10)."""
    unnamed = thing.anonymous if isinstance(thing, Case) else anonymity.told_in(thing)
    return looks.Place(thing.chain, thing.company_id, None if unnamed else thing.customer_id)


def _of_customer(act: Act, customer_id: int) -> dict[str, Opens]:
    customer = customers.get(act, customer_id)
    if customer.key is None:
        return {"number": _gone}
    found: dict[str, Opens] = {"number": lambda: customers.phone_of(act, customer).national}
    if customer.name:
        found["name"] = _opener(lambda value: act.sealer.open_for(customer.key, value), customer.name)
    return found


def _opener(opens: Callable[[str], str], *sealed: str) -> Opens:
    return lambda: BESIDE.join(map(opens, sealed))


def _gone() -> str:
    raise NotFound("it was erased with its customer, or destroyed when its time was over")


def _is_erased(act: Act, customer_id: int | None) -> bool:
    return customer_id is not None and customers.get(act, customer_id).key is None


def customer_of(act: Act, case: Case) -> Customer | None:
    """The customer of a case whose name may be known; None for an anonymous one."""
    return None if case.anonymous or case.customer_id is None else customers.get(act, case.customer_id)

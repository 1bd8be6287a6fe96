"""Names of colleagues and masked numbers of customers, a page at once; without it a list would leak or crawl."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from hotline.console import words
from hotline.domain import anonymity, identity
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer, CustomerPhone
from hotline.papers.called import companies_by_id as companies_by_id
from hotline.papers.called import departments as departments
from hotline.papers.called import names as names
from hotline.phones import PhoneNumber


def masked_numbers(act: Act, ids: Iterable[int | None]) -> dict[int, str]:
    """The masked number of each of these customers (SEC-1), by customer; the erased ones say so."""
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    query = (
        select(CustomerPhone.customer_id, CustomerPhone.number, Customer.key)
        .join(Customer, Customer.id == CustomerPhone.customer_id)
        .where(CustomerPhone.customer_id.in_(wanted))
    )
    erased = select(Customer.id).where(Customer.id.in_(wanted), Customer.key.is_(None))  # their numbers are gone
    found = {id_: words.text("who.erased") for id_ in act.session.scalars(erased)}
    return found | {row.customer_id: _masked(act, row.key, row.number) for row in act.session.execute(query)}


def rung_numbers(act: Act, found: Iterable[Case]) -> dict[int, str]:
    """The masked number at which the customer of each case is rung, by case: that told in the matter, else theirs."""
    wanted = list(found)
    ids = {case.customer_id for case in wanted if case.customer_id is not None}
    known = masked_numbers(act, ids)
    keys = {
        row.id: row.key for row in act.session.execute(select(Customer.id, Customer.key).where(Customer.id.in_(ids)))
    }
    numbers = {
        case.id: _told_number(act, case, keys.get(case.customer_id or 0)) or known.get(case.customer_id or 0)
        for case in wanted
    }
    return {case_id: number for case_id, number in numbers.items() if number is not None}


def _told_number(act: Act, case: Case, key: str | None) -> str | None:
    sealed = case.details.get("sealed_contact")
    if sealed is None or case.anonymous:
        return None
    if case.customer_id is None or act.sealer.is_ours(sealed):
        return PhoneNumber(act.sealer.open(sealed)).masked
    return _masked(act, key, sealed)


def masked_name(act: Act, customer_id: int | None) -> str | None:
    """The first character of a customer's name, the others hidden (SEC-1); None where no name is kept."""
    customer = act.session.get(Customer, customer_id) if customer_id is not None else None
    if customer is None or customer.key is None or customer.name is None:
        return None
    return identity.masked(act.sealer.open_for(customer.key, customer.name))


def cases_of(call: Call) -> set[int]:
    """Every case that a call is about or opened; none where an anonymous matter was told: it would say by whom."""
    if anonymity.told_in(call):
        return set()
    return {case_id for case_id in (call.case_id, *call.slots.get("opened", ())) if case_id is not None}


def case_of(call: Call) -> int | None:
    """The case that a call is about, where it may be told."""
    return None if anonymity.told_in(call) else call.case_id


def caller(call: Call, colleagues: dict[int, str], numbers: dict[int, str]) -> str:
    """Who is at the other end: a colleague by name, a customer by the masked number; an anonymous one by nothing."""
    if anonymity.told_in(call):
        return words.text("who.anonymous")
    if call.staff_id is not None:
        return colleagues[call.staff_id]
    return numbers.get(call.customer_id or 0) or words.text("who.withheld")


def _masked(act: Act, key: str | None, sealed: str) -> str:
    if key is None:
        return words.text("who.erased")
    return PhoneNumber(act.sealer.open_for(key, sealed)).masked

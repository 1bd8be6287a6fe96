"""What says in free words who somebody is; without it a complaint's own text would name whoever complained (CMP-10)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from hotline.domain import cases, customers
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.customers import Customer, CustomerPhone, CustomerPlace
from hotline.errors import NotFound
from hotline.phones import PhoneNumber
from hotline.spelling import DIGITS, GAP, long_enough, spelled

_HIDDEN = "***"  # stands where a number or an address stood
# A telephone number as people write it down: a mobile's, a landline's with its area code, or one from abroad.
_NUMBER = re.compile(
    rf"(?<!\d)(?:\+?86{GAP})?(?:1{GAP}[3-9](?:{GAP}\d){{9}}|\(?0\d{{2,3}}\)?{GAP}\d{{3,4}}{GAP}\d{{4}})(?!\d)"
    rf"|\+\d(?:{GAP}\d){{7,13}}(?!\d)"
)
_NAMES = ("name",)
_VALUES = ("contact", "address", "organisation", "identity")  # what a case keeps of whoever told it, sealed


@dataclass(frozen=True)
class Identity:
    """What a customer is known by: names, and numbers, addresses and the like."""

    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


def says_who(told: Iterable[str], known: Identity = Identity()) -> bool:
    """Is there a telephone number in these words, or anything that the customer is known by (CMP-10)?"""
    sought = [_NUMBER, *(spelled(value) for value in long_enough((*known.names, *known.values)))]
    return any(pattern.search(words.translate(DIGITS)) for words in told for pattern in sought)


def without(words: str, known: Identity) -> str:
    """These words without any telephone number or anything the customer is known by; a name becomes its mask."""
    for value in long_enough(known.values):
        words = _replaced(words, spelled(value), _HIDDEN)
    for name in long_enough(known.names):
        words = _replaced(words, spelled(name), masked(name))
    return _replaced(words, _NUMBER, _HIDDEN)


def masked(name: str) -> str:
    """A name as it is shown to those who may not know whose it is."""
    return f"{name[:1]}**"


def of_customer(act: Act, customer: Customer | None) -> Identity:
    """What we know a customer by: the name, every number, every address; of who was erased, nothing."""
    if customer is None or customer.key is None:
        return Identity()
    numbers = select(CustomerPhone.number).where(CustomerPhone.customer_id == customer.id)
    places = select(CustomerPlace.address).where(CustomerPlace.customer_id == customer.id)
    opened = [act.sealer.open_for(customer.key, one) for one in act.session.scalars(numbers)]
    addresses = [act.sealer.open_for(customer.key, one) for one in act.session.scalars(places)]
    spelled = [way for one in opened for way in (one, PhoneNumber(one).national)]
    name = (act.sealer.open_for(customer.key, customer.name),) if customer.name else ()
    return Identity(name, (*spelled, *addresses))


def of_case(act: Act, case: Case) -> Identity:
    """What whoever told a case is known by, from their record and as it was told for this case."""
    known = of_customer(act, customers.get(act, case.customer_id) if case.customer_id is not None else None)
    return Identity((*known.names, *_told(act, case, _NAMES)), (*known.values, *_told(act, case, _VALUES)))


def _told(act: Act, case: Case, names: Iterable[str]) -> list[str]:
    kept = [case.details[f"sealed_{name}"] for name in names if f"sealed_{name}" in case.details]
    try:
        return [cases.unseal(act, case, one) for one in kept]
    except NotFound:
        return []


def _replaced(words: str, pattern: re.Pattern[str], instead: str) -> str:
    """The pattern is sought as digits are written in figures; what is not replaced stays as it was written."""
    pieces, end = [], 0
    for found in pattern.finditer(words.translate(DIGITS)):
        pieces += [words[end : found.start()], instead]
        end = found.end()
    return "".join([*pieces, words[end:]])

"""People who call, and the one way to their personal values; without it secrecy would have no door to guard."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Date, ForeignKey, Select, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import companies
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.errors import NotFound
from hotline.phones import PhoneNumber


class Customer(Base):
    """A person who calls. Every personal value is sealed with `key`; without the key nobody can read them."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(200))
    name: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(8))
    slow: Mapped[bool] = mapped_column(default=False)  # speak slowly (ANS-11)
    known_since: Mapped[datetime]
    no_calls_at: Mapped[datetime | None]  # since when they do not want to be asked by telephone how it was (VIS-4)


class CustomerPhone(Base):
    """A number a customer calls from, found again by its blind index."""

    __tablename__ = "customer_phones"

    blind: Mapped[str] = mapped_column(String(64), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    number: Mapped[str] = mapped_column(Text)


class CustomerPlace(Base):
    """Where a company serves a customer, and until when the service agreement runs (FLT-4)."""

    __tablename__ = "customer_places"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    address: Mapped[str] = mapped_column(Text)
    agreement: Mapped[str | None] = mapped_column(String(40))
    agreement_ends: Mapped[date | None] = mapped_column(Date)


class NuisanceNumber(Base):
    """A number that a person flagged with a reason and a supervisor confirmed; it expires (ANS-12)."""

    __tablename__ = "nuisance_numbers"

    id: Mapped[int] = mapped_column(primary_key=True)
    blind: Mapped[str] = mapped_column(String(64), index=True)
    number: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    flagged_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    flagged_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime]


def with_number(act: Act, number: PhoneNumber) -> Customer:
    """The customer who calls from this number; a new one where nobody is known by it.

    Nobody erases the one who is known before this act is over.
    """
    shared = _known_by(act, number).with_for_update(read=True, key_share=True, of=Customer)
    known = act.session.scalar(shared, execution_options={"populate_existing": True})
    if known is not None and known.key is None:  # erased at this moment, and the number with them
        known = find(act, number)
    if known is not None:
        return known
    customer = Customer(key=act.sealer.new_key(), known_since=act.at, slow=False)
    act.session.add(customer)
    act.session.flush()
    sealed = act.sealer.seal_for(customer.key, number.e164)
    row = insert_new(act.session, CustomerPhone).values(
        blind=act.sealer.blind(number.e164), customer_id=customer.id, number=sealed
    )
    if act.session.scalar(row.returning(CustomerPhone.customer_id)) is not None:
        return customer
    act.session.delete(customer)  # the same number rang twice at once, and the other call was first
    act.session.flush()
    return with_number(act, number)


def find(act: Act, number: PhoneNumber) -> Customer | None:
    """The customer known by this number, or None."""
    return act.session.scalar(_known_by(act, number))


def get(act: Act, customer_id: int) -> Customer:
    """The customer with this id. Raises NotFound."""
    customer = act.session.get(Customer, customer_id)
    if customer is None:
        raise NotFound(f"there is no customer {customer_id}")
    act.held.add(customer)
    return customer


def locked(act: Act, customer_id: int) -> Customer:
    """The customer with this id, locked: before their calls and matters, as always. Raises NotFound."""
    customer = act.lock(Customer, customer_id)
    if customer is None:
        raise NotFound(f"there is no customer {customer_id}")
    return customer


def rename(act: Act, customer: Customer, name: str) -> None:
    """Keep a customer's name, sealed."""
    customer.name = act.sealer.seal_for(customer.key, name)


def erase(act: Act, customer: Customer) -> None:
    """Destroy the customer's key: what it sealed, in the records and in the log, nobody can read any more.

    The numbers and places go too, so that a call from the same number is a new customer's; and what was flagged of a
    number of theirs, which our own key would open (ANS-12).
    """
    customer.key = customer.name = None
    theirs = select(CustomerPhone.blind).where(CustomerPhone.customer_id == customer.id)
    flagged = delete(NuisanceNumber).where(NuisanceNumber.blind.in_(theirs))
    act.session.execute(flagged.execution_options(synchronize_session="fetch"))
    for table in (CustomerPhone, CustomerPlace):
        act.session.execute(
            delete(table).where(table.customer_id == customer.id).execution_options(synchronize_session="fetch")
        )
    act.remember("house", "customer-erased", customer=customer.id)


def settle_at(
    act: Act, customer: Customer, *, company_id: int, address: str, agreement: str | None, ends: date | None
) -> CustomerPlace:
    """Keep where a company serves the customer and until when."""
    place = CustomerPlace(
        customer_id=customer.id,
        company_id=company_id,
        address=act.sealer.seal_for(customer.key, address),
        agreement=agreement,
        agreement_ends=ends,
    )
    act.session.add(place)
    act.session.flush()
    return place


def place_with(act: Act, customer_id: int, company_id: int) -> CustomerPlace | None:
    """Where this company serves the customer; None when it does not know."""
    return act.session.scalar(
        select(CustomerPlace)
        .where(CustomerPlace.customer_id == customer_id, CustomerPlace.company_id == company_id)
        .order_by(CustomerPlace.id.desc())
    )


def agreement_ended(act: Act, place: CustomerPlace | None) -> bool:
    """Did a service agreement run out before today, by the company's own day (FLT-4)? Where none was made: no."""
    today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
    return place is not None and place.agreement_ends is not None and place.agreement_ends < today


def phone_of(act: Act, customer: Customer) -> PhoneNumber:
    """A number at which the customer is reached. Raises NotFound."""
    row = act.session.scalar(select(CustomerPhone).where(CustomerPhone.customer_id == customer.id).limit(1))
    if row is None:
        raise NotFound("no number of this customer is known")
    return PhoneNumber(act.sealer.open_for(customer.key, row.number))


def known_as(act: Act, customer: Customer) -> list[str]:
    """By what the customer is known in words: every number of theirs, abroad and at home, and the name; nothing of who
    was erased.
    """
    if customer.key is None:
        return []
    sealed = list(act.session.scalars(select(CustomerPhone.number).where(CustomerPhone.customer_id == customer.id)))
    numbers = [act.sealer.open_for(customer.key, one) for one in sealed]
    named = [act.sealer.open_for(customer.key, customer.name)] if customer.name else []
    return [*named, *(way for one in numbers for way in (one, PhoneNumber(one).national))]


def may_be_rung(act: Act, number: PhoneNumber, company_id: int) -> bool:
    """May this company ring and write to a number that anybody may have told it (SEC-5)?

    Only ordinary lines of its regions: neither those that earn whoever holds them money, nor our own, which would have
    us ring ourselves. What the carrier shows as a caller's number may be forged, and is no exception. The chosen
    standard stays.
    """
    company = act.session.get_one(Company, company_id)
    regions = act.standard_of(company.profile, company.overrides).callbacks.regions
    return number.is_ordinary_in(regions) and not companies.is_ours(act, number.e164)


def why_not_rung(act: Act, number: PhoneNumber, company_id: int) -> str | None:
    """Why this company does not ring a number: ours, abroad or special; None where it does. The standard stays."""
    if may_be_rung(act, number, company_id):
        return None
    if companies.is_ours(act, number.e164):
        return "ours"
    company = act.session.get_one(Company, company_id)
    regions = act.standard_of(company.profile, company.overrides).callbacks.regions
    return "special" if number.is_of(regions) else "abroad"


def is_nuisance(act: Act, number: PhoneNumber) -> bool:
    """Is this number refused now: flagged, confirmed by a supervisor, not expired (ANS-12)?"""
    return (
        act.session.scalar(
            select(NuisanceNumber.id).where(
                NuisanceNumber.blind == act.sealer.blind(number.e164),
                NuisanceNumber.confirmed_by.is_not(None),
                NuisanceNumber.expires_at > act.at,
            )
        )
        is not None
    )


def nuisances(act: Act) -> list[NuisanceNumber]:
    """Every flagged number that has not expired, newest first."""
    return list(
        act.session.scalars(
            select(NuisanceNumber).where(NuisanceNumber.expires_at > act.at).order_by(NuisanceNumber.id.desc())
        )
    )


def flag_nuisance(
    act: Act, number: PhoneNumber, *, reason: str, flagged_by: int, expires_at: datetime
) -> NuisanceNumber:
    """Flag a number; nothing is refused until a supervisor confirms."""
    row = NuisanceNumber(
        blind=act.sealer.blind(number.e164),
        number=act.sealer.seal(number.e164),
        reason=act.sealer.seal(reason),
        flagged_by=flagged_by,
        flagged_at=act.at,
        expires_at=expires_at,
    )
    act.session.add(row)
    act.session.flush()
    act.remember("house", "nuisance-flagged", nuisance=row.id, expires=expires_at.isoformat())
    return row


def confirm_nuisance(act: Act, nuisance_id: int, supervisor_id: int) -> None:
    """A supervisor confirms; from now on the number hears the polite refusal."""
    row = act.session.get(NuisanceNumber, nuisance_id)
    if row is None:
        raise NotFound(f"there is no flagged number {nuisance_id}")
    row.confirmed_by = supervisor_id
    act.remember("house", "nuisance-confirmed", nuisance=row.id, supervisor=supervisor_id)


def forget_expired(act: Act) -> None:
    """A number whose flag has expired is refused no more, and is known no more either (REC-5)."""
    act.session.execute(delete(NuisanceNumber).where(NuisanceNumber.expires_at <= act.at))


def _known_by(act: Act, number: PhoneNumber) -> Select[Customer]:
    query = select(Customer).join(CustomerPhone, CustomerPhone.customer_id == Customer.id)
    return query.where(CustomerPhone.blind == act.sealer.blind(number.e164))

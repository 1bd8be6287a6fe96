"""The group's companies, their departments and telephone numbers; without it a call would be nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, exists, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from hotline.db import Base
from hotline.domain.act import Act
from hotline.domain.webhooks import Webhook
from hotline.errors import Conflict, Invalid, NotFound


class Company(Base):
    """One company of the group: its names, its service standard's profile and what it changed of it."""

    __tablename__ = "companies"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    profile: Mapped[str] = mapped_column(String(32))
    overrides: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # prompts the company says in its own way
    # Is any system of the group told what happens? It comes with every company, so that `events` need not ask.
    is_listened_to: Mapped[bool] = column_property(select(exists().where(Webhook.ended_at.is_(None))).scalar_subquery())

    def name(self, language: str) -> str:
        """The name as it is spoken and shown in a language."""
        return self.name_zh if language.startswith("zh") else self.name_en


class CompanyNumber(Base):
    """A telephone number at which a company is called."""

    __tablename__ = "company_numbers"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)  # E.164; public, not personal
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)


class Department(Base):
    """A department of a company; complaints and repairs are addressed to it."""

    __tablename__ = "departments"
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))


def found(
    act: Act,
    *,
    code: str,
    name_zh: str,
    name_en: str,
    profile: str,
    numbers: list[str],
    overrides: Mapping[str, Any] | None = None,
) -> Company:
    """Take a company into the group with its public numbers (E.164).

    Raises Invalid when profile or overrides are wrong, Conflict when code or number is taken.
    """
    act.under(profile, overrides or {})
    if act.session.scalar(select(Company.id).where(Company.code == code)):
        raise Conflict(f"there is a company with the code {code} already")
    for number in numbers:
        if act.session.get(CompanyNumber, number):
            raise Conflict(f"the number {number} belongs to another company of the group already")
    company = Company(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        profile=profile,
        overrides=dict(overrides or {}),
        words={},
    )
    act.session.add(company)
    act.session.flush()
    act.session.add_all(CompanyNumber(number=number, company_id=company.id) for number in numbers)
    act.session.flush()
    act.remember("house", "company-founded", company=company.id, code=code, profile=profile, numbers=numbers)
    return company


def add_department(act: Act, company: Company, name: str) -> Department:
    """Give a company a department."""
    department = Department(company_id=company.id, name=name)
    act.session.add(department)
    act.session.flush()
    return department


def department(act: Act, department_id: int) -> Department:
    """The department with this id. Raises NotFound."""
    found = act.session.get(Department, department_id)
    if found is None:
        raise NotFound(f"there is no department {department_id}")
    return found


def called_at(act: Act, number: str) -> Company:
    """The company that is called at this public number. Raises NotFound."""
    company = act.session.scalar(
        select(Company)
        .join(CompanyNumber, CompanyNumber.company_id == Company.id)
        .where(CompanyNumber.number == number)
    )
    if company is None:
        raise NotFound(f"no company of the group is called at {number}: `hotline company add` gives a number one")
    return company


def get(act: Act, company_id: int) -> Company:
    """The company with this id, its standard chosen for the act. Raises NotFound."""
    company = act.session.get(Company, company_id)
    if company is None:
        raise NotFound(f"there is no company {company_id}")
    act.held.add(company)
    act.under(company.profile, company.overrides)
    return company


def listed(act: Act) -> list[Company]:
    """Every company of the group, in the order of their founding."""
    return list(act.session.scalars(select(Company).order_by(Company.id)))


def loading(act: Act) -> list[Company]:
    """Every company whose figures load: one whose own do not holds up no other."""
    return [one for one in listed(act) if _trouble(act, one) is None]


def not_loading(act: Act) -> list[Company]:
    """The others, which a page of the group names: what it shows is without them."""
    return [one for one in listed(act) if _trouble(act, one) is not None]


def troubles(act: Act) -> list[Invalid]:
    """What is wrong with the figures of companies that do not load; for whoever has to name it."""
    return [trouble for trouble in (_trouble(act, one) for one in listed(act)) if trouble is not None]


def _trouble(act: Act, company: Company) -> Invalid | None:
    try:
        act.standard_of(company.profile, company.overrides)
    except Invalid as error:
        return error
    return None


def group(act: Act) -> list[int]:
    """The ids of every company of the group."""
    return list(act.session.scalars(select(Company.id).order_by(Company.id)))


def coded(act: Act, code: str) -> Company:
    """The company with this code, its standard chosen for the act. Raises NotFound naming those there are."""
    company = act.session.scalar(select(Company).where(Company.code == code))
    if company is None:
        known = ", ".join(one.code for one in listed(act)) or "none yet"
        raise NotFound(f"no company has the code {code}; there are: {known}")
    return get(act, company.id)


def numbers_of(act: Act, company: Company) -> list[str]:
    """Every public number of a company."""
    query = select(CompanyNumber.number).where(CompanyNumber.company_id == company.id).order_by(CompanyNumber.number)
    return list(act.session.scalars(query))


def is_ours(act: Act, number: str) -> bool:
    """Is this a public number of any company of the group?"""
    return act.session.scalar(select(CompanyNumber.number).where(CompanyNumber.number == number)) is not None


def number_of(act: Act, company: Company) -> str:
    """The public number a company calls from. Raises NotFound when it has none."""
    number = act.session.scalar(
        select(CompanyNumber.number).where(CompanyNumber.company_id == company.id).order_by(CompanyNumber.number)
    )
    if number is None:
        raise NotFound(f"{company.code} has no telephone number: `hotline company add --number` gives one")
    return number

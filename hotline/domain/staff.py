"""People, roles, who may do what, and who is on duty; without it nobody would answer for anything (PPL-1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.db import Base
from hotline.domain import absences, companies, log_ins
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.errors import Conflict, Invalid, NotFound
from hotline.phones import PhoneNumber


class Role(StrEnum):
    """What a person is to the hotline."""

    AGENT = "agent"
    ENGINEER = "engineer"
    DEPARTMENT_HEAD = "department_head"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    GENERAL_MANAGER = "general_manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


# Who may answer for a matter; whoever else there is has no desk to see it at.
ANSWERS = (Role.AGENT, Role.DEPARTMENT_HEAD, Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER)


class Duty(StrEnum):
    """What a person is on duty for in a shift."""

    FRONT = "front"  # answers the hotline
    REPAIR = "repair"
    SECURITY = "security"
    LEAD = "lead"  # duty leader


class Staff(Base):
    """A member of staff. The telephone is sealed; `phone_blind` finds the person who rings in from it."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    name: Mapped[str] = mapped_column(String(80))
    agent_number: Mapped[str] = mapped_column(String(8))
    login: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(200))
    phone_blind: Mapped[str | None] = mapped_column(String(64), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    left_by_id: Mapped[int | None]  # of whoever left, who let them go; None: a command on the machine
    session_epoch: Mapped[int] = mapped_column(default=0)  # raised to end every open log-in at once
    roles: Mapped[list[StaffRole]] = relationship(lazy="selectin", order_by="StaffRole.role")

    def has(self, *roles: Role) -> bool:
        """Does this person hold one of these roles?"""
        return any(held.role in roles for held in self.roles)


class StaffRole(Base):
    """A role that a person holds."""

    __tablename__ = "staff_roles"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(24), primary_key=True)


class Shift(Base):
    """A span of the roster: who is on duty, for what, from when to when."""

    __tablename__ = "shifts"
    __table_args__ = (
        Index("ix_shifts_on_duty", "company_id", "duty", "starts_at", "ends_at"),
        UniqueConstraint("staff_id", "duty", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    duty: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


def hire(
    act: Act,
    company: Company,
    *,
    name: str,
    login: str,
    roles: Iterable[Role],
    agent_number: str,
    phone: PhoneNumber | None = None,
    password_hash: str | None = None,
    department_id: int | None = None,
) -> Staff:
    """Take a person on. Raises Conflict when the log-in is taken."""
    if act.session.scalar(select(Staff.id).where(Staff.login == login)):
        raise Conflict(f"the log-in {login} is taken; choose another")
    person = Staff(
        company_id=company.id,
        department_id=department_id,
        name=name,
        login=login,
        agent_number=agent_number,
        password_hash=password_hash,
        phone=act.sealer.seal(phone.e164) if phone else None,
        phone_blind=act.sealer.blind(phone.e164) if phone else None,
        roles=[StaffRole(role=role) for role in sorted(set(roles))],
    )
    act.session.add(person)
    act.session.flush()
    act.remember("house", "staff-hired", staff=person.id, company=company.id, roles=[r.role for r in person.roles])
    return person


def set_password(act: Act, person: Staff, password_hash: str) -> None:
    """Give a person another password; every open log-in of theirs ends."""
    person.password_hash = password_hash
    log_out(act, person)
    act.remember("house", "password-set", staff=person.id)


def set_phone(act: Act, person: Staff, phone: PhoneNumber) -> None:
    """Ring a person at this number from now on."""
    person.phone, person.phone_blind = act.sealer.seal(phone.e164), act.sealer.blind(phone.e164)
    act.remember("house", "phone-set", staff=person.id)


def roster(act: Act, person: Staff, duty: Duty, starts_at: datetime, ends_at: datetime) -> Shift:
    """Put a person on the roster. Raises Invalid for a shift that ends before it begins, Conflict for who is away."""
    if ends_at <= starts_at:
        raise Invalid("a shift ends after it begins")
    if not person.active or any(
        leave.starts_at < ends_at and leave.ends_at > starts_at for leave in absences.ahead(act, person.id)
    ):
        raise Conflict(f"{person.login} is on leave then, or does not work here any more: choose somebody else")
    shift = Shift(staff_id=person.id, company_id=person.company_id, duty=duty, starts_at=starts_at, ends_at=ends_at)
    act.session.add(shift)
    act.session.flush()
    return shift


def off_roster(act: Act, person: Staff, since: datetime, until: datetime | None = None) -> None:
    """Nobody counts on a person in this span: shifts within it are struck, others cut; None: for good."""
    query = select(Shift).where(Shift.staff_id == person.id, Shift.ends_at > since)
    for shift in act.session.scalars(query if until is None else query.where(Shift.starts_at < until)).all():
        starts_at, ends_at = shift.starts_at, shift.ends_at
        if starts_at < since:
            shift.ends_at = since
        else:
            act.session.delete(shift)
            act.session.flush()
        if until is not None and ends_at > until:
            rest = Shift(
                staff_id=person.id, company_id=shift.company_id, duty=shift.duty, starts_at=until, ends_at=ends_at
            )
            act.session.add(rest)


def log_out(act: Act, person: Staff) -> None:
    """Every open log-in of a person ends."""
    person.session_epoch += 1
    log_ins.end_all(act, person.id)


def get(act: Act, staff_id: int) -> Staff:
    """The person with this id. Raises NotFound."""
    person = act.session.get(Staff, staff_id)
    if person is None:
        raise NotFound(f"there is no member of staff {staff_id}")
    act.held.add(person)
    return person


def locked(act: Act, staff_id: int) -> Staff:
    """The person with this id, locked: nobody gets a matter from now on who is about to leave. Raises NotFound."""
    get(act, staff_id)
    return act.session.get_one(Staff, staff_id, with_for_update=True, populate_existing=True)


def by_phone(act: Act, number: PhoneNumber) -> Staff | None:
    """Who of the staff rings from this number; None for a customer."""
    return act.session.scalar(
        select(Staff).where(Staff.phone_blind == act.sealer.blind(number.e164), Staff.active).order_by(Staff.id)
    )


def phone_of(act: Act, person: Staff) -> PhoneNumber:
    """The number at which a person is rung. Raises NotFound when there is none."""
    if person.phone is None:
        raise NotFound(f"no telephone number is kept for {person.login}")
    return PhoneNumber(act.sealer.open(person.phone))


def on_duty(act: Act, company_id: int, duty: Duty) -> list[Staff]:
    """Who is on duty for this now, who began first at the head; backups of the same duty follow."""
    query = (
        select(Staff)
        .join(Shift, Shift.staff_id == Staff.id)
        .where(
            Shift.company_id == company_id,
            Shift.duty == duty,
            Shift.starts_at <= act.at,
            Shift.ends_at > act.at,
        )
        .where(Staff.active)
        .order_by(Shift.starts_at, Shift.id)
    )
    return list(dict.fromkeys(act.session.scalars(query)))


def from_level(act: Act, company_id: int, role: str) -> list[Role]:
    """A role and those that stand above it in this company, lowest first; for a role off the ladder all of it (OWN-6).

    The company's standard is chosen for the act.
    """
    companies.get(act, company_id)
    ladder = [Role(level) for level in act.standard.ownership.ladder if level.value != Role.AGENT]
    return ladder[ladder.index(Role(role)) :] if role in ladder else [Role(role), *ladder]


def up_the_ladder(act: Act, company_id: int) -> list[Staff]:
    """Everybody above the agents of a company, level by level: supervisor, manager, general manager (OWN-6).

    Whoever is on leave is passed over, unless all of them are.
    """
    levels = from_level(act, company_id, Role.AGENT)[1:]
    everybody = [person for role in levels for person in holding(act, company_id, role)]
    away = absences.away(act)
    return [person for person in everybody if person.id not in away] or everybody


def told(act: Act, company_id: int, role: str) -> list[Staff]:
    """Who is told what concerns a role: those who hold it; where nobody does, the next level above (OWN-6).

    Where nobody stands above either, whoever stands highest: what went wrong is never told to nobody. Whoever has no
    telephone cannot be told.
    """
    people = _reached(holding(act, company_id, role))
    if people:
        return people
    above = from_level(act, company_id, role)[1:]
    levels = [*above, *reversed(from_level(act, company_id, Role.AGENT))]
    return next((people for level in levels if (people := _reached(holding(act, company_id, level)))), [])


def _reached(people: list[Staff]) -> list[Staff]:
    return [person for person in people if person.phone is not None]


def holding(act: Act, company_id: int, role: Role | str) -> list[Staff]:
    """Everybody of a company who holds a role."""
    query = (
        select(Staff)
        .join(StaffRole, StaffRole.staff_id == Staff.id)
        .where(Staff.company_id == company_id, StaffRole.role == role, Staff.active)
        .order_by(Staff.id)
    )
    return list(act.session.scalars(query))


def answerable(act: Act, company_id: int, *, but: int | None = None) -> Staff:
    """Who answers for a call before a person took it: the duty agent, else up the ladder (OWN-1).

    `but`: whom it is about, who answers where there is nobody else. Raises NotFound when a company has neither: it
    cannot take calls.
    """
    people = [*on_duty(act, company_id, Duty.FRONT), *up_the_ladder(act, company_id)]
    for person in sorted(people, key=lambda one: one.id == but):
        return person
    raise NotFound("nobody answers for this company's calls: give it a supervisor or put an agent on duty")


def answering(act: Act, company_id: int, staff_id: int) -> int:
    """This member of staff, or whoever answers for the company where they left meanwhile (OWN-1)."""
    return staff_id if stays(act, staff_id) else answerable(act, company_id).id


def stays(act: Act, staff_id: int) -> bool:
    """Does this person work here, and until this act is over? Whoever is given a matter cannot leave meanwhile."""
    query = select(Staff.active).where(Staff.id == staff_id).with_for_update(read=True)
    return bool(act.session.scalar(query))

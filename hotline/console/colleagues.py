"""Whom I can ask into a call, and what they are doing; without it an agent would ring people who are on a break."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from hotline.console import asking, people
from hotline.domain.act import Act
from hotline.domain.seats import Seat, Status
from hotline.domain.staff import Role, Staff, StaffRole

_ORDER = (Status.FREE, Status.WRAP_UP, Status.BREAK, Status.AWAY, Status.OFF, Status.BUSY)


@dataclass(frozen=True)
class Colleague:
    """Somebody who could be asked, and their status at the desk."""

    id: int
    name: str
    status: str


def groups(
    act: Act, person: Staff, roles: Collection[Role], *, without: Collection[int] = ()
) -> list[tuple[str, list[Colleague]]]:
    """By company, my own first, who is free first: everybody with one of these roles but me and `without`."""
    query = (
        select(Staff.company_id, Staff.id, Staff.name, Staff.agent_number, Seat.status)
        .outerjoin(Seat, Seat.staff_id == Staff.id)
        .where(Staff.active, Staff.id.in_(select(StaffRole.staff_id).where(StaffRole.role.in_(roles))))
        .where(Staff.id.not_in({person.id, *without}))
        .order_by(Staff.company_id != person.company_id, Staff.company_id, Staff.agent_number)
    )
    found: dict[int, list[Colleague]] = {}
    for row in act.session.execute(query):
        known = Colleague(row.id, f"{row.name} {row.agent_number}", row.status or Status.OFF)
        found.setdefault(row.company_id, []).append(known)
    companies = people.companies_by_id(act)
    return [
        (companies[id_].name(asking.language()), sorted(them, key=lambda one: _ORDER.index(Status(one.status))))
        for id_, them in found.items()
    ]

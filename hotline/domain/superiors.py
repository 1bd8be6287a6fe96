"""Who stands above whom; without it a colleague could judge a colleague, or an agent those who watch them (PPL-2)."""

from __future__ import annotations

from collections.abc import Sequence

from hotline.domain import staff
from hotline.domain.act import Act
from hotline.domain.staff import Role, Staff


def stands_above(act: Act, person: Staff, other: Staff) -> bool:
    """Does this person stand above the other on the ladder of their company (OWN-6)?

    Above who keeps the registers, or looks into them, nobody does. The company's standard is chosen.
    """
    levels = staff.from_level(act, other.company_id, Role.AGENT)
    apart = other.has(Role.ADMINISTRATOR, Role.AUDITOR)
    return person.company_id == other.company_id and not apart and _place(person, levels) > _place(other, levels)


def may_undo(act: Act, person: Staff, writer_id: int) -> bool:
    """May this person take back what another wrote of somebody below both? Their own, and nothing of who stands higher.

    The company's standard is chosen.
    """
    levels = staff.from_level(act, person.company_id, Role.AGENT)
    return person.id == writer_id or _place(person, levels) >= _place(staff.get(act, writer_id), levels)


def _place(person: Staff, levels: Sequence[Role]) -> int:
    return max((place for place, level in enumerate(levels) if person.has(level)), default=0)

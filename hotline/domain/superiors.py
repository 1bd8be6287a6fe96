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


def may_take_back(act: Act, person: Staff, other: Staff) -> bool:
    """May this person take somebody on again who left: not from below whoever let them go.

    An administrator let go who was let go by one, or by a command on the machine. The company's standard is chosen.
    """
    if other.active or person.has(Role.ADMINISTRATOR):
        return True
    let_go_by = other.left_by_id
    if let_go_by is None or staff.get(act, let_go_by).has(Role.ADMINISTRATOR):
        return False
    return may_undo(act, person, let_go_by)


def _place(person: Staff, levels: Sequence[Role]) -> int:
    return max((place for place, level in enumerate(levels) if person.has(level)), default=0)

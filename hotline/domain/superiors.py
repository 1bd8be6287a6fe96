"""Who stands above whom; without it a colleague could judge a colleague, or an agent those who watch them (PPL-2)."""

from __future__ import annotations

from hotline.domain import staff
from hotline.domain.act import Act
from hotline.domain.staff import Role, Staff


def stands_above(act: Act, person: Staff, other: Staff) -> bool:
    """Does this person stand above the other on the ladder of their company (OWN-6)?

    Above who keeps the registers, or looks into them, nobody does. The company's standard is chosen.
    """
    levels = staff.from_level(act, other.company_id, Role.AGENT)
    highest = max((place for place, level in enumerate(levels) if other.has(level)), default=0)
    apart = other.has(Role.ADMINISTRATOR, Role.AUDITOR)
    return person.company_id == other.company_id and not apart and person.has(*levels[highest + 1 :])

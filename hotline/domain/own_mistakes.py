"""Mistakes that people report of themselves; where nobody could, or it did them harm, all would be hidden (PPL-5)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import cases, notices, staff, superiors
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.occasions import Occasion
from hotline.domain.staff import Role, Staff
from hotline.errors import Conflict, Invalid, NotFound, Refused

TELLS = "own-mistake"  # a key of prompts/


class OwnMistake(Base):
    """What somebody did wrong in a case and said themselves; sealed as everything that is told in that case."""

    __tablename__ = "own_mistakes"

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    what: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


def report(act: Act, person: Staff, case: Case, what: str) -> OwnMistake:
    """A person says what they did wrong in a case; the supervisors are told (PPL-5). Raises Invalid for no words."""
    if not what.strip():
        raise Invalid("say what went wrong")
    mistake = OwnMistake(
        company_id=person.company_id, staff_id=person.id, case_id=case.id, at=act.at,
        what=cases.seal(act, case, what.strip()),
    )  # fmt: skip
    act.session.add(mistake)
    act.session.flush()
    act.remember(case.chain, "own-mistake-reported", mistake=mistake.id, staff=person.id)
    # Each by themselves: the groups that robots write to are no place for it.
    for one in notices.people(act, case, Role.SUPERVISOR):
        if one.id != person.id:
            notices.tell(act, one, Occasion(case, TELLS, str(mistake.id)))
    return mistake


def get(act: Act, mistake_id: int) -> OwnMistake:
    """What somebody reported of themselves, locked. Raises NotFound."""
    mistake = act.lock(OwnMistake, mistake_id)
    if mistake is None:
        raise NotFound(f"there is no report {mistake_id}")
    return mistake


def see(act: Act, mistake: OwnMistake, by: Staff) -> None:
    """Who stands above has seen it. Raises Refused for others, Conflict where it was seen."""
    if not superiors.stands_above(act, by, staff.get(act, mistake.staff_id)):
        raise Refused("only who stands above in the company says that it was seen")
    if mistake.seen_at is not None:
        raise Conflict("it was seen already")
    mistake.seen_at, mistake.seen_by_id = act.at, by.id
    act.remember(f"case:{mistake.case_id}", "own-mistake-seen", mistake=mistake.id, by=by.id)


def listed(act: Act, staff_ids: Collection[int], *, before: int | None = None, most: int) -> list[OwnMistake]:
    """What these people reported of themselves, the newest first; `before`: the last of the page before."""
    query = select(OwnMistake).where(OwnMistake.staff_id.in_(staff_ids)).order_by(OwnMistake.id.desc()).limit(most)
    return list(act.session.scalars(query if before is None else query.where(OwnMistake.id < before)))


def counted(act: Act, staff_ids: Collection[int]) -> dict[int, int]:
    """How many each of these people reported: what speaks for them, beside what is registered of them."""
    query = select(OwnMistake.staff_id, func.count()).where(OwnMistake.staff_id.in_(staff_ids))
    return {row[0]: row[1] for row in act.session.execute(query.group_by(OwnMistake.staff_id))}


def words_of(act: Act, mistake: OwnMistake) -> str | None:
    """What was said; None where the customer was erased since, and with them what was told."""
    try:
        return cases.unseal(act, act.session.get_one(Case, mistake.case_id), mistake.what)
    except NotFound:
        return None

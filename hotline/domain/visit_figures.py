"""How many customers were asked afterwards, of those who had to be; without it nobody would see who is not (VIS-1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from hotline.domain import owed_calls, promises
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.promises import Promise
from hotline.domain.visits import COMPLAINT, State, Visit

# The rules of the standard and what counts under each: a complainant is visited by CMP-8, which is VIS-2 as well.
RULES = {"VIS-1": ("VIS-1.repair",), "VIS-2": (COMPLAINT, "VIS-2.complaint"), "VIS-3": ("VIS-3.visitor",)}
_AWAITED = (State.OWED, State.UNREACHED)


@dataclass(frozen=True)
class Coverage:
    """What became of the visits that fell due by one rule. Whoever refused is in `refused` alone: they are not owed."""

    rule_id: str
    made: int = 0
    refused: int = 0
    unreached: int = 0
    open: int = 0
    unhappy: int = 0  # of those made: not mended, or a bad mark
    marks: int = 0  # given
    points: int = 0  # their sum
    to_sign: int = 0  # with something in it that the department has to sign for
    signed: int = 0  # of those

    @property
    def owed(self) -> int:
        """How many had to be made."""
        return self.made + self.unreached + self.open

    @property
    def share(self) -> float | None:
        """Made of owed, 0 to 1; None where none was owed."""
        return self.made / self.owed if self.owed else None

    @property
    def mark(self) -> float | None:
        """The mark on average, by the profile's scale; None where none was given."""
        return self.points / self.marks if self.marks else None


def coverage(
    act: Act,
    company_ids: Collection[int],
    since: datetime,
    until: datetime,
    *,
    but: Collection[int] | Select[int] = (),
) -> list[Coverage]:
    """For each rule what became of the visits that these companies came to owe from an instant to before another.

    `but`: cases of which nothing is counted.
    """
    unhappy = func.sum(case((Visit.reopened, 1), else_=0))
    given = (unhappy, func.count(Visit.mark), func.sum(Visit.mark))
    signing = (func.count(Visit.to_sign_at), func.count(Visit.signed_at))
    query = select(Visit.rule, Visit.state, func.count(), *given, *signing)
    query = query.where(Visit.company_id.in_(company_ids), Visit.owed_at >= since, Visit.owed_at < until)
    query = query.where(Visit.case_id.not_in(but))
    found: dict[str, Counter[str]] = {rule_id: Counter() for rule_id in RULES}
    rows = act.session.execute(query.group_by(Visit.rule, Visit.state))
    for rule, state, many, again, marks, points, to_sign, signed in rows:
        rule_id = next((one for one, rules in RULES.items() if rule in rules), None)
        if rule_id is not None:
            name = "open" if state == State.OWED else str(state)
            found[rule_id].update({name: many, "unhappy": again, "marks": marks, "points": points or 0})
            found[rule_id].update({"to_sign": to_sign, "signed": signed})
    return [Coverage(rule_id, **counted) for rule_id, counted in found.items()]


def awaited(
    act: Act, company_id: int | None, *, within: ColumnElement[bool], most: int
) -> list[tuple[Visit, Case, Promise | None]]:
    """The visits that are still to be made, with the promise, what falls due first at the head.

    `company_id`: of the company that has the matter, or of the group; `within`: which matters the reader may know of.
    """
    owed = and_(Promise.case_id == Visit.case_id, Promise.rule == Visit.rule, promises.OWED)
    query = select(Visit, Case, Promise).join(Case, Case.id == Visit.case_id).outerjoin(Promise, owed)
    query = query.where(Visit.state.in_(_AWAITED), within)
    if company_id is not None:
        query = query.where(Case.company_id == company_id)
    rows = act.session.execute(query.order_by(Promise.due_at, Visit.id).limit(most))
    return [(visit, matter, promise) for visit, matter, promise in rows]


def unrung(act: Act, visits: Iterable[Visit]) -> set[int]:
    """Which of these visits, by id, are owed while no call to the customer begins by itself: somebody called it off."""
    owed = [one for one in visits if one.state == State.OWED]
    rung_about = owed_calls.rung_about(act, {one.case_id for one in owed})
    return {one.id for one in owed if (one.case_id, one.rule) not in rung_about}


def over(
    act: Act, company_id: int | None, *, within: ColumnElement[bool], before: int | None, most: int
) -> list[tuple[Visit, Case]]:
    """The visits that were made or refused, newest first; `before` is the last of the page before."""
    query = select(Visit, Case).join(Case, Case.id == Visit.case_id).where(Visit.state.not_in(_AWAITED), within)
    if company_id is not None:
        query = query.where(Case.company_id == company_id)
    if before is not None:
        query = query.where(Visit.id < before)
    return [(visit, matter) for visit, matter in act.session.execute(query.order_by(Visit.id.desc()).limit(most))]

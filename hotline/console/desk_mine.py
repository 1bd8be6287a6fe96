"""What I owe, by what falls due first: open matters and promises; without it a deadline would be found in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from hotline.console import discretion
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.promises import OWED, Promise
from hotline.domain.staff import Staff
from hotline.papers import called
from hotline.standard.rules import Standard

_SHOWN = 12


@dataclass(frozen=True)
class Mine:
    """`cases` with the next deadline of each, `promises` with the number of theirs; `more_`: how many are not shown."""

    cases: list[tuple[Case, datetime | None]]
    more_cases: int
    promises: list[tuple[Promise, str]]
    more_promises: int
    standards: Mapping[int, Standard]


def of(act: Act, person: Staff) -> Mine:
    """What this colleague answers for, what falls due first at the head; what was promised and not done before it."""
    due = select(Promise.case_id, func.min(Promise.due_at).label("at")).where(OWED).group_by(Promise.case_id).subquery()
    known_to_me = discretion.cases(person)
    my_cases = (Case.owner_id == person.id, Case.state == "open", known_to_me)
    mine = select(Case, due.c.at).outerjoin(due, due.c.case_id == Case.id).where(*my_cases)
    mine = mine.order_by(due.c.at.is_(None), due.c.at, Case.id).limit(_SHOWN)
    my_promises = (Case.owner_id == person.id, OWED, known_to_me)
    owed = select(Promise, Case.number).join(Case, Case.id == Promise.case_id).where(*my_promises)
    owed = owed.order_by(Promise.due_at, Promise.id).limit(_SHOWN)
    counted = select(func.count(Promise.id)).join(Case, Case.id == Promise.case_id)
    return Mine(
        cases=[(case, at) for case, at in act.session.execute(mine)],
        more_cases=_more(act, select(func.count(Case.id)).where(*my_cases)),
        promises=[(promise, number) for promise, number in act.session.execute(owed)],
        more_promises=_more(act, counted.where(*my_promises)),
        standards=called.Standards(act),
    )


def _more(act: Act, counted: Select[int]) -> int:
    return max(0, (act.session.scalar(counted) or 0) - _SHOWN)

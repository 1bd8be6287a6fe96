"""What is owed by telephone and what is over, in order, for a page; without it nobody would see who waits (CBK-1)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, not_, select, tuple_

from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.owed_calls import Attempt, Callback, State


def listed(act: Act, company_id: int | None, *, within: ColumnElement[bool], most: int) -> list[tuple[Callback, Case]]:
    """What is owed, what goes on or begins next first, then what waits for a person.

    `company_id`: of the company that has the matter, or of the group; `within`: which matters the reader may know of.
    """
    goes_on = exists().where(Attempt.callback_id == Callback.id, Attempt.ended_at.is_(None))
    query = _shown(company_id, within).where(Callback.state == State.OPEN).limit(most)
    query = query.order_by(not_(goes_on), Callback.next_at.is_(None), Callback.next_at, Callback.id)
    return [(callback, case) for callback, case in act.session.execute(query)]


def over(
    act: Act, company_id: int | None, *, within: ColumnElement[bool], before: int | None = None, most: int
) -> list[tuple[Callback, Case]]:
    """What is not owed any more, the newest first; `before`: the last callback of the page before, by its id.

    One that is not of this list is none to go on behind: its place in it would tell when it was over.
    """
    query = _shown(company_id, within).where(Callback.ended_at.is_not(None))
    mark = act.session.scalar(query.where(Callback.id == before)) if before is not None else None
    if mark is not None:
        query = query.where(tuple_(Callback.ended_at, Callback.id) < tuple_(mark.ended_at, mark.id))
    query = query.order_by(Callback.ended_at.desc(), Callback.id.desc()).limit(most)
    return [(callback, case) for callback, case in act.session.execute(query)]


def _shown(company_id: int | None, within: ColumnElement[bool]) -> Select[Callback, Case]:
    query = select(Callback, Case).join(Case, Case.id == Callback.case_id).where(within)
    return query if company_id is None else query.where(Case.company_id == company_id)

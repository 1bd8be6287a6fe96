"""What was tried in vain and waits for a person; without it whatever failed once would be lost in silence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, not_, select

from hotline.domain import cases, robots
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import Conflict, Invalid, NotFound

# Whoever hangs up while something is done to the call leaves such an entry; what follows from it was done.
_HAD_ENDED = ("gone", "already-ended")
# Of an entry: whose it is, by its case, its call, or by itself; of nobody's, what concerns the platform alone.
company_id: ColumnElement[int | None] = func.coalesce(
    Case.company_id, Call.company_id, OutboxEntry.about["company"].as_integer()
)


class Letter(NamedTuple):
    """An entry that failed, with its case and its company where it has them."""

    entry: OutboxEntry
    case: Case | None
    company_id: int | None


def found(
    act: Act, *where: ColumnElement[bool], before: int | None = None, entry_id: int | None = None, most: int
) -> list[Letter]:
    """What failed, the newest first, or one of it; `where` may ask of its `Case`, its `Call` and its `company_id`."""
    query = _failed(select(OutboxEntry, Case, company_id), where).order_by(OutboxEntry.id.desc()).limit(most)
    if entry_id is not None:
        query = query.where(OutboxEntry.id == entry_id)
    if before is not None:
        query = query.where(OutboxEntry.id < before)
    return [Letter(*row) for row in act.session.execute(query)]


def count(act: Act, *where: ColumnElement[bool]) -> int:
    """How many failed and wait for a person."""
    return int(act.session.scalar(_failed(select(func.count(OutboxEntry.id)), where)) or 0)


def try_again(act: Act, entry_id: int, why: str) -> None:
    """It is due again, as if it had never been tried. What may have been done is looked for first, as ever (rule 3).

    Raises NotFound, Conflict where it did not fail or somebody was first, Invalid without a reason.
    """
    entry = _taken(act, entry_id, why)
    entry.state, entry.due_at, entry.failures, entry.settled_at = State.DUE, act.at, 0, None
    act.owes_now = True
    _remember(act, entry, "outbox-retried", why)


def give_up(act: Act, entry_id: int, why: str) -> None:
    """It is not tried again. What follows from its failing was done when it failed. Raises as `try_again` does."""
    entry = _taken(act, entry_id, why)
    entry.state, entry.settled_at = State.ABANDONED, act.at
    _remember(act, entry, "outbox-abandoned", why)


def _failed(query: Any, where: Sequence[ColumnElement[bool]]) -> Any:
    joined = query.outerjoin(Case, Case.id == OutboxEntry.case_id)
    joined = joined.outerjoin(Call, Call.id == OutboxEntry.about["call"].as_integer())
    return joined.where(OutboxEntry.state == State.FAILED, _is_left(), *where)


def _is_left() -> ColumnElement[bool]:
    """Is there anything to decide? What a robot could not say its people were told; what had ended is there no more."""
    problem = func.coalesce(OutboxEntry.problem, "")
    return and_(OutboxEntry.kind != robots.TELLS, *(not_(problem.startswith(word)) for word in _HAD_ENDED))


def _taken(act: Act, entry_id: int, why: str) -> OutboxEntry:
    if not why.strip():
        raise Invalid("say why: it stands in the log")
    entry = act.session.get(OutboxEntry, entry_id, with_for_update=True, populate_existing=True)
    if entry is None:
        raise NotFound(f"nothing is owed under {entry_id}: `hotline outbox list` shows what is")
    if entry.state != State.FAILED:
        raise Conflict(f"{entry_id} is {entry.state}: only what failed is tried again or given up")
    return entry


def _remember(act: Act, entry: OutboxEntry, kind: str, why: str) -> None:
    """The reason is free text: sealed, and with the customer's key where the matter has a customer."""
    case = None if entry.case_id is None else cases.get(act, entry.case_id)
    reason = act.sealer.seal(why.strip()) if case is None else cases.seal(act, case, why.strip())
    chain = "house" if case is None else case.chain
    act.remember(chain, kind, entry=entry.id, what=entry.kind, reason=reason)

"""What was promised in a test, and whom the clock told; without it each test of promises would find its own way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hotline.domain import cases, companies, promise_looks, promises
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.notices import Notice
from hotline.domain.promises import Promise, Verdict
from hotline.runtime import Runtime


def mine(act: Act, case: Case) -> Case:
    """The case in this act, its company's standard chosen."""
    row = cases.get(act, case.id)
    companies.get(act, row.company_id)
    return row


def promise(
    runtime: Runtime, case: Case, rule: str, *, since: datetime | None = None, until: datetime | None = None
) -> Promise:
    """Something is promised in the case."""
    with runtime.act(COMMAND) as act:
        return promises.make(act, rule, mine(act, case), since=since, until=until)


def done(runtime: Runtime, case: Case, rule: str) -> None:
    """What a rule promised is done."""
    with runtime.act(COMMAND) as act:
        promises.done(act, rule, mine(act, case))


def look(runtime: Runtime, *ids: int) -> int:
    """The clock looks at these promises; how many were due."""
    with runtime.act(CLOCK) as act:
        return promise_looks.look(act, ids)


def row(runtime: Runtime, made: Promise) -> Promise:
    """The promise as it stands."""
    with runtime.look(COMMAND) as act:
        return act.session.get_one(Promise, made.id)


def verdict(runtime: Runtime, case: Case) -> list[Verdict]:
    """What became of each promise of the case."""
    with runtime.look(COMMAND) as act:
        return [Verdict(one.verdict) for one in promises.of_case(act, case.id)]


def notices(runtime: Runtime) -> list[Notice]:
    """Whom anybody was told of anything, in order."""
    with runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(Notice).order_by(Notice.id)))


def told(runtime: Runtime) -> list[tuple[int, str]]:
    """Who was told what, in order."""
    return [(one.staff_id, one.text) for one in notices(runtime)]

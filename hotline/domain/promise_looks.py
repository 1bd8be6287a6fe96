"""The clock's look at what was promised; without it no deadline would be noticed and nobody told (design rule 7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from hotline.domain import cases, companies, notice_batches
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.notice_batches import Telling
from hotline.domain.promises import ESCALATION, JUDGING, WARNING, Promise, Verdict
from hotline.standard.calendar import Calendar
from hotline.standard.kinds import Channel, Role
from hotline.standard.rules import PromiseRule

DUE_SOON, BROKEN = "promise-due-soon", "promise-broken"  # texts that tell of a promise


def waiting(act: Act) -> dict[int, datetime]:
    """The companies with a promise to look at now, and since when the first of them waits; the longest wait first."""
    first = select(func.min(Promise.look_at)).where(Promise.company_id == Company.id).scalar_subquery()
    query = select(Company.id, first.label("since")).where(first <= act.at).order_by(first, Company.id)
    return {row.id: row.since for row in act.session.execute(query)}


def due_looks(act: Act, company_id: int, *, most: int) -> list[int]:
    """A company's promises to look at now, oldest first, at most so many; their cases are locked.

    What another act holds is passed over: several clocks share the work, and a webhook's case is looked at next time.
    """
    query = (
        select(Promise.id)
        .join(Case, Case.id == Promise.case_id)
        .where(Promise.company_id == company_id, Promise.look_at <= act.at)
        .order_by(Promise.look_at, Promise.id)
        .limit(most)
        .with_for_update(of=Case, skip_locked=True)
    )
    return list(act.session.scalars(query))


def look(act: Act, ids: Collection[int]) -> int:
    """Do for each promise whatever is due by now, in order: warn, judge, each step of escalation; how many were due.

    The verdict counts from the deadline, however late it is found; of a deadline that is over nobody is warned. The
    case is locked before its promise, as everywhere: who does what was promised holds the case already.
    """
    matters = (
        select(Case)
        .join(Promise, Promise.case_id == Case.id)
        .where(Promise.id.in_(ids))
        .order_by(Case.id)
        .with_for_update(of=Case, skip_locked=True)
    )
    held = {case.id: case for case in act.session.scalars(matters.execution_options(populate_existing=True))}
    due = (
        select(Promise)
        .where(Promise.id.in_(ids), Promise.case_id.in_(held), Promise.look_at <= act.at)
        .order_by(Promise.look_at, Promise.id)
        .with_for_update()
    )
    found = act.session.scalars(due.execution_options(populate_existing=True)).all()
    tellings: list[Telling] = []
    for company_id in dict.fromkeys(promise.company_id for promise in found):
        companies.get(act, company_id)
        for promise in found:
            if promise.company_id == company_id:
                tellings += _look(act, promise, held[promise.case_id])
    notice_batches.tell_all(act, tellings)
    return len(found)


def tell(act: Act, promise: Promise, role: Role, *, why: str, by_call: bool = False) -> None:
    """Tell a promise's owner, or the company's people in a role, about it: once, whatever tells them again (OWN-6)."""
    companies.get(act, promise.company_id)
    case, rule = cases.get(act, promise.case_id), act.standard.promise(promise.rule)
    notice_batches.tell_all(act, [_telling(promise, case, rule, role, why, by_call=by_call)])


def _look(act: Act, promise: Promise, case: Case) -> list[Telling]:
    """What is due by now; whom it tells."""
    rule, calendar = act.standard.promise(promise.rule), act.standard.calendar
    if promise.step == WARNING and (rule.warn_before is None or act.at >= promise.due_at):
        promise.step = JUDGING
    promise.look_at = _next(promise, rule, calendar)
    tellings: list[Telling] = []
    while promise.look_at is not None and promise.look_at <= act.at:
        tellings += _act_on(act, promise, case, rule)
        promise.step += 1
        promise.look_at = _next(promise, rule, calendar)
    return tellings


def _next(promise: Promise, rule: PromiseRule, calendar: Calendar) -> datetime | None:
    """When the look `step` is due: each is reckoned from the deadline, by the company's figures of today."""
    if promise.step == WARNING and rule.warn_before is not None:
        return rule.warn_before.before(promise.due_at, calendar)
    if promise.step <= JUDGING:
        return promise.due_at
    climbed = promise.step - ESCALATION
    return rule.escalate[climbed].after.deadline(promise.due_at, calendar).at if climbed < len(rule.escalate) else None


def _act_on(act: Act, promise: Promise, case: Case, rule: PromiseRule) -> list[Telling]:
    if promise.step == WARNING:
        return [_telling(promise, case, rule, Role.OWNER, DUE_SOON)]
    if promise.step == JUDGING:
        promise.verdict, promise.judged_at = Verdict.BROKEN, act.at
        told = {"promise": promise.id, "rule": promise.rule, "due": promise.due_at.isoformat()}
        act.remember(case.chain, "promise-broken", **told)
        return [_telling(promise, case, rule, role, BROKEN) for role in rule.tells]
    step = rule.escalate[promise.step - ESCALATION]
    return [_telling(promise, case, rule, step.role, BROKEN, by_call=step.by is Channel.CALL)]


def _telling(
    promise: Promise, case: Case, rule: PromiseRule, role: Role, why: str, *, by_call: bool = False
) -> Telling:
    return Telling(case, role, why, str(promise.id), promise.id, rule.urgent, by_call)

"""The clock's look at what was promised; without it no deadline would be noticed and nobody told (design rule 7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from hotline.domain import cases, companies, complaint_forms, notice_batches
from hotline.domain.act import CLOCK, Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.notice_batches import Telling
from hotline.domain.occasions import Occasion
from hotline.domain.promise_forms import ESCALATION, JUDGING, WARNING, Promise, Verdict
from hotline.standard.calendar import Calendar
from hotline.standard.kinds import Channel, Role
from hotline.standard.rules import PromiseRule

DUE_SOON, BROKEN = "promise-due-soon", "promise-broken"  # texts that tell of a promise
_TOLD_WITHOUT_RULE = (Role.OWNER, Role.SUPERVISOR)  # of a broken promise whose rule the standard knows no longer


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
    case is locked before its promise, as everywhere: who does what was promised holds the case already. A promise by a
    rule that the standard knows no longer is judged all the same, and its owner and the supervisors told.
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


def unknown_rules(act: Act, ids: Collection[int]) -> list[str]:
    """The rules of these promises, all of one company, that its standard knows no longer; the standard is chosen."""
    rules = act.session.scalars(select(Promise.rule).where(Promise.id.in_(ids)).distinct())
    return sorted(rule for rule in rules if rule not in act.standard.promise_rules)


def tell(act: Act, promise: Promise, role: Role, *, why: str, by_call: bool = False) -> None:
    """Tell a promise's owner, or the company's people in a role, about it: once, whatever tells them again (OWN-6)."""
    companies.get(act, promise.company_id)
    case, rule = cases.get(act, promise.case_id), act.standard.promise(promise.rule)
    notice_batches.tell_all(act, [_telling(promise, case, role, why, urgent=rule.urgent, by_call=by_call)])


def _look(act: Act, promise: Promise, case: Case) -> list[Telling]:
    """What is due by now; whom it tells."""
    rule, calendar = act.standard.promise_rules.get(promise.rule), act.standard.calendar
    no_warning = rule is None or rule.warn_before is None or act.at >= promise.due_at
    if promise.verdict == Verdict.OPEN and (no_warning or promise.step != WARNING):
        promise.step = JUDGING  # whatever the row says: what is open is judged before it is passed up
    promise.look_at = _next(promise, rule, calendar)
    tellings: list[Telling] = []
    while promise.look_at is not None and promise.look_at <= act.at:
        tellings += _act_on(act, promise, case, rule)
        promise.step += 1
        promise.look_at = _next(promise, rule, calendar)
    return tellings


def _next(promise: Promise, rule: PromiseRule | None, calendar: Calendar) -> datetime | None:
    """When the look `step` is due: each is reckoned from the deadline, by the company's figures of today."""
    if promise.step == WARNING and rule is not None and rule.warn_before is not None:
        return rule.warn_before.before(promise.due_at, calendar)
    if promise.step <= JUDGING:
        return promise.over_at
    steps = rule.escalate[promise.step - ESCALATION :] if rule is not None else ()
    return steps[0].after.deadline(promise.due_at, calendar).at if steps else None


def _act_on(act: Act, promise: Promise, case: Case, rule: PromiseRule | None) -> list[Telling]:
    urgent = rule is not None and rule.urgent
    if promise.step == WARNING:
        return [_telling(promise, case, Role.OWNER, DUE_SOON, urgent=urgent)]
    if rule is None or promise.step == JUDGING:
        promise.verdict, promise.judged_at = Verdict.BROKEN, act.at
        told = {"promise": promise.id, "rule": promise.rule, "due": promise.due_at.isoformat()}
        act.remember_as(CLOCK, case.chain, "promise-broken", **told)
        roles = _told(act, promise, rule) if rule is not None else _TOLD_WITHOUT_RULE
        return [_telling(promise, case, role, BROKEN, urgent=urgent) for role in roles]
    step = rule.escalate[promise.step - ESCALATION]
    return [_telling(promise, case, step.role, BROKEN, urgent=urgent, by_call=step.by is Channel.CALL)]


def _told(act: Act, promise: Promise, rule: PromiseRule) -> tuple[Role, ...]:
    """Whom the rule names; of what is the owner's though a department has the complaint, the owner for its head."""
    if promise.department_id is not None or Role.DEPARTMENT_HEAD not in rule.tells:
        return rule.tells
    complaint = complaint_forms.of(act, promise.case_id)
    if complaint is None or complaint.department_id is None:
        return rule.tells
    return tuple(Role.OWNER if role is Role.DEPARTMENT_HEAD else role for role in rule.tells)


def _telling(promise: Promise, case: Case, role: Role, why: str, *, urgent: bool, by_call: bool = False) -> Telling:
    return Telling(role, Occasion(case, why, str(promise.id), promise.id, urgent, by_call))

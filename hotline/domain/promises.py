"""What we said we would do, with a deadline and a verdict by the clock; without it a rule would be a wish (VIS-5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from hotline.domain import cases, companies, complaint_forms, promise_looks, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.promise_forms import JUDGING, WARNING
from hotline.domain.promise_forms import OWED as OWED
from hotline.domain.promise_forms import Promise as Promise
from hotline.domain.promise_forms import Verdict as Verdict
from hotline.errors import Conflict, NotFound, Refused
from hotline.standard.calendar import Calendar, Deadline
from hotline.standard.rules import PromiseRule

AGREED_TIME = "CBK-3.time"  # the customer said when they can be reached, or it was agreed with them
# Kept by reaching the customer: nothing but a call was promised.
BY_REACHING = frozenset(
    {"ANS-3.callback", "ANS-8.callback", "ANS-10.callback", "CBK-2.missed", AGREED_TIME, "CMP-9.callback"}
)
# Kept by a call to the customer: these, and what somebody has to tell in it and to note. A visit has its own form.
BY_CALLING = BY_REACHING | {"CBK-1.answer", "FLT-5.result", "VIS-4.reply"}
# What of a complaint is owed to whoever complained, by rule: moot once nobody can be reached.
TO_COMPLAINANT = frozenset({"CMP-3", "CMP-7", "CMP-8", "CMP-9", "CMP-11"})


def make(act: Act, rule: str, case: Case, *, since: datetime | None = None, until: datetime | None = None) -> Promise:
    """Promise what a rule of the company's standard says. Raises Invalid for an unknown rule.

    `since`: counted from this instant instead of from now; `until`: this instant is the deadline, as an approver or the
    customer set it (CMP-4, CMP-5). The calendar's version is stored all the same.
    """
    wanted, calendar = act.standard.promise(rule), act.standard.calendar
    deadline = wanted.limit.deadline(since or act.at, calendar) if until is None else Deadline(until, calendar.version)
    promise = Promise(
        rule=rule,
        rule_id=wanted.rule_id,
        company_id=case.company_id,
        case_id=case.id,
        owner_id=case.owner_id,
        made_at=act.at,
        due_at=deadline.at,
        calendar=deadline.calendar_version,
        verdict=Verdict.OPEN,
        department_id=complaint_forms.charged(act, case, wanted.rule_id),
    )
    _begin_looking(promise, wanted, act.at, calendar)
    act.session.add(promise)
    act.session.flush()
    act.news.add(f"staff:{promise.owner_id}")
    act.remember(
        case.chain,
        "promise-made",
        promise=promise.id,
        rule=rule,
        due=promise.due_at.isoformat(),
        owner=case.owner_id,
        calendar=promise.calendar,
        department=promise.department_id,
    )
    return promise


def _begin_looking(promise: Promise, rule: PromiseRule, at: datetime, calendar: Calendar) -> None:
    """First the warning, where there is time for one; else the deadline itself."""
    promise.step, promise.look_at = JUDGING, promise.over_at
    if rule.warn_before is not None:
        warning = rule.warn_before.before(promise.due_at, calendar)
        if warning > at:
            promise.step, promise.look_at = WARNING, warning


def done(act: Act, rule: str, case: Case) -> None:
    """What this rule promised in this case was done now: kept in time, or late. Nothing owed: nothing changes.

    What was over and nobody had looked at yet is judged and told before, as if the clock had come in time. The case is
    locked.
    """
    for promise in _owed(act, rule, case):
        _end(act, case, promise, Verdict.KEPT if promise.verdict == Verdict.OPEN else Verdict.LATE)


def done_by(act: Act, rule: str, case: Case, *, department_id: int | None) -> None:
    """The same by a department: what another broke stays broken, and is owed no more (CMP-1, CMP-4)."""
    for promise in _owed(act, rule, case):
        late = Verdict.LATE if promise.department_id == department_id else Verdict.BROKEN
        _end(act, case, promise, Verdict.KEPT if promise.verdict == Verdict.OPEN else late)


def judge(act: Act, case: Case) -> list[Promise]:
    """Whatever is over in this case and the clock has not come to is judged and told now, once (design rule 7).

    The case is locked; the standard of its company is chosen afterwards, where there was anything to judge. Gives all
    that was promised in it, in the order of its making.
    """
    made = of_case(act, case.id)
    over = [one.id for one in made if one.verdict == Verdict.OPEN and one.over_at <= act.at]
    if over:
        promise_looks.look(act, over)
        companies.get(act, case.company_id)
    return made


def _owed(act: Act, rule: str, case: Case) -> list[Promise]:
    return [one for one in judge(act, case) if one.rule == rule and one.is_owed]


def _end(act: Act, case: Case, promise: Promise, verdict: Verdict) -> None:
    promise.done_at = promise.judged_at = act.at
    promise.verdict, promise.look_at = verdict, None
    act.remember(case.chain, "promise-done", promise=promise.id, rule=promise.rule, verdict=verdict)
    act.news.add(f"staff:{promise.owner_id}")


def tighten(act: Act, promise: Promise, rule: str, *, until: Deadline | None) -> None:
    """An open promise falls under a graver rule from now on; its deadline never lies later than it did (CMP-4).

    Nor does it ever lie in the past; None: it stays as it is. The case is locked. Raises Invalid for an unknown rule.
    """
    wanted, calendar = act.standard.promise(rule), act.standard.calendar
    before, promise.rule, promise.rule_id = promise.rule, rule, wanted.rule_id
    if until is not None and act.at < until.at < promise.due_at:
        promise.due_at, promise.calendar = until.at, until.calendar_version
    _begin_looking(promise, wanted, act.at, calendar)
    told = {"before": before, "rule": rule, "due": promise.due_at.isoformat(), "calendar": promise.calendar}
    act.remember(f"case:{promise.case_id}", "promise-tightened", promise=promise.id, **told)
    act.news.add(f"staff:{promise.owner_id}")


def release(act: Act, promise_id: int, *, approved_by: staff.Staff, why: str) -> None:
    """Excuse a promise: a second, higher person allowed it before the deadline (CMP-5); called by `changes` alone.

    `why` is sealed already. Raises Conflict once the deadline has passed: what was broken stays broken.
    """
    excuse(act, _locked(act, promise_id), approved_by, why=why)


def excuse(act: Act, promise: Promise, approved_by: staff.Staff | None, *, why: str) -> None:
    """It is owed no more. None: whoever it was promised to does not want it. Raises Conflict after the deadline."""
    by = approved_by.id if approved_by is not None else None
    if promise.verdict != Verdict.OPEN or act.at > promise.due_at:
        raise Conflict("a promise is excused before its deadline or not at all")
    promise.verdict, promise.judged_at, promise.excused_by_id = Verdict.EXCUSED, act.at, by
    promise.look_at = None
    act.remember(f"case:{promise.case_id}", "promise-excused", promise=promise.id, by=by, why=why)
    act.news.add(f"staff:{promise.owner_id}")


def of_case(act: Act, case_id: int) -> list[Promise]:
    """What was promised in a case, in the order of its making."""
    return list(act.session.scalars(select(Promise).where(Promise.case_id == case_id).order_by(Promise.id)))


def callbacks(act: Act, customer_id: int, company_id: int, *, before: datetime) -> list[tuple[Promise, Case]]:
    """What a customer was promised before an instant that any conversation keeps, and is still waiting for."""
    query = select(Promise, Case).join(Case, Case.id == Promise.case_id)
    query = query.where(Case.customer_id == customer_id, Promise.company_id == company_id)
    query = query.where(Promise.rule.in_(BY_REACHING), Promise.done_at.is_(None), Promise.made_at < before)
    query = query.where(Promise.verdict.in_((Verdict.OPEN, Verdict.BROKEN))).order_by(Promise.due_at, Promise.id)
    return [(promise, case) for promise, case in act.session.execute(query)]


def reached(act: Act, case: Case) -> None:
    """Somebody of ours spoke with the customer: what a conversation keeps is done. The case is locked."""
    for rule in sorted(BY_REACHING):
        done(act, rule, case)


def next_step(act: Act, case: Case) -> str:
    """What comes next in a case, as the key of the words a customer is told (OWN-7).

    Nobody is told of a call back that was never promised: whoever left no number gets none (CMP-10).
    """
    if case.matter == "lost-property":
        return f"texts.steps.{case.matter}"
    calls_back = case.kind in (Kind.COMPLAINT, Kind.ENQUIRY, Kind.CALLBACK)
    told = any(one.rule in BY_CALLING for one in of_case(act, case.id))
    return f"texts.{'steps-unreached' if calls_back and not told else 'steps'}.{case.kind}"


def pass_on(act: Act, case: Case) -> None:
    """The case has a new owner: what is still promised in it is theirs to keep, and their company's (OWN-4).

    Deadlines stay as they were promised. What was broken before stays with whoever broke it.
    """
    for promise in of_case(act, case.id):
        if promise.verdict == Verdict.OPEN:
            promise.owner_id, promise.company_id = case.owner_id, case.company_id


def were_clocked(made: Iterable[Promise]) -> bool:
    """Did a complaint's clocks begin? Not of one from before there were any, until it is graded or put to somebody."""
    return any(one.rule_id in ("CMP-1", "CMP-4") for one in made)


def close_case(act: Act, case: Case, *, by: int, outcome: str) -> None:
    """Close a case. Raises Conflict while a promise on it is open or broken and not yet done (VIS-5).

    A complaint is closed by a superior whom it is not about and who did not deal with it; Refused for others (CMP-12).
    One whose clocks never began is closed for the reason that the `outcome` gives, dealt with or not.
    """
    waiting = [one for one in of_case(act, case.id) if one.is_owed]
    moot: list[Promise] = []
    if case.kind == Kind.COMPLAINT:
        companies.get(act, case.company_id)
        if not complaint_forms.may_close(act, case, staff.get(act, by)):
            raise Refused("a complaint is closed by a superior whom it is not about and who did not deal with it")
        if not complaint_forms.reachable(act, case):
            moot = [one for one in waiting if one.rule_id in TO_COMPLAINANT]
    owed = [one.rule for one in waiting if one not in moot]
    if owed:
        raise Conflict(f"case {case.number} cannot be closed: still promised: {', '.join(owed)}")
    dealt_with = complaint_forms.leading(act, case.id) if case.kind == Kind.COMPLAINT else None
    if dealt_with and dealt_with.settled_at is None and were_clocked(of_case(act, dealt_with.case_id)):
        raise Conflict(f"case {case.number} cannot be closed: nobody said how the complaint was dealt with")
    for promise in moot:
        _let_go(act, promise, staff.get(act, by))
    cases.mark_closed(act, case, by=by, outcome=outcome)


def _let_go(act: Act, promise: Promise, by: staff.Staff) -> None:
    """Whoever it was promised to was erased meanwhile: nobody can keep it; what was broken before stays broken."""
    if promise.verdict == Verdict.OPEN and act.at <= promise.due_at:
        excuse(act, promise, by, why="customer-erased")
    elif promise.verdict == Verdict.OPEN:
        raise Conflict(f"{promise.rule} has just fallen due: try again in a moment")
    promise.look_at = None


def _locked(act: Act, promise_id: int) -> Promise:
    """The case is locked before its promise, as everywhere: who does what was promised holds the case already."""
    case_id = act.session.scalar(select(Promise.case_id).where(Promise.id == promise_id))
    if case_id is None:
        raise NotFound(f"there is no promise {promise_id}")
    cases.get(act, case_id)
    return act.session.get_one(Promise, promise_id, with_for_update=True, populate_existing=True)

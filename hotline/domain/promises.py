"""What we said we would do, with a deadline and a verdict by the clock; without it a rule would be a wish (VIS-5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base
from hotline.domain import cases, companies, complaint_forms, staff
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.errors import Conflict, NotFound, Refused
from hotline.standard.calendar import Calendar, Deadline
from hotline.standard.rules import PromiseRule

# Kept by reaching the customer: nothing but a call was promised.
BY_REACHING = frozenset(
    {"ANS-3.callback", "ANS-8.callback", "ANS-10.callback", "CBK-2.missed", "CBK-3.time", "CMP-9.callback"}
)
# Kept by a call to the customer: these, and what somebody has to tell in it and to note. A visit has its own form.
BY_CALLING = BY_REACHING | {"CBK-1.answer", "FLT-5.result", "VIS-4.reply"}
# What of a complaint is owed to whoever complained, by rule: moot once nobody can be reached.
TO_COMPLAINANT = frozenset({"CMP-3", "CMP-7", "CMP-8", "CMP-9", "CMP-11"})

WARNING, JUDGING, ESCALATION = range(3)  # which look is next: `step`, and from ESCALATION on one for each step


class Verdict(StrEnum):
    """What became of a promise. An unkept one is broken at its deadline, and late once it is done after all.

    Done by another department than the one whose it was, it stays broken (CMP-13).
    """

    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    BROKEN = "broken"
    EXCUSED = "excused"


class Promise(Base):
    """One rule with a figure, made to somebody: who owns it, when it falls due, what became of it (design rule 7)."""

    __tablename__ = "promises"
    __table_args__ = (Index("ix_promises_verdict_due", "verdict", "due_at"), Index(None, "company_id", "look_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(40))  # the key in the standard, FLT-2.sign
    rule_id: Mapped[str] = mapped_column(String(12))  # FLT-2
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    calendar: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[str] = mapped_column(String(8), default=Verdict.OPEN)
    done_at: Mapped[datetime | None]
    judged_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]  # when the clock looks at it next; None: nothing is left to look at
    step: Mapped[int] = mapped_column(server_default="0")  # how many of those looks it had: the next is this one
    excused_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))  # of a complaint's: whose it is

    @property
    def is_owed(self) -> bool:
        """Is it still to be done, in time or late?"""
        return self.verdict in _STILL and self.done_at is None

    @property
    def over_at(self) -> datetime:
        """From when on (UTC) it is broken: at the very instant of the deadline it can still be kept."""
        return self.due_at + datetime.resolution


_STILL = (Verdict.OPEN, Verdict.BROKEN)
OWED: ColumnElement[bool] = and_(Promise.verdict.in_(_STILL), Promise.done_at.is_(None))  # `is_owed`, in a query


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
    """What this rule promised in this case was done now: kept in time, or late. Nothing open: nothing changes."""
    for promise in of_case(act, case.id):
        if promise.rule == rule and promise.done_at is None and promise.verdict != Verdict.EXCUSED:
            in_time = promise.verdict == Verdict.OPEN and act.at <= promise.due_at
            _end(act, case, promise, Verdict.KEPT if in_time else Verdict.LATE)


def missed(act: Act, rule: str, case: Case, *, but: int | None) -> None:
    """The department `but` does now what others were to do: what they broke stays broken, and is owed no more (CMP-1).

    Whatever else was promised by this rule stays as it is. The case is locked.
    """
    for promise in of_case(act, case.id):
        broken = promise.verdict == Verdict.BROKEN and promise.done_at is None
        if promise.rule == rule and broken and promise.department_id != but:
            _end(act, case, promise, Verdict.BROKEN)


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

    Deadlines stay as they were promised.
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

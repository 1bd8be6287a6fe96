"""What a page shows of requests that a higher person decides; without it they would be decided unseen (CMP-5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hotline.console import asking, people, rights, words
from hotline.domain import (
    audit,
    cases,
    changes,
    complaint_forms,
    complaints,
    deciders,
    decisions,
    discarded,
    identity,
    promises,
    staff,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.domain.decisions import Decision, State, What
from hotline.domain.promises import Promise, Verdict
from hotline.domain.staff import Staff
from hotline.errors import NotFound, Refused
from hotline.standard.kinds import Grade
from hotline.standard.rules import Standard

HIDDEN = "••••••"
_GRADED = {"complaint-filed": "grade", "complaint-graded": "now", "grade-lowered": "now"}  # entry -> its field


@dataclass(frozen=True)
class Request:
    """A request as it is shown: what it would change, who asked, by when it has to be decided, and why.

    What people wrote is for those whom it concerns: who asks, who decides, who answers for the matter (SEC-1).
    """

    decision: Decision
    case: Case
    company: str
    standard: Standard
    promise: Promise | None
    before: str  # what holds now, or held when it was decided
    wanted: str
    level: str  # the role that decides, or any above
    is_highest: bool  # nobody stands above that role
    names: dict[int, str]
    reason: str
    answer: str
    sees_case: bool
    may_decide: bool
    may_withdraw: bool


@dataclass(frozen=True)
class Extendable:
    """A promise for which more time may be asked: after its deadline, and until when at most, as a field takes it."""

    promise: Promise
    latest_at: datetime
    after: str
    latest: str


def forms(act: Act, person: Staff, case: Case) -> dict[str, Any]:
    """What a page shows of the requests of a case: every one, and what this person may ask for.

    The standard of the case's company is chosen. For the macro of decision_form.html.
    """
    made = shown(act, person, decisions.of_case(act, case.id))
    asked = {(one.decision.what, one.decision.promise_id) for one in made if one.decision.state == State.ASKED}
    is_open = case.state == "open" and rights.may_open(person, "console.ask_decision")
    asks = is_open and case.kind == Kind.COMPLAINT and deciders.may_ask(act, case, person)
    return {
        "all": made,
        "extendable": [
            one
            for one in (extendable(act, person, case) if is_open else ())
            if (What.EXTENSION, one.promise.id) not in asked
        ],
        "grades": lower_grades(act, case) if asks and (What.LOWER_GRADE, None) not in asked else [],
        "kinds": changes.MAY_BECOME if asks and (What.CHANGE_KIND, None) not in asked else (),
    }


def extendable(act: Act, person: Staff, case: Case) -> list[Extendable]:
    """The open promises for which this person may ask more time and somebody may allow it, by deadline (CMP-5)."""
    zone = ZoneInfo(act.standard.timezone)
    rules = act.standard.promise_rules
    still = [one for one in promises.of_case(act, case.id) if one.verdict == Verdict.OPEN and act.at <= one.due_at]
    allowed = [one for one in still if one.rule in rules and rules[one.rule].approved_by is not None]
    found = [one for one in allowed if deciders.may_ask(act, case, person, one.rule_id)]
    latest = {one.id: changes.latest(act, case, one) for one in found}
    return [
        Extendable(one, latest[one.id], field(one.due_at, zone), field(latest[one.id], zone))
        for one in sorted(found, key=lambda promise: promise.due_at)
    ]


def lower_grades(act: Act, case: Case) -> list[Grade]:
    """The grades below the present one; none where nobody graded the complaint yet."""
    complaint = complaint_forms.of(act, case.id)
    if complaint is None or complaint.grade is None:
        return []
    return [grade for grade in Grade if complaints.graver(Grade(complaint.grade), grade)]


def shown(act: Act, person: Staff, found: Sequence[Decision]) -> list[Request]:
    """These requests with everything that a page says of them; none about a complaint that is about this person."""
    companies = people.companies_by_id(act)
    kept = [(one, act.session.get_one(Case, one.case_id)) for one in found]
    kept = [(one, case) for one, case in kept if person.id not in complaint_forms.barred(act, case.id)]
    names = people.names(act, [id_ for one, case in kept for id_ in _involved(one, case)])
    return [_shown(act, person, one, case, companies[case.company_id], names) for one, case in kept]


def field(at: datetime, zone: ZoneInfo) -> str:
    """An instant as a field for day and time takes it, to the minute."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _shown(act: Act, person: Staff, decision: Decision, case: Case, company: Company, names: dict[int, str]) -> Request:
    standard = act.standard_of(company.profile, company.overrides)
    promise = act.session.get(Promise, decision.promise_id) if decision.promise_id is not None else None
    waits = decision.state == State.ASKED
    decides = waits and decisions.may_decide(act, decision, case, person)
    level = _level(act, decision, case)
    concerned = decides or person.id in (decision.asked_by_id, decision.decided_by_id, case.owner_id)
    sees = rights.may_see(act, person, case)
    reason, answer = (
        _opened(act, case, sealed, sees=sees) if concerned or not sealed else HIDDEN
        for sealed in (decision.reason, decision.answer)
    )
    return Request(
        decision=decision,
        case=case,
        company=company.name(asking.language()),
        standard=standard,
        promise=promise,
        before=_before(act, decision, case, promise, standard.timezone),
        wanted=_named(decision.value, standard.timezone),
        level=level,
        is_highest=staff.from_level(act, case.company_id, level)[1:] == [],
        names=names,
        reason=reason,
        answer=answer,
        sees_case=sees,
        may_decide=decides,
        may_withdraw=waits and decision.asked_by_id == person.id,
    )


def _level(act: Act, decision: Decision, case: Case) -> str:
    if decision.state != State.ASKED:
        return decision.level
    try:
        return decisions.level(act, decision, case)
    except Refused:  # nobody stands so high
        return decision.level


def _before(act: Act, decision: Decision, case: Case, promise: Promise | None, zone: str) -> str:
    """What a request would change, or did."""
    if promise is not None:
        return words.due_short(promise.due_at, zone)
    if decision.what == What.CHANGE_KIND:
        return words.named("kind", Kind.COMPLAINT)
    grade = _graded(act, decision, case)
    return words.named("grade", grade) if grade else ""


def _graded(act: Act, decision: Decision, case: Case) -> str | None:
    """The grade before a decision, as the log has it, or the present one: the row has forgotten what was lowered."""
    grade: str | None = None
    for entry in audit.entries(act.session, case.chain):
        told = entry.fields
        if entry.kind == f"decision-{decision.state}" != "decision-asked" and told["decision"] == decision.id:
            break
        if entry.kind in _GRADED:
            grade = told[_GRADED[entry.kind]]
    return grade


def _named(wanted: datetime | Grade | Kind, zone: str) -> str:
    if isinstance(wanted, datetime):
        return words.due_short(wanted, zone)
    return words.named("grade" if isinstance(wanted, Grade) else "kind", wanted)


def _opened(act: Act, case: Case, sealed: str | None, *, sees: bool) -> str:
    """What somebody wrote; for the department, which does not see the case, without who told it (CMP-10)."""
    if not sealed:
        return ""
    if sealed in discarded.texts(act, [case]):
        return words.text("who.erased")
    try:
        written = cases.unseal(act, case, sealed)
    except NotFound:
        return words.text("who.erased")
    return written if sees else identity.without(written, identity.of_case(act, case))


def _involved(decision: Decision, case: Case) -> Iterable[int | None]:
    return (decision.asked_by_id, decision.decided_by_id, case.owner_id)

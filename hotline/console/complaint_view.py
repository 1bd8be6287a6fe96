"""One complaint as its page shows it: grade, stages, what is to be done now; without it the next step would be guessed.

Nothing here is for the respondent department's eyes: that side sees `respondents.view` alone (CMP-10).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select

from hotline.console import asking, complaint_intake, discretion, lists, people, rights, words
from hotline.domain import (
    audit,
    cases,
    complaint_forms,
    complaint_tracking,
    complaints,
    discarded,
    promises,
    respondent_view,
    visitors,
)
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company, Department
from hotline.domain.complaints import Complaint, Stage
from hotline.domain.promises import Promise, Verdict
from hotline.domain.visitors import Channel
from hotline.errors import NotFound
from hotline.standard.kinds import Grade

# The way of a complaint: each step, and the rule by which it is due.
_WAY = (
    ("filed", ""),
    ("signed", "CMP-1"),
    ("settled", "CMP-4"),
    ("returned", "CMP-6"),
    ("told", "CMP-7"),
    ("visited", "CMP-8"),
)
_NAMES = [name for name, _rule in _WAY]
# In the order of ANS-14, with what CMP-7 has to tell between.
_SAY = ("greet", "thank", "result", "clear", "satisfied", "goodbye")
_STILL = (Verdict.OPEN, Verdict.BROKEN)


@dataclass(frozen=True)
class Step:
    """One step of the way: when it was reached and by whom, or the promise by which it is due."""

    name: str
    at: datetime | None
    who: int | None
    promise: Promise | None


@dataclass(frozen=True)
class Refusal:
    """What a department said when it sent the complaint back as not theirs (部门退单)."""

    at: datetime
    department: str
    words: str


@dataclass(frozen=True)
class View:
    """A complaint with everything that its page says of it; what people wrote in their own words is opened."""

    complaint: Complaint
    counts_as: Grade
    has_clocks: bool  # not where it was filed before complaints had any
    called: Mapping[str, bool]  # "told", "visited": was a call on record? (CMP-7, CMP-8)
    satisfied: bool | None  # what the customer said on the return visit (VIS-4)
    steps: list[Step]
    may_write_down: bool  # what was told by voice, by who may hear it (SEC-4)
    came_by: str  # how it reached us where nobody of ours took it in, such as by another system
    reached: str  # the last step that was
    department: Department | None
    about_company: Company | None  # another company of the group (CMP-11)
    names: dict[int, str]
    told: dict[str, str]  # what was told, by field, without what would say who told it; for who deals with it alone
    whole: frozenset[str]  # the fields of it in which nothing was masked
    finding: str
    refusals: list[Refusal]
    leads: Case | None  # the case whose complaint this one was joined to
    joined: list[Case]
    now: list[str]  # what is to be done now, by this person
    later: list[str]  # what else this person may do
    grades: list[tuple[Grade, list[str]]]
    departments: list[tuple[Company, list[Department]]]
    others: list[Case]  # open complaints of the same customer
    say: list[str]


def of_case(act: Act, case: Case, made: list[Promise]) -> View | None:
    """The complaint of a case, as this reader sees it; None where the case is none and never was."""
    complaint = complaint_forms.of(act, case.id)
    if complaint is None:
        return None
    steps = _steps(complaint, case, made)
    concerned = rights.may_call_back(act, asking.person(), case)
    is_open = case.state == "open" and case.kind == Kind.COMPLAINT  # not what was changed into another matter
    now, later = _actions(act, case, complaint, made) if concerned and is_open else ([], [])
    leads, joined = _joined(act, complaint)
    counts_as = complaints.counts_as(act, complaint)
    told = _told(act, case) if concerned else {}
    return View(
        complaint=complaint,
        counts_as=counts_as,
        has_clocks=complaint.joined_to_id is not None or promises.were_clocked(made),
        steps=steps,
        called=complaint_tracking.calls_on_record(act, [case])[case.id],
        satisfied=_satisfied(act, case),
        department=act.session.get(Department, complaint.department_id) if complaint.department_id else None,
        about_company=_sister(act, case, complaint),
        names=people.names(act, [complaint.about_staff_id, *(step.who for step in steps)]),
        told=told,
        whole=_whole(act, case, told),
        finding=_opened(act, case, complaint.finding, concerned=concerned),
        refusals=_refusals(act, case, concerned=concerned),
        leads=leads,
        joined=joined,
        may_write_down=rights.may_open(asking.person(), "console.add_told")
        and rights.may_hear(act, asking.person(), case),
        came_by=_came_by(act, case),
        reached=max((step.name for step in steps if step.at is not None), key=_NAMES.index),
        now=now,
        later=later,
        grades=_grades(act, complaint),
        departments=_departments(act, complaint) if "redirect" in (*now, *later) else [],
        others=_others(act, case) if "join" in later else [],
        say=_say(act, case),
    )


def _steps(complaint: Complaint, case: Case, made: list[Promise]) -> list[Step]:
    reached = {
        "filed": (complaint.filed_at, case.first_owner_id),
        "signed": (complaint.signed_at, complaint.signed_by_id),
        "settled": (complaint.settled_at, complaint.settled_by_id),
        "returned": (complaint.returned_at, complaint.returned_by_id),
        "told": (complaint.told_at, complaint.told_by_id),
    }
    steps = []
    for name, rule in _WAY:
        promise = _last(made, rule) if rule else None
        at, who = reached.get(name, (None, None))
        done_at = promise.done_at if promise else None  # of a joined one, by what was done in the one that leads
        steps.append(Step(name, at or done_at, who, promise))
    return steps


def _came_by(act: Act, case: Case) -> str:
    visitor = visitors.of_case(act, case.id)
    by_itself = visitor is not None and visitor.channel == Channel.WEB
    return words.named("form.channel-is", Channel.WEB) if by_itself else ""


def _told(act: Act, case: Case) -> dict[str, str]:
    """What was told of it, as the department reads it: whoever answers for a complaint must not know less of it."""
    seen = respondent_view.view(act, case)
    told = {"happened": seen.happened, "where_when": seen.where_when, "wanted": seen.wanted}
    about = "" if seen.about == seen.department else seen.about
    return {name: words for name, words in {**told, "respondent": about}.items() if words}


def _whole(act: Act, case: Case, told: Mapping[str, str]) -> frozenset[str]:
    sealed = {name: case.details[f"sealed_{name}"] for name in told}
    return frozenset(name for name, value in sealed.items() if cases.unseal(act, case, value) == told[name])


def _satisfied(act: Act, case: Case) -> bool | None:
    visits = [entry for entry in audit.entries(act.session, case.chain) if entry.kind == "complaint-visited"]
    return bool(visits[-1].fields["satisfied"]) if visits else None


def _last(made: Iterable[Promise], rule_id: str) -> Promise | None:
    """The promise of a rule that counts: the newest that was not excused, else the newest."""
    found = [promise for promise in made if promise.rule_id == rule_id]
    counting = [promise for promise in found if promise.verdict != Verdict.EXCUSED]
    return next(reversed(counting or found), None)


def _waits(made: Iterable[Promise], rule_id: str) -> bool:
    return any(promise.rule_id == rule_id and promise.verdict in _STILL for promise in made)


def _actions(act: Act, case: Case, complaint: Complaint, made: list[Promise]) -> tuple[list[str], list[str]]:
    """What this person may do: what should be done now, and what else can be.

    To put it to a department and to speak for us to the customer is for the owner and whoever leads.
    """
    person = asking.person()
    answers = case.owner_id == person.id or rights.may_lead(act, person, case.company_id)
    goes_alone = complaint.joined_to_id is None  # a joined one is dealt with in the one that leads
    unsettled = goes_alone and complaint.settled_at is None
    lost = complaint.department_id is None or complaint.refused_at is not None
    now = {
        "grade": goes_alone and complaint.grade is None,
        "redirect": answers and unsettled and lost,
        "reply": answers and _waits(made, "CMP-3"),
        "told": answers and complaint.stage == Stage.RETURNED and complaint_forms.reachable(act, case),
        "visit": answers and complaint.told_at is not None and _waits(made, "CMP-8"),
    }
    later = {
        "grade": goes_alone and complaint.grade not in (None, Grade.MAJOR),
        "redirect": answers and unsettled and not lost,
        "name": answers
        and goes_alone
        and (complaint.about_staff_id is None or rights.may_lead(act, person, case.company_id)),
        "join": answers and unsettled and not complaint_forms.followers(act, complaint),
    }
    return [name for name, so in now.items() if so], [name for name, so in later.items() if so]


def _grades(act: Act, complaint: Complaint) -> list[tuple[Grade, list[str]]]:
    """The grades that it may be given here, with what each means for the clocks: any at first, a graver one later."""
    before = Grade(complaint.grade) if complaint.grade else None
    possible = [grade for grade in Grade if before is None or complaints.graver(grade, before)]
    return [(grade, complaint_intake.clocks(act.standard, grade)) for grade in possible]


def _joined(act: Act, complaint: Complaint) -> tuple[Case | None, list[Case]]:
    """The case that this complaint was joined to, and those whose complaints were joined to it; only what may be seen.

    An anonymous one never shows through another (CMP-10).
    """
    of_case = select(Case).join(Complaint, Complaint.case_id == Case.id).where(discretion.cases(asking.person()))
    leads = act.session.scalar(of_case.where(Complaint.id == complaint.joined_to_id))
    joined = act.session.scalars(of_case.where(Complaint.joined_to_id == complaint.id).order_by(Case.id))
    return leads, list(joined)


def _sister(act: Act, case: Case, complaint: Complaint) -> Company | None:
    other = complaint.about_company_id != case.company_id
    return act.session.get(Company, complaint.about_company_id) if other else None


def _departments(act: Act, complaint: Complaint) -> list[tuple[Company, list[Department]]]:
    """The departments to choose from, by company: first those of the company that is complained of (CMP-11)."""
    query = select(Company, Department).join(Department, Department.company_id == Company.id)
    found = act.session.execute(query.order_by(Company.id != complaint.about_company_id, Company.id, Department.id))
    return [(company, [row[1] for row in rows]) for company, rows in groupby(found, key=lambda row: row[0])]


def _others(act: Act, case: Case) -> list[Case]:
    """The newest other open complaints of the same customer, perhaps on the same matter; of the anonymous, none."""
    if case.customer_id is None:
        return []
    query = select(Case).where(Case.customer_id == case.customer_id, Case.state == "open", Case.id != case.id)
    query = query.where(Case.kind == Kind.COMPLAINT, Case.company_id == case.company_id)
    query = query.where(discretion.cases(asking.person())).order_by(Case.id.desc()).limit(lists.PAGE)
    return list(act.session.scalars(query))


def _say(act: Act, case: Case) -> list[str]:
    """What is said to the customer with the result, in the standard's words, and in what they mean."""
    company = act.session.get_one(Company, case.company_id).name(asking.language())
    number = asking.person().agent_number
    return [words.text(f"complaint.say.{step}", company=company, agent_number=number) for step in _SAY]


def _refusals(act: Act, case: Case, *, concerned: bool) -> list[Refusal]:
    found = []
    for one in complaint_tracking.refusals(act, [case])[case.id]:
        department = act.session.get(Department, one.department_id) if one.department_id else None
        said = _opened(act, case, one.reason, concerned=concerned)
        found.append(Refusal(one.at, department.name if department else "", said))
    return found


def _opened(act: Act, case: Case, sealed: str | None, *, concerned: bool) -> str:
    """People's own words, for those who go on with the matter (SEC-1)."""
    if not sealed:
        return ""
    if not concerned:
        return "••••••"
    if sealed in discarded.texts(act, [case]):
        return words.text("who.erased")
    try:
        return cases.unseal(act, case, sealed)
    except NotFound:
        return words.text("who.erased")

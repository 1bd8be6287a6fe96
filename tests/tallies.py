"""Complaints of every kind written straight into the tables, and a slow count of them; what is counted twice shows."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median

from sqlalchemy import select

from hotline.domain import companies
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint
from hotline.domain.promises import Promise
from hotline.runtime import Runtime
from tests.world import SHANGHAI, START, Cast

RULES = ("CMP-1.sign", "CMP-2.pass_up.major", "CMP-3.reply.major", "CMP-4.settle.minor", "CMP-6.form", "CMP-7.tell")
GRADES = ("minor", "important", "major", None)
_VERDICTS = ("open", "kept", "late", "broken", "excused")
_ONCE_WHEN_JOINED = ("CMP-1", "CMP-2", "CMP-4", "CMP-6")

Counted = dict[tuple[int | None, int | None, str], float]  # company, department (0: none named), figure -> number


@dataclass(frozen=True)
class Places:
    """Two departments of each company."""

    heat: tuple[int, int]
    home: tuple[int, int]


def places(runtime: Runtime, cast: Cast, *names: str) -> Places:
    """Found the departments; `names`: of the heating company's, where a test wants them called otherwise."""
    with runtime.act(COMMAND) as act:
        made = []
        for firm, called in ((cast.heat, names or ("锅炉房", "收费处")), (cast.home, ("保安部", "工程部"))):
            company = companies.get(act, firm.id)
            one, two = (companies.add_department(act, company, name).id for name in called)
            made.append((one, two))
        return Places(*made)


def complaint(
    act: Act,
    company_id: int,
    owner_id: int,
    *,
    filed_at: datetime,
    number: int = 1,
    grade: str | None = "minor",
    first_grade: str | None = None,
    anonymous: bool = False,
    customer_id: int | None = None,
    **fields: object,
) -> Complaint:
    """One complaint and its case; `fields` are columns of the complaint."""
    case = Case(
        company_id=company_id,
        numbered_by_id=company_id,
        day=filed_at.astimezone(SHANGHAI).date(),
        seq=number,
        number=f"{filed_at.astimezone(SHANGHAI):%y%m%d}{number:03d}",
        kind="complaint",
        matter="complaint",
        customer_id=customer_id,
        owner_id=owner_id,
        first_owner_id=owner_id,
        handler_id=owner_id,
        anonymous=anonymous,
        details={},
        state="open",
        opened_at=filed_at,
    )
    act.session.add(case)
    act.session.flush()
    made = Complaint(
        **{"about_company_id": company_id, "stage": "filed", **fields},
        case_id=case.id,
        filed_at=filed_at,
        grade=grade,
        first_grade=first_grade or grade,
    )
    act.session.add(made)
    act.session.flush()
    return made


def promise(
    act: Act, about: Complaint, rule: str, verdict: str, *, due_at: datetime, missed_by: int | None = None
) -> Promise:
    """One promise of a complaint with its verdict; what is done was done a minute before or after its deadline.

    It is the complaint's department's, or that of another which had it before (`missed_by`).
    """
    case = act.session.get_one(Case, about.case_id)
    moved = {"kept": -1, "late": 1}.get(verdict)
    made = Promise(
        rule=rule,
        rule_id=rule.partition(".")[0],
        company_id=case.company_id,
        case_id=case.id,
        owner_id=case.owner_id,
        made_at=about.filed_at,
        due_at=due_at,
        calendar="tests",
        verdict=verdict,
        done_at=due_at + timedelta(minutes=moved) if moved else None,
        judged_at=None if verdict == "open" else due_at,
        department_id=missed_by or about.department_id,
    )
    act.session.add(made)
    return made


def many(runtime: Runtime, cast: Cast, at: Places, *, seed: int, n: int = 40) -> None:
    """So many complaints of both companies, of the year around START, with every turn that one can take."""
    chance = random.Random(seed)
    with runtime.act(COMMAND) as act:
        leading: dict[int, list[int]] = {cast.heat.id: [], cast.home.id: []}
        for number in range(1, n + 1):
            firm, departments, owner = chance.choice(
                [(cast.heat, at.heat, cast.lin), (cast.home, at.home, cast.wu)],
            )
            joined = chance.choice([None, None, *leading[firm.id]])
            made = complaint(
                act,
                firm.id,
                owner.id,
                number=number,
                filed_at=_some_time(chance),
                grade=chance.choice(GRADES),
                first_grade=chance.choice(GRADES),
                anonymous=chance.random() < 0.2,
                department_id=chance.choice([None, *departments]),
                about_staff_id=chance.choice([None, None, None, cast.sun.id]),
                changed_to=chance.choice([None, None, None, "enquiry", "message"]),
                joined_to_id=joined,
            )
            if joined is None:
                leading[firm.id].append(made.id)
            _go_on(act, made, chance, departments)


def _some_time(chance: random.Random) -> datetime:
    return START + timedelta(days=chance.randint(-200, 40), minutes=chance.randint(0, 1439))


def _go_on(act: Act, made: Complaint, chance: random.Random, departments: tuple[int, int]) -> None:
    steps = chance.randint(0, 3)
    for name, hours in list(zip(("signed_at", "settled_at", "told_at"), (1, 30, 60), strict=True))[:steps]:
        setattr(made, name, made.filed_at + timedelta(hours=hours, minutes=chance.randint(0, 300)))
    for rule in chance.sample(RULES, chance.randint(1, len(RULES))):
        promise(act, made, rule, chance.choice(_VERDICTS), due_at=_some_time(chance))
    if chance.random() < 0.3:  # another department had it before
        missed_by, verdict = chance.choice(departments), chance.choice(_VERDICTS[1:])
        promise(act, made, "CMP-1.sign", verdict, due_at=_some_time(chance), missed_by=missed_by)


def slowly(act: Act, firms: Iterable[int], first: date, last: date, *, reader: int) -> Counted:
    """Count the complaints of companies between two days of Shanghai row by row, each place and every sum apart."""
    every = {one.id: one for one in act.session.scalars(select(Complaint))}
    found: dict[tuple[int | None, int | None], dict[str, list[float]]] = {}
    hidden = {one.joined_to_id or one.id for one in every.values() if one.about_staff_id == reader}
    for one in every.values():
        case = act.session.get_one(Case, one.case_id)
        filed = one.filed_at.astimezone(SHANGHAI).date()
        if case.company_id not in firms or not first <= filed <= last or (one.joined_to_id or one.id) in hidden:
            continue
        for department_id, name, n in _of_one(act, one, case):
            for place in ((None, None), (case.company_id, None), (case.company_id, department_id or 0)):
                found.setdefault(place, {}).setdefault(name, []).append(n)
    return {(*place, name): n for place, figures in found.items() for name, n in _summed(figures)}


def _of_one(act: Act, one: Complaint, case: Case) -> Iterator[tuple[int | None, str, float]]:
    """What one complaint adds: for which department, to which figure, how much."""
    counts = ["all", f"first.{one.first_grade or 'none'}", f"now.{one.grade or 'none'}"]
    counts += ["changed", f"changed.{one.changed_to}"] if one.changed_to else []
    counts += ["anonymous"] if case.anonymous else []
    counts += ["repeated"] if one.joined_to_id else []
    yield from ((one.department_id, name, 1) for name in counts)
    for name in ("signed", "settled", "told"):
        at = getattr(one, f"{name}_at")
        if at is not None and (name == "told" or one.joined_to_id is None):
            yield one.department_id, f"minutes.{name}", (at - one.filed_at) / timedelta(minutes=1)
    for made in act.session.scalars(select(Promise).where(Promise.case_id == case.id)):
        done_there = one.joined_to_id and made.rule_id in _ONCE_WHEN_JOINED and made.verdict not in ("late", "broken")
        if made.rule_id.startswith("CMP-") and not done_there:
            overdue = made.verdict == "open" and made.due_at < act.at.astimezone(UTC)
            for name in ("made", "overdue" if overdue else made.verdict):
                yield made.department_id, f"{made.rule_id}.{name}", 1


def _summed(figures: dict[str, list[float]]) -> Iterable[tuple[str, float]]:
    for name, each in figures.items():
        what = name.removeprefix("minutes.")
        if what == name:
            yield name, sum(each)
        else:
            yield what, len(each)
            yield f"{what}.median", round(median(each), 2)
            yield f"{what}.longest", round(max(each), 2)

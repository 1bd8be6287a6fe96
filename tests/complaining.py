"""Departments, their heads and a complaint about them; without it each test of complaints would found its own firm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from hotline.domain import (
    cases,
    companies,
    complaint_forms,
    customers,
    matters,
    promise_looks,
    promises,
    redirecting,
    respondents,
    staff,
)
from hotline.domain.act import CLOCK, COMMAND, Act, Actor
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint
from hotline.domain.dispatches import Dispatch
from hotline.domain.matters import Lodged, Told
from hotline.domain.notices import Notice
from hotline.domain.promises import Promise
from hotline.domain.staff import Role, Staff
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.world import Cast, Firm, Person, number

HAPPENED, WANTED, RESPONDENT = "三天没有暖气", "上门道歉", "维修部的师傅"


@dataclass(frozen=True)
class House:
    """Departments of the heating company with their heads, and one of the sister company."""

    repair: int  # 维修部
    liu: Person  # 刘, heads it
    billing: int  # 收费处
    xu: Person  # 许, heads it
    grounds: int  # 绿化部, of the sister company
    ma: Person  # 马, heads it


@pytest.fixture
def house(runtime: Runtime, cast: Cast) -> House:
    """The departments, founded, each with its head."""
    with runtime.act(COMMAND) as act:
        repair, liu = _department(act, cast.heat, "维修部", "刘洋", "liu", 41)
        billing, xu = _department(act, cast.heat, "收费处", "许诺", "xu", 42)
        grounds, ma = _department(act, cast.home, "绿化部", "马超", "ma", 43)
        return House(repair, liu, billing, xu, grounds, ma)


@pytest.fixture
def complaint(runtime: Runtime, cast: Cast, house: House) -> Filed:
    """Chen complains of the repair department, which is minor; Lin answers for it."""
    return filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)


def _department(act: Act, firm: Firm, name: str, head: str, login: str, last: int) -> tuple[int, Person]:
    department = companies.add_department(act, companies.get(act, firm.id), name)
    return department.id, hired(act, firm, head, login, last, Role.DEPARTMENT_HEAD, department_id=department.id)


def hired(
    act: Act, firm: Firm, name: str, login: str, last: int, *roles: Role, department_id: int | None = None
) -> Person:
    """Somebody more works for a company of the cast, and is rung at the test's number `last`."""
    person = staff.hire(
        act,
        companies.get(act, firm.id),
        name=name,
        login=login,
        roles=roles,
        agent_number=f"{last:03d}",
        phone=number(last),
        department_id=department_id,
    )
    return Person(person.id, name, login, number(last))


def customer(runtime: Runtime, name: str, last: int) -> Person:
    """Somebody who is known by a name and the test's number `last`."""
    with runtime.act(COMMAND) as act:
        made = customers.with_number(act, number(last))
        customers.rename(act, made, name)
        return Person(made.id, name, "", number(last))


class Filed:
    """A complaint that was filed, and what people do with it, each in an act of their own."""

    def __init__(self, runtime: Runtime, case_id: int) -> None:
        self.runtime, self.id = runtime, case_id

    def does(self, who: Person, what: Callable[..., Any], *said: Any, **named: Any) -> None:
        """`who` does `what` of `respondents`: sign, refuse, settle ..."""
        with self.by(who) as (act, case, person):
            what(act, case, person, *said, **named)

    def comes_back(self, head: Person) -> None:
        """The head of the department signs, deals with it, and returns the form."""
        self.does(head, respondents.sign)
        self.does(head, respondents.settle, "air in the pipe; apologised")
        self.does(head, respondents.give_back)

    def is_closed(self, by: Person) -> None:
        """Somebody closes it."""
        with self.by(by) as (act, case, person):
            promises.close_case(act, cases.get(act, case.id), by=person.id, outcome="warm again, and an apology")

    def is_put_to(self, by: Person, department_id: int) -> None:
        """Somebody puts it to a department."""
        with self.by(by) as (act, case, person):
            redirecting.redirect(act, case, department_id, by=person)

    @contextmanager
    def by(self, who: Person) -> Iterator[tuple[Act, Case, Staff]]:
        """An act of somebody's, with the case and themselves."""
        with self.runtime.act(Actor("console", who.id)) as act:
            yield act, act.session.get_one(Case, self.id), staff.get(act, who.id)

    @property
    def case(self) -> Case:
        """The case as it stands."""
        with self.runtime.look(COMMAND) as act:
            return act.session.get_one(Case, self.id)

    @property
    def row(self) -> Complaint:
        """The complaint as it stands."""
        with self.runtime.look(COMMAND) as act:
            found = complaint_forms.of(act, self.id)
            assert found is not None
            return found

    @property
    def promises(self) -> list[Promise]:
        """What was promised, in the order of its making."""
        with self.runtime.look(COMMAND) as act:
            return promises.of_case(act, self.id)

    @property
    def verdicts(self) -> dict[str, str]:
        """What became of each promise, by rule; of two by one rule the later."""
        return {one.rule: one.verdict for one in self.promises}

    def due(self, rule: str) -> datetime:
        """Until when it is promised; of two by one rule the later."""
        return {one.rule: one.due_at for one in self.promises}[rule]

    def dispatch(self, duty: str) -> Dispatch:
        """Who has to sign for it."""
        with self.runtime.look(COMMAND) as act:
            query = select(Dispatch).where(Dispatch.case_id == self.id, Dispatch.duty == duty)
            return act.session.scalars(query).one()

    def told(self, text: str) -> set[int]:
        """Who was told this of it, by id."""
        with self.runtime.look(COMMAND) as act:
            query = select(Notice.staff_id).where(Notice.case_id == self.id, Notice.text == text)
            return set(act.session.scalars(query))

    def clock(self) -> None:
        """The clock looks at everything that is due in it."""
        with self.runtime.act(CLOCK) as act:
            promise_looks.look(act, [one.id for one in promises.of_case(act, self.id)])


def filed(
    runtime: Runtime,
    cast: Cast,
    *,
    customer: Person | None = None,
    owner: Person | None = None,
    anonymous: bool = False,
    firm: Firm | None = None,
    **lodged: Any,
) -> Filed:
    """Chen (or `customer`, or whoever stays unnamed) complains at the desk of the heating company (or `firm`).

    Lin (or `owner`) takes it in.
    """
    taken_by, told_by = owner or cast.lin, customer or cast.chen
    with runtime.act(Actor("console", taken_by.id)) as act:
        company = companies.get(act, (firm or cast.heat).id)
        key = None if anonymous else customers.get(act, told_by.id).key
        words = {"sealed_happened": HAPPENED, "sealed_wanted": WANTED, "sealed_respondent": RESPONDENT}
        told = Told(
            company_id=company.id,
            owner_id=taken_by.id,
            details={name: _sealed(act, key, said) for name, said in words.items()},
            reachable=not anonymous,
            customer_id=None if anonymous else told_by.id,
            anonymous=anonymous,
        )
        if "grade" in lodged:
            lodged = {"why": "three days without heating", **lodged}
        return Filed(runtime, matters.open_complaint(act, told, Lodged(**lodged)).case.id)


def _sealed(act: Act, key: str | None, said: str) -> str:
    return act.sealer.seal_for(key, said) if key else act.sealer.seal(said)

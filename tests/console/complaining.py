"""Complaints for the pages to show, with a department to be complained of; without it each test would found a firm."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from hotline.console.complaint_doing import DOINGS, PROBLEMS
from hotline.domain import cases, companies, complaints, customers, joins, respondents, staff
from hotline.domain.act import CALLER, COMMAND, Act, Actor
from hotline.domain.cases import Case, Kind
from hotline.domain.complaints import Complaint
from hotline.domain.staff import Role, Staff
from hotline.phones import PhoneNumber
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.world import PASSWORD_HASH, Cast, Person, number

HEATING = "供热科"
_KEY = re.compile(r'key="([a-z-]+)"')  # of a refusal that has words of its own


def department(runtime: Runtime, cast: Cast, name: str = HEATING, *, head: str = "zhang") -> tuple[int, Person]:
    """A department of the heating company and its head; its id, and who heads it."""
    with runtime.act(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        made = companies.add_department(act, heat, name)
        phone = number(500 + made.id)
        person = staff.hire(
            act,
            heat,
            name=f"张{head}",
            login=head,
            roles=[Role.DEPARTMENT_HEAD],
            agent_number=str(500 + made.id),
            phone=phone,
            password_hash=PASSWORD_HASH,
            department_id=made.id,
        )
        return made.id, Person(person.id, person.name, person.login, phone)


def filed(runtime: Runtime, cast: Cast, *, n: int = 1, **told: Any) -> int:
    """Chen complains, and Lin answers for it; or as `told` says, `n` times. The last case's id."""
    with runtime.act(CALLER) as act:
        return [_file(act, cast, **told).id for _ in range(n)][-1]


def _file(
    act: Act,
    cast: Cast,
    *,
    grade: Grade | None = None,
    customer: Person | None = None,
    owner: Person | None = None,
    anonymous: bool = False,
    **about: Any,
) -> Case:
    case = cases.open(
        act,
        companies.get(act, cast.heat.id),
        kind=Kind.COMPLAINT,
        matter="complaint",
        owner_id=(owner or cast.lin).id,
        customer_id=None if anonymous else (customer or cast.chen).id,
        anonymous=anonymous,
    )
    case.details = {"sealed_happened": cases.seal(act, case, "师傅两次没有来")}
    why = "客户这样要求" if grade else ""
    complaints.file(act, case, grade=grade, why=why, by=case.owner_id, **about)
    return case


def somebody(runtime: Runtime, name: str, last: int) -> Person:
    """Another customer."""
    with runtime.act(COMMAND) as act:
        phone: PhoneNumber = number(last)
        customer = customers.with_number(act, phone)
        customers.rename(act, customer, name)
        return Person(customer.id, name, "", phone)


def dealt_with(runtime: Runtime, case_id: int, head: Person, *, returned: bool = True) -> None:
    """The department signs, deals with it, and returns the form."""
    steps = [respondents.sign, lambda act, case, by: respondents.settle(act, case, by, "已换人并道歉")]
    for step in [*steps, respondents.give_back] if returned else steps:
        with runtime.act(Actor("console", head.id)) as act:
            case = act.session.get_one(Case, case_id)
            companies.get(act, case.company_id)
            step(act, case, act.session.get_one(Staff, head.id))


def row(runtime: Runtime, case_id: int) -> Complaint:
    """The complaint of a case."""
    with runtime.look(COMMAND) as act:
        found = complaints.of_case(act, case_id)
        assert found is not None
        return found


def refuses(runtime: Runtime, case_id: int, head: Person, reason: str) -> None:
    """The department says that it is not theirs."""
    with runtime.act(Actor("console", head.id)) as act:
        case = act.session.get_one(Case, case_id)
        respondents.refuse(act, case, act.session.get_one(Staff, head.id), reason)


def missing_words(language: str) -> list[str]:
    """The problems of the forms of a complaint that have no words in a language."""
    wanted = [f"console.complaint.{doing}.{what}" for doing in DOINGS for what in set(PROBLEMS.values())]
    wanted += [f"console.complaint.join.{key}" for key in _KEY.findall(inspect.getsource(joins))]
    wanted += [f"console.{group}.{doing}" for doing in DOINGS for group in ("complaint-do", "complaint-press")]
    known = Prompts().keys(language)
    return [key for key in wanted if key not in known]


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Every statement that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)

"""Who complained: neither the department complained of nor whom it is about finds it in any byte they can fetch.

Everything is fetched that has an address, by every number and by every link on every page (CMP-10).
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from hotline.domain import calls, companies, customers, turns
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.complaint_forms import Complaint
from hotline.domain.news import Recording
from hotline.domain.notices import Notice
from hotline.domain.promises import Promise
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from tests import deciding, given
from tests.console import departments, forms
from tests.console.departments import Departments
from tests.console.visitor import Visitor, logged_in
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock, Person

HAPPENED = "约好九点上门，十一点才到"
AGREED = "同意等到周五"
TABLES = (Call, Case, Complaint, Notice, Promise, AuditEntry)
LEAVES = ("/console/logout", "/console/static")
RECORDING = "f" * 32
MOST = 4  # questions that are asked of one page: a calendar's links go on for ever


@dataclass(frozen=True)
class Who:
    """Somebody who complains, with everything that says who it is."""

    name: str
    number: PhoneNumber
    address: str
    organisation: str
    identity: str
    said: str  # in the call, before it came to the complaint

    @property
    def told(self) -> str:
        """What happened, in their own words: with everything that says who it is."""
        number = "-".join((self.number.national[:3], self.number.national[3:7], self.number.national[7:]))
        return f"{HAPPENED}。我是{self.name}（{self.organisation}），住{self.address}，{self.identity}，回{number}"

    @property
    def values(self) -> list[str]:
        """What must not be found, in every form in which it is written."""
        told, digits = self.number.national, self.number.e164
        spaced = " ".join(told)
        grouped = [gap.join((told[:3], told[3:7], told[7:])) for gap in " -"]
        written = [told, digits, spaced, *grouped, self.number.masked, f"*{told[-4:]}"]
        return [self.name, self.address, self.organisation, self.identity, self.said, *written]


NAMED = Who(
    "欧阳明月", PhoneNumber("+8613766554321"), "7号楼3单元1201", "明月书店", "110101198001011234", "明月书店楼上那家"
)
UNNAMED = Who(
    "司马青云", PhoneNumber("+8613977665432"), "9号楼1单元808", "青云茶馆", "110101197502025678", "青云茶馆隔壁"
)


@dataclass
class Found:
    """What somebody could fetch: every answer by its address."""

    pages: dict[str, bytes] = field(default_factory=dict)

    def holding(self, values: Iterable[str]) -> list[tuple[str, str]]:
        """Which of these values stand where, as they are written in a page, in JSON, in an address, in a table."""
        found = []
        for value in values:
            forms_of = {value.encode(), json.dumps(value).strip('"').encode(), quote(value).encode()}
            found += [(path, value) for path, body in self.pages.items() if any(one in body for one in forms_of)]
        return found


@pytest.fixture
def accused(request: pytest.FixtureRequest, cast: Cast) -> Person:
    """Whom both complain of: Zhou, an agent, or whom the test names."""
    who: Person = getattr(cast, getattr(request, "param", "zhou"))
    return who


@pytest.fixture
def told(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, accused: Person, at: HandClock
) -> tuple[Case, Case]:
    """Both complain of repair and of one person, by the desk's form: one by name, the other anonymously."""
    lin = logged_in(app, cast.lin)
    named = _complains(lin, runtime, cast, firm, NAMED, accused=accused.name, happened=NAMED.told)
    unnamed = _complains(lin, runtime, cast, firm, UNNAMED, accused=accused.name, anonymous="yes")
    _record(runtime, named)
    wanted = deciding.due(runtime, named.id) + timedelta(hours=5)  # asked by the department
    request = deciding.asks_time(runtime, firm.xu, named.id, wanted)
    deciding.decides(runtime, cast.qian, request, answer=f"{AGREED}：{NAMED.told}")
    shop = Workshop(runtime, cast, at)
    shop.works_for(timedelta(minutes=30), timedelta(minutes=5))
    for who in (firm.xu, accused):
        for text in shop.texts(who):
            assert not [value for value in (*NAMED.values, *UNNAMED.values) if value in text.body]
    return named, unnamed


def test_the_department_finds_in_no_byte_who_complained(
    app: Flask, runtime: Runtime, cast: Cast, firm: Departments, told: tuple[Case, Case]
) -> None:
    links = [departments.link(runtime, cast, case, firm.xu) for case in told]
    found = fetched(app, runtime, firm.xu, links)
    assert any(HAPPENED.encode() in body for body in found.pages.values()), "the department reads what happened"
    assert any(AGREED.encode() in body for body in found.pages.values()), "and what was answered to its own request"
    for link in links:
        assert HAPPENED.encode() in found.pages[link]
    assert found.holding([*NAMED.values, *UNNAMED.values, "司**"]) == []
    assert found.holding(["欧**"]) != [], "who gave a name is called by its first character"


@pytest.mark.parametrize("accused", ["zhou", "sun"], indirect=True)
def test_whom_it_is_about_finds_nothing_of_it_at_all(
    app: Flask, runtime: Runtime, accused: Person, told: tuple[Case, Case]
) -> None:
    found = fetched(app, runtime, accused, [])
    numbers = [case.number for case in told]
    assert found.holding([*NAMED.values, *UNNAMED.values, "司**", "欧**", HAPPENED, *numbers]) == []


def test_who_takes_complaints_in_finds_them_so_that_these_tests_can_fail(
    app: Flask, cast: Cast, told: tuple[Case, Case]
) -> None:
    sun = logged_in(app, cast.sun)
    listed = sun.opens("/console/cases").text
    for case in told:
        assert case.number in listed
    named, unnamed = (Found({"": sun.opens(f"/console/cases/{case.id}").data}) for case in told)
    assert named.holding([NAMED.number.masked]) != []
    assert unnamed.holding(UNNAMED.values) == [], "who stays unnamed is found by nobody"


def test_news_of_it_is_not_told_to_whom_it_is_hidden_from(
    app: Flask, runtime: Runtime, cast: Cast, told: tuple[Case, Case]
) -> None:
    zhou = logged_in(app, cast.zhou)
    with zhou.opens(f"/console/stream?about={told[0].chain}") as answer:
        news = (piece.decode() for piece in answer.iter_encoded())
        next(news)
        with runtime.act(COMMAND) as act:
            act.news.add(told[0].chain)
        assert next(news).startswith(":")


def fetched(app: Flask, runtime: Runtime, who: Person, links: list[str]) -> Found:
    """Everything that this person can fetch: every address by every number, and every link that stands on a page."""
    visitor, found = Visitor(app), Found()
    visitor.logs_in(who)
    waiting, asked = [*links, *_addresses(app, runtime)], Counter[str]()
    while waiting:
        path = waiting.pop()
        page = path.partition("?")[0]
        if path in found.pages or path.startswith(LEAVES) or asked[page] > MOST:
            continue
        asked[page] += 1
        answer = visitor.opens(path, **{"HX-Request": "true"} if "beside" in path else {})
        body = next(iter(answer.iter_encoded()), b"") if "stream" in path else answer.data
        answer.close()
        found.pages[path] = str(answer.headers).encode() + _unpacked(body)
        waiting += re.findall(r'(?:href|action|hx-get)="(/[^"#]+)', body.decode(errors="replace").replace("&amp;", "&"))
        waiting += [answer.location] if answer.location else []
    assert len(found.pages) > 100
    return found


def _addresses(app: Flask, runtime: Runtime) -> Iterator[str]:
    """Every address that can be opened, with every number that a row has."""
    with runtime.look(COMMAND) as act:
        most = max(act.session.scalar(select(func.max(table.id))) or 0 for table in TABLES if table is not AuditEntry)
        numbers = list(act.session.scalars(select(Case.number)))
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            yield from _of_rule(rule, most)
    for number in numbers:
        yield f"/console/cases?number={number}"
    for path in ("/console", "/console/cases", "/console/promises", "/console/visitors", "/console/complaints"):
        for query in ("state=closed", "state=open", "day=2026-11-18", "before=99", "company=1", "company=2", "lang=en"):
            yield f"{path}?{query}"


def _of_rule(rule: Rule, most: int) -> Iterator[str]:
    path = re.sub(r"<(?!int:)[^>]+>", RECORDING, str(rule))
    for number in range(1, most + 1) if "<int:" in path else (0,):
        yield re.sub(r"<int:\w+>", str(number), path)


def _unpacked(body: bytes) -> bytes:
    """What is packed is looked into: a workbook is a packed folder."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def _complains(lin: Visitor, runtime: Runtime, cast: Cast, firm: Departments, who: Who, **typed: str) -> Case:
    """They ring, say who they are, and complain; Lin writes it down on the call's form."""
    with runtime.act(CALLER) as act:
        customer = customers.with_number(act, who.number)
        customers.rename(act, customer, who.name)
        customers.settle_at(
            act, customer, company_id=cast.heat.id, address=who.address, agreement="HT-1", ends=act.at.date()
        )
        person = Person(customer.id, who.name, "", who.number)
        call = given.call(act, cast, sid=f"CA{customer.id:032d}", who=person)
        companies.get(act, cast.heat.id)
        calls.answered(act, call, millis=120)
        call.put(sealed_caller=calls.seal(act, call, who.number.e164))
        turns.record(act, call, said=["open-question"], heard="speech", words=who.said, led_to="agent")
        form = f"/console/calls/{call.id}/form"
    written = {
        "kind": "complaint",
        "happened": HAPPENED,
        "about": f"d{firm.repair}",
        "grade": "minor",
        "grade_why": "只是晚了",
        "name": who.name,
        "organisation": who.organisation,
        "identity": who.identity,
        "read_back": "yes",
    }
    forms.saves(lin, form, **{**written, **typed})
    return forms.opened(runtime)


def _record(runtime: Runtime, case: Case) -> None:
    """A message of the caller's is kept in the case."""
    with runtime.act(COMMAND) as act:
        act.session.add(
            Recording(
                sid="RE" + "1" * 32,
                call_id=case.call_id,
                case_id=case.id,
                seconds=3,
                state="completed",
                at=act.at,
                file=RECORDING,
                customer_id=case.customer_id,
                sha256="0" * 64,
            )
        )

"""The known cast and the hand-turned clock; without them every test would invent its own people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hotline.domain import companies, customers, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.companies import Company
from hotline.domain.staff import Duty, Role
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 18, 10, tzinfo=SHANGHAI)  # a Wednesday in the heating season
PASSWORD = "correct horse battery staple"
# Of PASSWORD, by argon2 with its smallest cost: a test that logs in should not wait for the hash.
PASSWORD_HASH = "$argon2id$v=19$m=8,t=1,p=1$fbV/WdLOzpVZtlG/WADr3Q$nibIKH5mlAzu+67z8BYShkYPkWGnYpdz4yYBFR3zTYI"
# The cast logs in with a pass phrase alone; the second factor has its own tests.
ONE_FACTOR: dict[str, dict[str, Any]] = {"secrecy": {"second_factor": []}}


class HandClock:
    """A clock that stands still until it is turned."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        """From here on it is `now`."""
        self.now = now

    def passes(self, span: timedelta) -> None:
        """So much time goes by at once."""
        self.now += span


@dataclass(frozen=True)
class Person:
    """Somebody of the cast. Load the row in your own act where you want to change it."""

    id: int
    name: str
    login: str
    number: PhoneNumber


@dataclass(frozen=True)
class Firm:
    """A company of the group and the public number at which it is called."""

    id: int
    code: str
    number: str


@dataclass(frozen=True)
class Cast:
    """Everybody. `heat` has the people named here; `home` has an agent and a supervisor of its own."""

    heat: Firm
    home: Firm
    lin: Person  # 林, agent, on front duty, the first to answer
    zhou: Person  # 周, agent, on front duty after Lin
    wang: Person  # 王, engineer, on repair duty, rung first
    zhao: Person  # 赵, engineer, on repair duty after Wang
    he: Person  # 何, security guard on duty
    sun: Person  # 孙, supervisor
    qian: Person  # 钱, manager
    feng: Person  # 冯, general manager
    tang: Person  # 唐, administrator
    bai: Person  # 白, auditor
    wu: Person  # 吴, agent of `home`
    hu: Person  # 胡, supervisor of `home`
    chen: Person  # 陈, a customer of both companies at ADDRESS, agreement in force
    unknown: PhoneNumber  # nobody is known by this number


ADDRESS = "3号楼2单元501"
AGREEMENT = "HT-2026-0815"

_Row = tuple[str, str, list[Role], Duty | None]  # login, name, roles, duty

# The order is the order on the roster and of the telephone numbers.
_HEAT: tuple[_Row, ...] = (
    ("lin", "林晓", [Role.AGENT], Duty.FRONT),
    ("zhou", "周静", [Role.AGENT], Duty.FRONT),
    ("wang", "王强", [Role.ENGINEER], Duty.REPAIR),
    ("zhao", "赵刚", [Role.ENGINEER], Duty.REPAIR),
    ("he", "何勇", [], Duty.SECURITY),
    ("sun", "孙丽", [Role.SUPERVISOR], None),
    ("qian", "钱明", [Role.MANAGER], None),
    ("feng", "冯伟", [Role.GENERAL_MANAGER], None),
    ("tang", "唐宁", [Role.ADMINISTRATOR], None),
    ("bai", "白雪", [Role.AUDITOR], None),
)
_HOME: tuple[_Row, ...] = (
    ("wu", "吴敏", [Role.AGENT], Duty.FRONT),
    ("hu", "胡军", [Role.SUPERVISOR], None),
)


def number(last: int) -> PhoneNumber:
    """A mobile number that belongs to the tests: +86139 and eight digits."""
    return PhoneNumber(f"+86139{last:08d}")


def environment(*, database_url: str, redis_url: str, var: Path) -> dict[str, str]:
    """What a process of ours is told: keys, a carrier account, a public address. Nothing is read from outside."""
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "HOTLINE_VAR": str(var),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 31 + "1",
        "TWILIO_AUTH_TOKEN": "the-token-of-the-tests",
        "PUBLIC_BASE_URL": "https://hotline.example.com",
        "SECRET_KEY": "a-secret-key-of-the-tests-48-characters-long-xxx",
        "SEALING_KEYS": "k1:" + "c2VhbGluZy1rZXktb2YtdGhlLXRlc3RzLTMyLWJ5dGU=",
        "BLIND_INDEX_KEY": "YmxpbmQtaW5kZXgta2V5LW9mLXRoZS10ZXN0cy0zMiE=",
        "AUDIT_SIGNING_KEY": "c2lnbmluZy1rZXktb2YtdGhlLXRlc3RzLTMyLWJ5dGU=",
    }


def found(runtime: Runtime) -> Cast:
    """Bring the cast to life in one act, around the clock on duty from yesterday to a month from now."""
    with runtime.act(COMMAND) as act:
        heat = companies.found(
            act,
            code="heat",
            name_zh="安心热力",
            name_en="Anxin Heating",
            profile="heating",
            numbers=[number(1000).e164],
            overrides=ONE_FACTOR,
        )
        people = dict(_hire(act, heat, _HEAT, numbers_from=1))
        home = companies.found(
            act,
            code="home",
            name_zh="安心物业",
            name_en="Anxin Homes",
            profile="property",
            numbers=[number(2000).e164],
            overrides=ONE_FACTOR,
        )
        people |= dict(_hire(act, home, _HOME, numbers_from=21))
        return Cast(
            heat=Firm(heat.id, heat.code, number(1000).e164),
            home=Firm(home.id, home.code, number(2000).e164),
            chen=_know_chen(act, heat, home),
            unknown=number(99),
            **people,
        )


def _hire(act: Act, company: Company, people: Iterable[_Row], *, numbers_from: int) -> Iterable[tuple[str, Person]]:
    for place, (login, name, roles, duty) in enumerate(people):
        phone = number(numbers_from + place)
        person = staff.hire(
            act,
            company,
            name=name,
            login=login,
            roles=roles,
            agent_number=f"{numbers_from + place:03d}",
            phone=phone,
            password_hash=PASSWORD_HASH,
        )
        if duty is not None:
            begins = act.at - timedelta(days=1) + timedelta(minutes=place)
            staff.roster(act, person, duty, begins, act.at + timedelta(days=30))
        yield login, Person(person.id, name, login, phone)


def _know_chen(act: Act, *served_by: Company) -> Person:
    phone = number(88)
    customer = customers.with_number(act, phone)
    customers.rename(act, customer, "陈")
    for company in served_by:
        customers.settle_at(
            act, customer, company_id=company.id, address=ADDRESS, agreement=AGREEMENT, ends=date(2027, 10, 31)
        )
    return Person(customer.id, "陈", "", phone)

"""A small believable group of companies; without it nobody could try the hotline before founding a company."""

from __future__ import annotations

import json
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline import keys
from hotline.console import passwords, rights
from hotline.domain import companies, customers, staff
from hotline.domain.act import COMMAND, Act
from hotline.domain.companies import Company
from hotline.domain.staff import Duty, Role, Staff
from hotline.errors import Refused
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime

GROUP = Path(__file__).with_name("demo.toml")
LOG_INS = "demo.json"
_PASSWORD_BYTES = 9  # twelve characters, made anew for every installation


@dataclass(frozen=True)
class LogIn:
    """Who can log in to the demo, and as what."""

    login: str
    name: str
    company: str
    roles: tuple[str, ...]
    password: str


def is_empty(runtime: Runtime) -> bool:
    """Is there no company yet?"""
    with runtime.look(COMMAND) as act:
        return act.session.scalar(select(Company.id).limit(1)) is None


def load(runtime: Runtime) -> list[LogIn]:
    """Load the demo group in one act and keep its log-ins in demo.json. Raises Refused where companies exist."""
    group = tomllib.loads(GROUP.read_text("utf-8"))
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with runtime.act(COMMAND) as act:
        if act.session.scalar(select(Company.id).limit(1)) is not None:
            raise Refused("the demo group is loaded into an empty database only, and this one has companies already")
        password_hash = passwords.hashed(password)
        founded = {item["code"]: _found(act, item, group, password_hash) for item in group["companies"]}
        for item in group["customers"]:
            _know(act, item, founded)
    log_ins = [
        LogIn(person["login"], person["name"], item["name_zh"], tuple(person["roles"]), password)
        for item in group["companies"]
        for person in item["staff"]
        if _opens_the_console(person)
    ]
    _keep(runtime.settings.hotline_var / LOG_INS, log_ins)
    return log_ins


def customers_by_key(runtime: Runtime) -> dict[str, str]:
    """The numbers (E.164) of the demo's customers that this database knows, by the keys that stories use."""
    group = tomllib.loads(GROUP.read_text("utf-8"))
    with runtime.look(COMMAND) as act:
        numbers = {item["key"]: PhoneNumber.parse(item["phone"]) for item in group["customers"]}
        return {key: number.e164 for key, number in numbers.items() if customers.find(act, number)}


def kept_log_ins(var: Path) -> list[LogIn]:
    """The log-ins of the demo group that was loaded from this data folder; none where none was."""
    path = var / LOG_INS
    if not path.exists():
        return []
    return [LogIn(**{**item, "roles": tuple(item["roles"])}) for item in json.loads(path.read_text("utf-8"))]


def _opens_the_console(person: Mapping[str, Any]) -> bool:
    return not rights.PAGES["console.call_list"].isdisjoint(person["roles"])


def _keep(path: Path, log_ins: list[LogIn]) -> None:
    path.unlink(missing_ok=True)
    keys.keep_private(path, [vars(log_in) for log_in in log_ins])


def _found(act: Act, item: Mapping[str, Any], group: Mapping[str, Any], password_hash: str) -> Company:
    names = ("code", "name_zh", "name_en", "profile", "numbers")
    company = companies.found(act, **{name: item[name] for name in names}, overrides=group["overrides"])
    departments = {name: companies.add_department(act, company, name).id for name in item["departments"]}
    people = {}
    for person in item["staff"]:
        people[person["login"]] = staff.hire(
            act,
            company,
            name=person["name"],
            login=person["login"],
            roles=[Role(role) for role in person["roles"]],
            agent_number=person["agent_number"],
            phone=PhoneNumber.parse(person["phone"]),
            password_hash=password_hash if _opens_the_console(person) else None,
            department_id=departments[person["department"]],
        )
    zone = ZoneInfo(act.standard.timezone)
    _roster(act, people, item["duty"], _shifts(act.at.astimezone(zone), group["roster"]))
    return company


def _shifts(now: datetime, roster: Mapping[str, Any]) -> list[tuple[int, datetime, datetime]]:
    """Every shift of the coming days, from the first of today: its place in the day, its begin and its end."""
    starts = [
        (place, datetime.combine(now.date() + timedelta(ahead), time.fromisoformat(text), now.tzinfo))
        for ahead in range(roster["days"] + 1)
        for place, text in enumerate(roster["shifts"])
    ]
    return [(place, begin, end) for (place, begin), (_, end) in pairwise(starts)]


def _roster(
    act: Act,
    people: Mapping[str, Staff],
    duties: Mapping[str, list[list[str]]],
    shifts: list[tuple[int, datetime, datetime]],
) -> None:
    for place, begin, end in shifts:
        for duty, by_shift in duties.items():
            for login in by_shift[place]:
                staff.roster(act, people[login], Duty(duty), begin, end)


def _know(act: Act, item: Mapping[str, Any], founded: Mapping[str, Company]) -> None:
    customer = customers.with_number(act, PhoneNumber.parse(item["phone"]))
    customers.rename(act, customer, item["name"])
    customer.language, customer.slow = item.get("language"), item.get("slow", False)
    if "company" not in item:
        return
    customers.settle_at(
        act,
        customer,
        company_id=founded[item["company"]].id,
        address=item["address"],
        agreement=item["agreement"],
        ends=act.at.date() + timedelta(item["agreement_days"]),
    )

"""Customers who are owed a call, by the thousand, and how they take it; without it nobody would be rung (VIS-1)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from hotline.domain import cases, companies, customers, outbox, visits
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.companies import Company
from hotline.domain.owed_calls import Callback
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from hotline.simulator.crowd import Crowd, Reply
from hotline.simulator.legs import Habit

IN_ONE_ACT = 50
AT_ONCE = 1000  # surveys: what is measured is the engine, not how many lines a company has
RULE = "VIS-1.repair"
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
NOON = 11  # the hour that it is for the company while the bench runs: nobody is rung at night
_HABITS = {Habit.BUSY: 50, Habit.NO_ANSWER: 30, Habit.ANSWERS: 20}
_ANSWERS = [
    Reply("方便请按1", "1"),
    Reply("修好了请按1", "1"),
    Reply("请您打个分", "5"),
    Reply("还有什么想告诉我们", "2"),
]


def number(n: int) -> str:
    """The telephone of customer n."""
    return f"+861549{n:07}"  # a range that nobody has, which tells no place: it is noon for all


def fit(house: Runtime, now: datetime) -> None:
    """It is noon on a day of work for all, and the machine may ask as many at once as the platform allows."""
    ahead = (NOON - now.astimezone(UTC).hour + 12) % 24 - 12
    zone = ZoneInfo(f"Etc/GMT{-ahead:+d}")  # the sign of these names is that of the way back to Greenwich
    with house.act(COMMAND) as act:
        for company in act.session.scalars(select(Company)):
            company.overrides = {
                "timezone": zone.key,
                "calendar": {"country": "none", "week": EVERY_DAY},
                "engine": {"callbacks": {"surveys_at_once": AT_ONCE}},
            }


def promised(house: Runtime, company_id: int, owner_id: int, many: int) -> None:
    """So many customers are owed a return visit by the machine, from tomorrow on."""
    for first in range(0, many, IN_ONE_ACT):
        with house.act(COMMAND) as act:
            company = companies.get(act, company_id)
            for n in range(first, min(first + IN_ONE_ACT, many)):
                customer = customers.with_number(act, PhoneNumber(number(n)))
                case = cases.open(
                    act, company, kind=Kind.FAULT, matter="heating", owner_id=owner_id, customer_id=customer.id
                )
                visits.owe(act, case, RULE)


def due(house: Runtime, dues: Sequence[datetime], *, first: int = 0) -> None:
    """Customer `first` + n is rung from `dues[n]` on."""
    with house.act(COMMAND) as act:
        ids = list(act.session.scalars(select(Callback.id).order_by(Callback.id).offset(first).limit(len(dues))))
        changed = [{"id": id_, "next_at": at} for id_, at in zip(ids, dues, strict=True)]
        act.session.execute(update(Callback), changed)
        for id_, at in zip(ids, dues, strict=True):
            outbox.post(act, "call-back", due=at, callback=id_)


def lives(crowd: Crowd, many: int, seed: int) -> None:
    """Half are busy, three in ten are out, two in ten answer and press what they are asked."""
    dice = random.Random(seed)  # noqa: S311 - behaviour, not a secret
    for n in range(many):
        habit = dice.choices(list(_HABITS), list(_HABITS.values()))[0]
        crowd.rung(number(n), _ANSWERS, habit, after=dice.uniform(1, 6))

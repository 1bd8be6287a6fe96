"""What every request that brings something has to go through; without it what is sent twice would be done twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask import abort, request
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge, ServiceUnavailable

from hotline.api import guard, problems
from hotline.api.problems import Lack, Unfit
from hotline.domain import api_keys, customers, staff, wishes
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiKey, ApiRequest, Brought
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.customers import Customer
from hotline.domain.promises import Promise
from hotline.domain.staff import Staff
from hotline.errors import NotFound
from hotline.phones import PhoneNumber

_REQUEST = re.compile(rf"[!-~]{{1,{api_keys.REQUEST_LONGEST}}}")
_MOST = 20  # wrong fields that one refusal names
_GIVE = "give an ordinary line in one of {regions}; callbacks.regions of the company's figures says where"
BARRED = {
    "ours": "is not rung, as it is a number of our own: " + _GIVE,
    "abroad": "is not rung, as it lies in another country or region: " + _GIVE,
    "special": "is not rung, as it is premium-rate, special or not whole: " + _GIVE,
}


def body() -> bytes:
    """What was sent. Of a body whose length is not told beforehand, what is too much is cut off in silence."""
    sent = request.get_data(cache=False)
    if len(sent) >= (request.max_content_length or 0):
        raise RequestEntityTooLarge
    return sent


def request_name() -> str:
    """The sender's own name for this request. Raises Unfit where it has none."""
    name = request.headers.get("Idempotency-Key", "")
    if not _REQUEST.fullmatch(name):
        right = f"a header of 1 to {api_keys.REQUEST_LONGEST} plain characters, another one for each request"
        raise Unfit(Lack("Idempotency-Key", f"{right}: what is sent again under the same one is done once"))
    return name


def once(act: Act, kind: Brought, name: str, spelling: str, do: Callable[[ApiKey], Case]) -> ApiRequest:
    """Do what is asked for under this name, or find what came of it when it was done before.

    What one system sends at once is done one after the other. Raises Conflict for something else under the same name.
    """
    key = api_keys.turn(act, guard.key().id)
    if key is None:
        abort(problems.answer(401, "this key was revoked a moment ago"))
    print_of = act.sealer.blind(spelling)
    done = api_keys.done_before(act, key, name, kind, print_of)
    return done or api_keys.note_done(act, key, name, kind, print_of, do(key).id)


def refuse(lacks: Sequence[Lack]) -> None:
    """Raises Unfit where anything is wrong with a request; so many at once that the answer stays short."""
    if lacks:
        raise Unfit(*lacks[:_MOST])


def not_too_often(act: Act, phone: str) -> None:
    """Nobody has us ring one number all day, under whatever names and keys (SEC-5); of many at once one is counted
    after the other. The standard is chosen.
    """
    number = PhoneNumber(phone)
    customer = customers.with_number(act, number)
    # In a way that lets others share the customer: two that share one already would wait for each other.
    act.session.execute(select(Customer.id).where(Customer.id == customer.id).with_for_update(key_share=True))
    if not wishes.asked_too_often(act, number):
        return
    calendar, most = act.standard.calendar, act.standard.callbacks.asked_daily
    today = act.at.astimezone(calendar.timezone).date()
    ends = calendar.start_of_day(date.fromordinal(today.toordinal() + 1))
    left = {"Retry-After": str(int((ends - act.at).total_seconds()) + 1)}
    abort(problems.answer(429, f"this number was asked for {most} times today: callbacks.asked_daily", headers=left))


def nuisance(act: Act, phone: str | None) -> Iterable[Lack]:
    """A number that a supervisor set aside is not rung for whoever types it in."""
    if phone is not None and customers.is_nuisance(act, PhoneNumber(phone)):
        yield Lack("phone", "is not rung at present: a supervisor set it aside (ANS-12)")


def wrong_with_person(act: Act, company: Company, phone: str | None, language: str | None) -> Iterable[Lack]:
    """What can be wrong with where and in which language somebody is to be rung; the standard is chosen."""
    offered, regions = act.standard.languages.offered, act.standard.callbacks.regions
    if language is not None and language not in offered:
        yield Lack("language", f"is one of {', '.join(offered)}")
    why_not = customers.why_not_rung(act, PhoneNumber(phone), company.id) if phone is not None else None
    if why_not is not None:
        yield Lack("phone", BARRED[why_not].format(regions=", ".join(regions)))


def owner(act: Act, company: Company, *, but: int | None = None) -> Staff:
    """Who answers for it from the first: the customer is told of one owner, not of two in a second."""
    try:
        return staff.answerable(act, company.id, but=but)
    except NotFound:
        raise ServiceUnavailable from None  # nobody works there yet: whoever set it up has to, not the sender


def customer(act: Act, phone: str | None, *, name: str | None, language: str | None) -> Customer | None:
    """Who has the number that was told. What is known of them stays: a web form is filled in by anybody."""
    if phone is None:
        return None
    found = customers.with_number(act, PhoneNumber(phone))
    if found.name is None and name is not None:
        customers.rename(act, found, name)
    found.language = found.language or language
    return found


def sealed(act: Act, whose: Customer | None, told: dict[str, str | None]) -> dict[str, str]:
    """What was told, sealed for its case, without what was not."""
    seal = act.sealer.seal if whose is None else lambda value: act.sealer.seal_for(whose.key, value)
    return {f"sealed_{name}": seal(value) for name, value in told.items() if value}


def promised(made: Sequence[Promise]) -> list[dict[str, Any]]:
    """What was promised, with its deadline and what became of it."""
    return [
        {"rule": one.rule, "due": utc(one.due_at), "verdict": one.verdict, "done": utc(one.done_at)} for one in made
    ]


def utc(at: datetime | None) -> str | None:
    """An instant as it is told to other systems."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None

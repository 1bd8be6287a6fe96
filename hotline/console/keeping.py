"""What the pages of keeping and destroying share: whose company, which matter or call, what is held of it (REC-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, refused, rights, words
from hotline.domain import cases, companies, customers, holds
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.erasures import Erasure
from hotline.domain.holds import Hold
from hotline.errors import Conflict, Invalid, Refused

LONGEST = 500  # characters of a reason
BY_CASE, BY_CALL = "case", "call"  # whose number somebody gives


@dataclass(frozen=True)
class Named:
    """By what a hold or a request was named, as people say it, and where it is for whoever may open it."""

    text: str
    link: str | None


@dataclass(frozen=True)
class OfCall:
    """What a reader may do about keeping a call; what holds it already; is there a customer who could be named?"""

    may_hold: bool
    may_ask: bool
    held: list[int]
    has_customer: bool


def company_id() -> int | None:
    """Whose records are shown: one's own company's; None: every one's."""
    return None if rights.whole_group(asking.person()) else asking.person().company_id


def typed(name: str) -> str:
    """What was typed into a field of the form."""
    return request.form.get(name, "").strip()[:LONGEST]


@contextmanager
def deciding() -> Iterator[Act]:
    """An act under the standard of whoever decides."""
    with asking.runtime().act(asking.actor()) as act:
        companies.get(act, asking.person().company_id)
        yield act


def numbered(act: Act, by: str, number: str) -> Case | Call:
    """The matter of this number, or the call, for whoever may see it; its customer is locked, its company's standard
    chosen. Raises Invalid.
    """
    found: Case | Call | None = (
        _call(act, number) if by == BY_CALL else cases.numbered(act, asking.person().company_id, number)
    )
    if found is None or not rights.may_see(act, asking.person(), found):
        raise Invalid(f"no {by} has this number", key="no-call" if by == BY_CALL else "no-case")
    if found.customer_id is not None:
        customers.locked(act, found.customer_id)  # before their matter, as always
    if isinstance(found, Case):
        found = cases.get(act, found.id)
    companies.get(act, found.company_id)
    return found


def _call(act: Act, number: str) -> Call | None:
    try:
        return act.session.get(Call, asking.row_id(number))
    except ValueError:
        return None


def done(here: str, page: Callable[..., str], does: Callable[[], None], **told: Any) -> ResponseReturnValue:
    """Do it and go back to the page; where it is refused, with why and with all that was typed."""
    try:
        does()
    except (Conflict, Invalid, Refused) as error:
        found = {**told, "problem": words.text(f"keeping.problem.{error.key}")}
        return refused.back_to(here, **found) or (page(**found), 409)
    return redirect(here)


def named(act: Act, rows: Iterable[Hold | Erasure]) -> dict[int, Named]:
    """What each of these rows was named by."""
    return {one.id: _named(act, holds.thing(act, one.case_id, one.call_id)) for one in rows}


def _named(act: Act, about: Case | Call) -> Named:
    person = asking.person()
    if isinstance(about, Case):
        link = url_for("console.one_case", case_id=about.id) if rights.may_see(act, person, about) else None
        return Named(about.number, link)
    link = url_for("console.one_call", call_id=about.id) if rights.may_see_call(act, person, about) else None
    return Named(words.text("call.title", id=about.id), link)


def of_call(act: Act, call: Call) -> OfCall | None:
    """For the page of a call; None for whoever has nothing to do with keeping it."""
    person = asking.person()
    if not rights.may_open(person, "console.hold_list") or not rights.may_see(act, person, call):
        return None
    return OfCall(
        may_hold=rights.may_open(person, "console.place_hold"),
        may_ask=rights.may_open(person, "console.ask_erasure"),
        held=[one.id for one in holds.of_call(act, call.id)],
        has_customer=call.customer_id is not None and not holds.is_unnamed(call),
    )

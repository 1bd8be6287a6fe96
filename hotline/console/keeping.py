"""What the pages of keeping and destroying share: whose company, which matter, what stands against it (REC-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from hotline.console import asking, refused, rights, words
from hotline.domain import cases, companies, customers
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.errors import Conflict, Invalid, Refused

LONGEST = 500  # characters of a reason


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


def numbered(act: Act, number: str) -> Case:
    """The matter of this number, locked, its company's standard chosen, for whoever may see it. Raises Invalid."""
    found = cases.numbered(act, asking.person().company_id, number)
    if found is None or not rights.may_see(act, asking.person(), found):
        raise Invalid("no matter has this number", key="no-case")
    if found.customer_id is not None:
        customers.locked(act, found.customer_id)  # before their matter, as always
    case = cases.get(act, found.id)
    companies.get(act, case.company_id)
    return case


def done(here: str, page: Callable[..., str], does: Callable[[], None], **told: Any) -> ResponseReturnValue:
    """Do it and go back to the page; where it is refused, with why and with all that was typed."""
    try:
        does()
    except (Conflict, Invalid, Refused) as error:
        found = {**told, "problem": words.text(f"keeping.problem.{error.key}")}
        return refused.back_to(here, **found) or (page(**found), 409)
    return redirect(here)


def case_numbers(act: Act, ids: set[int]) -> dict[int, tuple[str, bool]]:
    """The number of each matter, and whether the reader may open it."""
    found = {id_: act.session.get_one(Case, id_) for id_ in ids}
    return {id_: (case.number, rights.may_see(act, asking.person(), case)) for id_, case in found.items()}

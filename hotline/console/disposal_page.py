"""What is on a list of disposal, thing by thing; without it a manager would approve what they cannot see (REC-5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, render_template, url_for

from hotline.console import asking, keeping, lists, paging, people, rights
from hotline.domain import companies, disposals
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.customers import Customer
from hotline.domain.disposals import Disposal, DisposalItem
from hotline.domain.news import Recording
from hotline.errors import NotFound


@dataclass(frozen=True)
class Shown:
    """One thing that the reader may know of: what it is called, when it was, where it stands."""

    item: DisposalItem
    name: str
    at: datetime
    link: str | None


def one_disposal(disposal_id: int) -> str:
    """The things on a list, a page at a time, class by class, the newest first.

    What the reader may not know of is not even counted (CMP-10); what another company took over since is counted alone.
    """
    with asking.runtime().look(asking.actor()) as act:
        disposal = _seen(act, disposal_id)
        but = disposals.hidden_from(act, asking.person())
        found = disposals.items(act, disposal_id, but, before=paging.before(), most=lists.PAGE + 1)
        page = found[: lists.PAGE]
        shown = [one for one in (_SHOWN[item.kind](act, item) for item in page) if one is not None]
        company = companies.get(act, disposal.company_id)
        g.here = url_for("console.one_disposal", disposal_id=disposal_id)
        return render_template(
            "one_disposal.html",
            disposal=disposal,
            company=company,
            rows=shown,
            hidden=len(page) - len(shown),
            count=sum(disposals.counts(act, disposal_id, but).values()),
            more=paging.more(found),
            zone=act.standard.timezone,
        )


def _seen(act: Act, disposal_id: int) -> Disposal:
    disposal = act.session.get(Disposal, disposal_id)
    if disposal is None or keeping.company_id() not in (None, disposal.company_id):
        raise NotFound(f"there is no list {disposal_id}")
    return disposal


def _case(act: Act, item: DisposalItem) -> Shown | None:
    case = act.session.get_one(Case, int(item.thing))
    if not rights.may_see(act, asking.person(), case):
        return None
    return Shown(item, case.number, case.closed_at or case.opened_at, _to("one_case", case_id=case.id))


def _call(act: Act, item: DisposalItem) -> Shown | None:
    call = act.session.get_one(Call, int(item.thing))
    if not rights.may_see_call(act, asking.person(), call):
        return None
    return Shown(item, str(call.id), call.started_at, _to("one_call", call_id=call.id))


def _recording(act: Act, item: DisposalItem) -> Shown | None:
    """By its call. Of an anonymous matter the call is told and never the matter."""
    row = act.session.get_one(Recording, item.thing)
    call = act.session.get_one(Call, row.call_id)
    case = act.session.get(Case, row.case_id) if row.case_id is not None else None
    about: list[Call | Case] = [call] if case is None else [call, case]
    if not all(rights.may_see(act, asking.person(), thing) for thing in about):
        return None
    return Shown(item, str(call.id), row.at, _to("one_call", call_id=call.id))


def _customer(act: Act, item: DisposalItem) -> Shown | None:
    customer = act.session.get_one(Customer, int(item.thing))
    return Shown(
        item,
        people.masked_numbers(act, [customer.id]).get(customer.id, ""),
        customer.known_since,
        _to("looks", customer=customer.id),
    )


_SHOWN: Mapping[str, Callable[[Act, DisposalItem], Shown | None]] = {
    "case": _case,
    "call": _call,
    "recording": _recording,
    "customer": _customer,
}


def _to(page: str, **of: Any) -> str | None:
    endpoint = f"console.{page}"
    return url_for(endpoint, **of) if rights.may_open(asking.person(), endpoint) else None

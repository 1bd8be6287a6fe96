"""Who looked at which customer, by person and by customer; without it a leak could not be traced (SEC-2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.console import asking, lists, paging, people, refused, rights, taken_along, words
from hotline.console.taken_along import Taken
from hotline.domain import companies, customers, export_holdings
from hotline.domain import looks as domain
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.looks import Asked, Look, UnusualLooks
from hotline.domain.staff import Staff
from hotline.errors import Invalid, Refused
from hotline.phones import PhoneNumber

_NEWEST = 10  # occasions shown on which somebody's looking was unusual
_LONGEST = 24  # characters of a number
# In place of a reason.
_AT_WORK: dict[str, str] = {
    domain.Kind.SHEET: "access.by-sheet",
    domain.Kind.CHECK: "access.by-check",
    domain.Kind.SEARCHED: "access.by-search",
}


@dataclass(frozen=True)
class Row:
    """One look as it is shown: what was seen, where that stands, and why."""

    look: Look
    thing: Call | Case | None  # None: calls were looked for
    reason: str
    what: str  # turn, told, note ... without its number; nothing of a recording, whose name says nothing
    n: str = ""  # which one, where there are several: of a correction, its entry in the log


def looks() -> ResponseReturnValue:
    """Looks, the newest first: of one person, at one customer, or all that the reader may know of."""
    return _page(**refused.taken(_here()))


def find_looks() -> ResponseReturnValue:
    """The looks at the customer with this number. It is sent as a form, so that it stands in no address or log."""
    typed = request.form.get("number", "").strip()[:_LONGEST]
    try:
        number = PhoneNumber.parse(typed)
    except Invalid:
        return _refused(words.text("access.no-number"), typed)
    with asking.runtime().act(asking.actor()) as act:
        companies.get(act, asking.person().company_id)
        try:
            domain.note_search(act, by=asking.person().id, what="number")
        except Refused:
            return _refused(words.text("calllog.problem.too-many", n=act.standard.secrecy.searches_most), typed)
        found = customers.find(act, number)
        if found is not None:
            act.remember("house", "looks-searched", customer=found.id, by=asking.person().id)
        is_known = found is not None and _saw_any(act, found.id)
    if found is None or not is_known:
        return _refused(words.text("access.unknown"), typed)
    return redirect(url_for("console.looks", customer=found.id))


def _here() -> str:
    return url_for("console.looks")


def _refused(problem: str, typed: str) -> ResponseReturnValue:
    told = {"problem": problem, "typed": typed}
    return refused.back_to(_here(), **told) or (_page(**told), 409)


def _page(**told: Any) -> str:
    person = asking.person()
    g.here = _here()
    seen = _companies(person)
    asked = Asked(request.args.get("staff", type=asking.row_id), request.args.get("customer", type=asking.row_id), seen)
    before = paging.before()
    with asking.runtime().look(asking.actor()) as act:
        found = domain.listed(act, asked, before=before, most=lists.PAGE + 1)
        page = found[: lists.PAGE]
        taken = taken_along.listed(act, person, asked) if before is None else []
        unusual = domain.unusual(act, seen, most=_NEWEST)
        rows = [row for look in page if (row := _shown(act, person, look)) is not None]
        companies.get(act, person.company_id)
        query: dict[str, Any] = {"staff": asked.staff_id, "customer": asked.customer_id}
        return render_template(
            "looks.html",
            rows=rows,
            names=people.names(act, _ids(page, unusual, taken)),
            taken=taken[: taken_along.MOST],
            known_since=export_holdings.since(act) if asked.customer_id else None,
            takes_more=bool(taken[taken_along.MOST :]),
            companies=people.companies_by_id(act),
            numbers=people.masked_numbers(
                act, {row.look.customer_id for row in rows} | ({asked.customer_id} if taken else set())
            ),
            unusual=[] if before else unusual,
            colleagues=_colleagues(act, seen),
            asked=asked,
            more=paging.more(found, **{name: value for name, value in query.items() if value}),
            standard=act.standard,
            zone=act.standard.timezone,
            **{"problem": "", "typed": "", **told},
        )


def _companies(person: Staff) -> frozenset[int] | None:
    """Whose looks this person may see; None for everybody's."""
    return None if rights.whole_group(person) else frozenset({person.company_id})


def _saw_any(act: Act, customer_id: int) -> bool:
    """Is there a look at this customer, or a file with them in it, that the reader may know of? Else not even that we
    know the customer is told.
    """
    person = asking.person()
    found = domain.listed(act, Asked(None, customer_id, _companies(person)), before=None, most=lists.PAGE)
    if any(_shown(act, person, look) is not None for look in found):
        return True
    return taken_along.held_any(act, person, customer_id, _companies(person))


def _shown(act: Act, person: Staff, look: Look) -> Row | None:
    """None for what stands in a matter that is hidden from the reader: not even that somebody looked is told."""
    thing = _thing(act, look)
    if thing is not None and not rights.may_see(act, person, thing):
        return None
    what, _hyphen, n = ("" if look.kind == domain.Kind.PLAYED else look.what).partition("-")
    reason = words.text(_AT_WORK[look.kind]) if look.kind in _AT_WORK else act.sealer.open(look.reason)
    return Row(look, thing, reason, what, n if n.isdecimal() else "")


def _ids(page: list[Look], unusual: list[UnusualLooks], taken: list[Taken]) -> set[int]:
    """Everybody who is named on the page."""
    looked = {one.staff_id for one in page} | {one.staff_id for one in unusual}
    return looked | {one.export.asked_by_id for one in taken if one.is_theirs}


def _thing(act: Act, look: Look) -> Call | Case | None:
    kind, _, number = look.chain.partition(":")
    if look.kind == domain.Kind.SEARCHED:
        return None
    return act.session.get_one(Call, int(number)) if kind == "call" else act.session.get_one(Case, int(number))


def _colleagues(act: Act, seen: frozenset[int] | None) -> list[Staff]:
    """Whose looks the reader may ask for."""
    query = select(Staff).order_by(Staff.company_id, Staff.agent_number)
    return list(act.session.scalars(query if seen is None else query.where(Staff.company_id.in_(seen))))

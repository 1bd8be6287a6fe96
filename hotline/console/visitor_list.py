"""The visitor register (来访登记簿) as a page; without it nobody could look up who came and why (REC-7)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue

from hotline.console import asking, discretion, lists, paging, people, rights, words
from hotline.domain import cases, companies, visitors
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.visitors import Visitor
from hotline.errors import NotFound
from hotline.phones import PhoneNumber

_MASKED = "••••••"


@dataclass(frozen=True)
class Line:
    """One line of the register. Personal values are masked; they are opened in the case, with a reason (SEC-1)."""

    visitor: Visitor
    case: Case
    name: str
    organisation: str
    number: str
    identity: str


def visitor_list() -> ResponseReturnValue:
    """Who came or wrote, newest first, and the case that came of it."""
    person = asking.person()
    company_id = None if rights.whole_group(person) else person.company_id
    with asking.runtime().look(asking.actor()) as act:
        companies.get(act, person.company_id)
        before = request.args.get("before", type=asking.row_id)
        within = discretion.cases(person)
        found = visitors.listed(act, company_id, before=before, most=lists.PAGE + 1, within=within)
        page = [_line(act, visitor, case) for visitor, case in found[: lists.PAGE]]
        return render_template(
            "visitor_list.html",
            rows=page,
            more=paging.more(found, lambda one: one[0].id),
            names=people.names(act, (line.visitor.noted_by_id for line in page)),
            companies=people.companies_by_id(act),
            zone=act.standard.timezone,
        )


def _line(act: Act, visitor: Visitor, case: Case) -> Line:
    told = {name: _told(act, case, name) for name in ("name", "contact")}
    return Line(
        visitor,
        case,
        name=words.text("who.anonymous") if case.anonymous else f"{told['name'][:1]}**" if told["name"] else "—",
        organisation=_MASKED if "sealed_organisation" in case.details else "—",
        number=PhoneNumber(told["contact"]).masked if told["contact"] else "—",
        identity=_MASKED if "sealed_identity" in case.details else "—",
    )


def _told(act: Act, case: Case, name: str) -> str:
    """A value kept with the case; empty where none is, or it was erased with its customer."""
    try:
        return cases.unseal(act, case, case.details[f"sealed_{name}"]) if f"sealed_{name}" in case.details else ""
    except NotFound:
        return ""

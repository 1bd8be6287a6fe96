"""The complaint desk: what is open, by what falls due first; without it an overdue one would be found by chance."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.console import asking, complaint_rows, lists, matter, people
from hotline.console.complaint_rows import Row, Wanted
from hotline.domain import companies
from hotline.domain.act import Act
from hotline.domain.companies import Department


def complaint_list() -> ResponseReturnValue:
    """Open complaints: first those that need somebody to settle something, then by the next deadline (CMP-12)."""
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        wanted = Wanted.read(request.args, person)
        found = complaint_rows.found(act, wanted, person)
        companies.get(act, person.company_id)
        page = found[: lists.PAGE]
        return render_template(
            "complaint_list.html",
            **_names(act, page),
            at=act.at,
            zone=act.standard.timezone,
            wanted=wanted,
            rows=page,
            more=complaint_rows.next_page(wanted, page[-1]) if found[lists.PAGE :] else None,
            standards=matter.standards(act, {row.case.company_id for row in page}),
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            **matter.for_templates(),
        )


def _names(act: Act, page: list[Row]) -> dict[str, Any]:
    """Companies and people by id; the departments, to be chosen from and named."""
    return {
        "companies": people.companies_by_id(act),
        "departments": {one.id: one for one in act.session.scalars(select(Department).order_by(Department.id))},
        "names": people.names(act, [id_ for row in page for id_ in (row.case.owner_id, row.case.handler_id)]),
    }

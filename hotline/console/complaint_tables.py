"""The tables of complaints as pages and files; without them nobody could show what becomes of complaints (CMP-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from hotline.console import (
    asking,
    complaint_charts,
    complaint_period,
    discretion,
    lists,
    paging,
    rights,
    words,
)
from hotline.console.complaint_period import DAYS, Period
from hotline.domain import companies, complaint_figures, complaint_tracking
from hotline.domain.act import Act
from hotline.domain.complaint_figures import ALL, Place, Wanted
from hotline.domain.complaint_forms import Stage
from hotline.domain.exports import What
from hotline.domain.staff import Staff
from hotline.errors import Invalid
from hotline.papers import complaint_choice, complaint_columns, complaint_statistics
from hotline.papers.complaint_choice import NAMED_NONE, Choice
from hotline.papers.complaint_columns import Names
from hotline.papers.complaint_statistics import Statistics
from hotline.standard.kinds import Grade


@dataclass(frozen=True)
class Filter:
    """What a table shows, as its address says; what names nothing, or nothing for this reader, is passed over.

    What is no period is said (`problem`), and what was typed as its days is kept; this month stands there instead.
    """

    period: Period
    company_id: int | None
    department: str  # its number, "none" where nobody named one, or empty for every one
    grade: str
    stage: str
    figure: str
    problem: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, act: Act, args: MultiDict[str, str], person: Staff) -> Filter:
        """From a page's query. The standard of the reader's company is chosen."""
        companies.get(act, person.company_id)
        today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
        problem, typed = "", {}
        try:
            period = Period.read(args, today)
        except Invalid as error:
            period, problem = Period.month(today.year, today.month), str(error)
            typed = {name: args.get(name, "") for name in DAYS if name in args}
        chooses = rights.whole_group(person) and not discretion.answers_for_a_department(person)
        department = args.get("department", "")
        grade, stage, figure = (args.get(name, "") for name in ("grade", "stage", "figure"))
        return cls(
            period,
            args.get("company", type=asking.row_id) if chooses else None,
            department if department == NAMED_NONE or args.get("department", type=asking.row_id) is not None else "",
            grade if grade in list(Grade) else "",
            stage if stage in list(Stage) else "",
            figure if complaint_statistics.may_read(person, figure) else ALL,
            problem,
            typed,
        )

    @property
    def query(self) -> dict[str, Any]:
        """The same as a page's query."""
        given = {"company": str(self.company_id or ""), "department": self.department, "grade": self.grade}
        given |= {"stage": self.stage, "figure": self.figure if self.figure != ALL else ""}
        return {**self.period.query, **{name: value for name, value in given.items() if value}}

    def of(self, place: Place, figure: str) -> dict[str, Any]:
        """The query that lists what a figure of this place counts."""
        counted = replace(self, grade="", stage="", figure=figure)
        if place.company_id is not None:
            counted = replace(counted, company_id=place.company_id)
        if place.department_id is not None:
            counted = replace(counted, department=complaint_statistics.by_department(place))
        return counted.query

    def over(self, period: Period) -> dict[str, Any]:
        """The query of the same table over another period."""
        return replace(self, period=period).query

    def wanted(self, act: Act, person: Staff) -> Wanted:
        """The complaints, for this reader."""
        days = self.period.first, self.period.last, self.company_id
        asked = Choice(*days, self.department, self.grade, self.stage, self.figure)
        return complaint_choice.wanted(act, person, asked, as_loads=True)

    def wish(self, table: What) -> str:
        """Where this table is asked for as a file."""
        passed_over = ("grade", "stage") if table == What.STATISTICS else ()
        asked = {name: value for name, value in self.query.items() if name not in (*self.period.query, *passed_over)}
        asked |= {"what": table, "first": self.period.first.isoformat(), "last": self.period.last.isoformat()}
        return url_for("console.export_list", **asked)


def complaint_tables() -> ResponseReturnValue:
    """The statistics table of a period, by company and department; every figure leads to what it counts."""
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        asked = Filter.read(act, request.args, person)
        wanted = replace(asked.wanted(act, person), grade=None, stage=None)
        found = Statistics.read(act, wanted, person, words.tongue())
        return render_template(
            "complaint_statistics.html",
            found=found,
            title=_title,
            chart=None if discretion.answers_for_a_department(person) else _chart(act, asked, found.names),
            counted=lambda place, figure: url_for("console.tracking", **asked.of(place, figure)),
            monthly=lambda month, grade: _of_month(asked, month, f"first.{grade}"),
            whole=lambda place: url_for("console.complaint_tables", **asked.of(place, ALL)),
            wish=asked.wish(What.STATISTICS),
            **_frame(act, asked, found.names),
        )


def tracking() -> ResponseReturnValue:
    """The tracking table: one row for each complaint, newest first, a page at a time."""
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        asked = Filter.read(act, request.args, person)
        wanted = asked.wanted(act, person)
        before = request.args.get("before", type=asking.row_id)
        found = complaint_tracking.page(act, wanted, before=before, most=lists.PAGE + 1)
        names, page = Names.read(act, person, words.tongue()), found[: lists.PAGE]
        return render_template(
            "complaint_tracking.html",
            rows=[(row, complaint_columns.cells(row, names)) for row in page],
            clocks_of=lambda row: complaint_columns.clocks(row, names),
            zone_of=lambda row: complaint_columns.zone_of(row, names),
            every=replace(asked, figure=ALL).query,
            counts=complaint_figures.counted(act, wanted),
            figure="" if asked.figure == ALL else _title(asked.figure),
            is_rules=complaint_figures.is_rules(asked.figure),
            opens=not discretion.answers_for_a_department(person),
            more=paging.more(found, attrgetter("complaint.id"), **asked.query),
            wish=asked.wish(What.TRACKING),
            **_frame(act, asked, names),
        )


def _title(figure: str) -> str:
    """What a figure counts, in the reader's words."""
    return complaint_statistics.title(figure, words.tongue())


def _chart(act: Act, asked: Filter, names: Names) -> complaint_charts.Chart:
    """The months up to the end of the period, a year of them, by first grade."""
    months = complaint_period.last_months(asked.period, complaint_charts.MONTHS)
    year = replace(asked, period=Period(months[0].first, months[-1].last), grade="", stage="", figure=ALL)
    wanted = year.wanted(act, asking.person())
    zones = {id_: ZoneInfo(names.standards[id_].timezone) for id_ in wanted.spans}
    found = complaint_figures.by_month(act, wanted, zones)
    return complaint_charts.monthly(months, found)


def _of_month(asked: Filter, month: Period, figure: str) -> str:
    """The address that lists what a figure of a month counts."""
    return url_for("console.tracking", **replace(asked, period=month, grade="", stage="", figure=figure).query)


def _frame(act: Act, asked: Filter, names: Names) -> Mapping[str, Any]:
    """What both pages show around their table: the filter, and what there is to choose from."""
    person = asking.person()
    today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
    heads = discretion.answers_for_a_department(person)
    group = rights.whole_group(person) and not heads
    company_id = asked.company_id if group else person.company_id
    departments = [one for one in names.departments.values() if company_id in (None, one.company_id)]
    return {
        "asked": asked,
        "periods": complaint_period.choices(today),
        "beside": [one if one and not one.lies_ahead(today) else None for one in map(asked.period.beside, (-1, 1))],
        "companies": names.companies if group else {},
        "left_out": companies.not_loading(act) if group or heads else [],
        "departments": [] if heads else departments,
        "at": act.at,
        "zone": act.standard.timezone,
    }

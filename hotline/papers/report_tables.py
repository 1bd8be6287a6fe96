"""A report as it is read, on the page, on paper and in files: the same tables; else the three would differ (PPL-6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.domain import compliance, discretion, reports
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.complaint_figures import ALL, COUNTED, OUTCOMES, TIMED
from hotline.domain.report_figures import Reader
from hotline.domain.reports import Report
from hotline.domain.staff import Staff
from hotline.errors import Refused
from hotline.marks import Alike, Carrier
from hotline.papers import called, complaint_statistics, marked
from hotline.papers.tongue import Tongue
from hotline.sheets import Cell

_PROMISED = ("kept", "late", "broken", "excused")
_VISITED = ("owed", "made", "refused", "unreached", "open", "unhappy")
_WORKED = ("calls", "cases", "closed", "kept", "late", "broken", "visits")
_RUNG = ("rung", "picked_up", "missed")
_TRACKED = ("filed", "signed", "settled", "returned", "told", "visited", "closed")


@dataclass(frozen=True)
class Table(marked.Table):
    """One table of a report; `key` names it, `note` says what a reader has to know."""

    key: str
    note: str = ""


@dataclass(frozen=True)
class Names:
    """What ids are called, in the reader's words."""

    tongue: Tongue
    company: Company
    people: Mapping[int, str]
    departments: Mapping[int, str]
    zone: ZoneInfo

    @classmethod
    def read(cls, act: Act, report: Report, figures: Mapping[str, Any], tongue: Tongue) -> Names:
        """For a report and what the reader may know of it."""
        company = act.session.get_one(Company, report.company_id)
        complaints = *figures.get("complaints", ()), *figures.get("tracking", ())
        departments = {row["department"] for row in complaints}
        return cls(
            tongue,
            company,
            called.names(act, (row["staff"] for row in figures.get("staff", ()))),
            called.departments(act, departments),
            ZoneInfo(act.standard_of(company.profile, company.overrides).timezone),
        )

    def heads(self, *keys: str) -> list[str]:
        """The headings of columns."""
        return [self.tongue.text(f"reports.head.{key}") for key in keys]

    def table(self, key: str, heads: list[str], rows: list[list[Cell]], note: str = "") -> Table:
        """One table under its title."""
        return Table(self.tongue.text(f"reports.table.{key}"), heads, rows, key, note)

    def department(self, id_: int | None) -> str:
        """A department's name; of none, that none was named."""
        return self.departments.get(id_ or 0) or self.tongue.text("tracking.unnamed")

    def whose(self, line: Mapping[str, Any]) -> str:
        """The department of a line of the statistics; of the company's sum, that it is one."""
        if line["department"] is None:
            return self.tongue.text("statistics.every-department")
        return self.department(line["department"])

    def local(self, told: str | None) -> datetime | None:
        """An instant of a report in the company's own zone."""
        return datetime.fromisoformat(told).astimezone(self.zone).replace(tzinfo=None, microsecond=0) if told else None


def tables(act: Act, report: Report, person: Staff, tongue: Tongue) -> list[Table]:
    """Every table of a report, in order. A complaint about the reader is neither a row nor counted for them (CMP-10).

    Raises Refused for whoever reads no whole report, as who is complained of. The company's standard is chosen.
    """
    if not reports.reads_whole(person):
        raise Refused("a report holds what those who are complained of may not know")
    hidden = compliance.hidden_from(act, person.id, partial(discretion.leading_to, act, person))
    figures = reports.figures_for(act, report, Reader(person.id, hidden))
    names = Names.read(act, report, figures, tongue)
    return [
        _calls(figures["calls"], names),
        _promises(figures["promises"], names),
        _complaints(figures["complaints"], names),
        _clocks(figures["complaints"], names),
        _times(figures["complaints"], names),
        _tracking(_shown(act, figures["tracking"], person), names),
        _faults(figures["faults"], names),
        _places(figures["places"], names, act.standard.engine.exports.place_least),
        _satisfaction(figures["satisfaction"], names),
        _staff(figures["staff"], names),
    ]


def technical(act: Act, report: Report, person: Staff, tongue: Tongue) -> list[Table]:
    """The tables of faults, by class and by place, for the technical side: nothing else of the report (FLT-9).

    Raises Refused for whoever is not of it and reads no report. The company's standard is chosen.
    """
    if not reports.reads_faults(person):
        raise Refused("the faults of a report are for the technical side, and for whoever reads it whole")
    figures = reports.faults_for(act, report, person)
    names, least = Names.read(act, report, figures, tongue), act.standard.engine.exports.place_least
    return [_faults(figures["faults"], names), _places(figures["places"], names, least)]


def flat(found: list[Table], tongue: Tongue) -> marked.Table:
    """The same as one table: a figure a row."""
    heads = [tongue.text(f"reports.flat.{name}") for name in ("table", "row", "figure", "value")]
    return marked.Table(tongue.text("reports.title"), heads, list(_flat(found)))


def _flat(found: list[Table]) -> Iterator[list[Cell]]:
    for table in found:
        for row in table.rows:
            first = str(row[0]) if isinstance(row[0], Carrier) else row[0]  # no mark: here it names one row of many
            for head, cell in zip(table.heads[1:], row[1:], strict=True):
                yield [table.title, first, head, cell]


def _calls(figures: Mapping[str, int], names: Names) -> Table:
    rows: list[list[Cell]] = [
        [names.tongue.text(f"reports.calls.{name}"), figures[name]] for name in ("in", "answered", "out")
    ]
    return names.table("calls", names.heads("figure", "n"), rows)


def _promises(found: Mapping[str, Mapping[str, int]], names: Names) -> Table:
    rows: list[list[Cell]] = []
    for rule_id, tally in found.items():
        judged = sum(tally[name] for name in ("kept", "late", "broken"))
        share = round(tally["kept"] * 100 / judged, 1) if judged else None
        rows.append([rule_id, names.tongue.figure_title(rule_id), *(tally[name] for name in _PROMISED), share])
    outcomes = [names.tongue.text(f"outcome.{name}") for name in _PROMISED]
    return names.table("promises", [*names.heads("rule", "title"), *outcomes, *names.heads("share")], rows)


def _complaints(lines: list[dict[str, Any]], names: Names) -> Table:
    """By department: how many in all, by grade, anonymous ..., as far as there were any."""
    shown = [name for name in COUNTED if name == ALL or any(line["counts"].get(name) for line in lines)]
    sum_of, tongue = names.tongue.text("reports.head.all"), names.tongue
    heads = [sum_of if name == ALL else complaint_statistics.title(name, tongue) for name in shown]
    rows: list[list[Cell]] = [[names.whose(line), *(line["counts"].get(name, 0) for name in shown)] for line in lines]
    return names.table("complaints", [*names.heads("department"), *heads], rows)


def _clocks(lines: list[dict[str, Any]], names: Names) -> Table:
    """What became of what was promised in complaints, in the whole company: the first line is its sum."""
    rows: list[list[Cell]] = [
        [rule_id, names.tongue.rule_title(rule_id), *(found.get(name, 0) for name in OUTCOMES)]
        for rule_id, found in (lines[0]["rules"].items() if lines else ())
    ]
    outcomes = [names.tongue.text(f"outcome.{name}") for name in OUTCOMES]
    return names.table("clocks", [*names.heads("rule", "title"), *outcomes], rows)


def _times(lines: list[dict[str, Any]], names: Names) -> Table:
    tongue = names.tongue
    rows: list[list[Cell]] = [
        [names.whose(line), complaint_statistics.title(what, tongue), took["n"], *_took(took, tongue)]
        for line in lines
        for what in TIMED
        if (took := line["times"].get(what))
    ]
    return names.table("times", names.heads("department", "step", "n", "median", "longest"), rows)


def _took(took: Mapping[str, float], tongue: Tongue) -> list[str]:
    return [tongue.span(timedelta(seconds=took[name])) for name in ("median", "longest")]


def _shown(act: Act, found: list[dict[str, Any]], person: Staff) -> list[dict[str, Any]]:
    """The complaints of the tracking table that are not about the reader."""
    shown = select(Case.id).where(Case.id.in_([row["case"] for row in found]), discretion.not_about(person))
    known = set(act.session.scalars(shown))
    return [row for row in found if row["case"] in known]


def _tracking(found: list[dict[str, Any]], names: Names) -> Table:
    tongue = names.tongue
    rows: list[list[Cell]] = [
        [
            row["number"],
            tongue.named("grade", row["grade"] or "none"),
            names.department(row["department"]),
            tongue.named("complaint-stage", row["stage"]),
            row["broken"],
            *(names.local(row[step]) for step in _TRACKED),
        ]
        for row in found
    ]
    steps = names.heads(*(f"step-{one}" for one in _TRACKED))
    heads = names.heads("number", "grade", "department", "stage", "broken")
    return names.table("tracking", [*heads, *steps], rows)


def _faults(found: list[dict[str, Any]], names: Names) -> Table:
    tongue = names.tongue
    rows: list[list[Cell]] = [
        [tongue.matter(row["class"]), tongue.named("scope", row["scope"]), row["n"], row["done"], row["charged"]]
        for row in found
    ]
    return names.table("faults", names.heads("class", "scope", "n", "done", "charged"), rows)


def _places(found: list[dict[str, Any]], names: Names, least: int) -> Table:
    tongue = names.tongue
    company, elsewhere = Alike(names.company.name(tongue.language)), tongue.text("reports.elsewhere")
    rows: list[list[Cell]] = [
        [company, row["place"] or elsewhere, tongue.matter(row["class"]), row["n"]] for row in found
    ]
    note = tongue.text("reports.places-how", n=least)
    return names.table("places", names.heads("company", "place", "class", "n"), rows, note)


def _satisfaction(found: list[dict[str, Any]], names: Names) -> Table:
    rows: list[list[Cell]] = []
    for row in found:
        owed = row["made"] + row["unreached"] + row["open"]
        mark = round(row["points"] / row["marks"], 2) if row["marks"] else None
        share = round(row["made"] * 100 / owed, 1) if owed else None
        counts = ({**row, "owed": owed}[name] for name in _VISITED)
        rows.append([row["rule_id"], names.tongue.rule_title(row["rule_id"]), *counts, share, mark])
    visited = [names.tongue.text(f"visits.figure.{name}") for name in _VISITED]
    heads = [*names.heads("rule", "title"), *visited, *names.heads("coverage", "mark")]
    return names.table("satisfaction", heads, rows)


def _staff(found: list[dict[str, Any]], names: Names) -> Table:
    worked = (*_WORKED, *(_RUNG if any("rung" in row for row in found) else ()))  # reports of before do not have these
    rows: list[list[Cell]] = [
        [names.people.get(row["staff"], "—"), *(row.get(name, 0) for name in worked)] for row in found
    ]
    return names.table("staff", names.heads("person", *(f"worked-{name}" for name in worked)), rows)

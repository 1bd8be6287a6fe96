"""A report as it is read, on the page, on paper and in files: the same tables; else the three would differ (PPL-6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hotline.console import asking, complaint_statistics, compliance_filter, discretion, people, words
from hotline.domain import reports
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.companies import Company
from hotline.domain.complaint_figures import ALL, COUNTED, OUTCOMES, TIMED
from hotline.domain.report_figures import Reader
from hotline.domain.reports import Report
from hotline.sheets import Cell, Sheet

_PROMISED = ("kept", "late", "broken", "excused")
_VISITED = ("owed", "made", "refused", "unreached", "open", "unhappy")
_WORKED = ("calls", "cases", "closed", "kept", "late", "broken", "visits")
_TRACKED = ("filed", "signed", "settled", "returned", "told", "visited", "closed")


@dataclass(frozen=True)
class Table:
    """One table of a report: the key of its title, its headings, its rows; `note` says what a reader has to know."""

    key: str
    heads: list[str]
    rows: list[list[Cell]]
    note: str = ""

    @property
    def title(self) -> str:
        """What it is called, in the reader's words."""
        return words.text(f"reports.table.{self.key}")

    @property
    def sheet(self) -> Sheet:
        """The same as a sheet of a workbook."""
        return Sheet(self.title, self.heads, self.rows)


@dataclass(frozen=True)
class Names:
    """What ids are called."""

    company: Company
    people: Mapping[int, str]
    departments: Mapping[int, str]
    zone: ZoneInfo

    @classmethod
    def read(cls, act: Act, report: Report, figures: Mapping[str, Any]) -> Names:
        """For a report and what the reader may know of it."""
        company = act.session.get_one(Company, report.company_id)
        departments = {row["department"] for row in (*figures["complaints"], *figures["tracking"])}
        return cls(
            company,
            people.names(act, (row["staff"] for row in figures["staff"])),
            people.departments(act, departments),
            ZoneInfo(act.standard_of(company.profile, company.overrides).timezone),
        )

    def department(self, id_: int | None) -> str:
        """A department's name; of none, that none was named."""
        return self.departments.get(id_ or 0) or words.text("tracking.unnamed")

    def local(self, told: str | None) -> datetime | None:
        """An instant of a report in the company's own zone."""
        return datetime.fromisoformat(told).astimezone(self.zone).replace(tzinfo=None, microsecond=0) if told else None


def tables(act: Act, report: Report) -> list[Table]:
    """Every table of a report, in order. A complaint about the reader is neither a row nor counted for them (CMP-10).

    Raises Forbidden for whoever is of the side that is complained of.
    """
    person = asking.person()
    figures = reports.figures_for(act, report, Reader(person.id, compliance_filter.hidden(act, person)))
    names = Names.read(act, report, figures)
    return [
        _calls(figures["calls"]),
        _promises(figures["promises"]),
        _complaints(figures["complaints"], names),
        _clocks(figures["complaints"]),
        _times(figures["complaints"], names),
        _tracking(act, figures["tracking"], names),
        _faults(figures["faults"]),
        _places(figures["places"], names),
        _satisfaction(figures["satisfaction"]),
        _staff(figures["staff"], names),
    ]


def flat(found: list[Table]) -> Sheet:
    """The same as one table: a figure a row."""
    heads = [words.text(f"reports.flat.{name}") for name in ("table", "row", "figure", "value")]
    return Sheet(words.text("reports.title"), heads, _flat(found))


def _flat(found: list[Table]) -> Iterator[list[Cell]]:
    for table in found:
        for row in table.rows:
            for head, cell in zip(table.heads[1:], row[1:], strict=True):
                yield [table.title, row[0], head, cell]


def _heads(*keys: str) -> list[str]:
    return [words.text(f"reports.head.{key}") for key in keys]


def _calls(figures: Mapping[str, int]) -> Table:
    rows: list[list[Cell]] = [
        [words.text(f"reports.calls.{name}"), figures[name]] for name in ("in", "answered", "out")
    ]
    return Table("calls", _heads("figure", "n"), rows)


def _promises(found: Mapping[str, Mapping[str, int]]) -> Table:
    rows: list[list[Cell]] = []
    for rule_id, tally in found.items():
        judged = sum(tally[name] for name in ("kept", "late", "broken"))
        share = round(tally["kept"] * 100 / judged, 1) if judged else None
        rows.append([rule_id, words.rule_title(rule_id), *(tally[name] for name in _PROMISED), share])
    outcomes = [words.text(f"outcome.{name}") for name in _PROMISED]
    return Table("promises", [*_heads("rule", "title"), *outcomes, *_heads("share")], rows)


def _complaints(lines: list[dict[str, Any]], names: Names) -> Table:
    """By department: how many in all, by grade, anonymous ..., as far as there were any."""
    shown = [name for name in COUNTED if name == ALL or any(line["counts"].get(name) for line in lines)]
    heads = [words.text("reports.head.all") if name == ALL else complaint_statistics.title(name) for name in shown]
    rows: list[list[Cell]] = [[_whose(line, names), *(line["counts"].get(name, 0) for name in shown)] for line in lines]
    return Table("complaints", [*_heads("department"), *heads], rows)


def _whose(line: Mapping[str, Any], names: Names) -> str:
    if line["department"] is None:
        return words.text("statistics.every-department")
    return names.department(line["department"])


def _clocks(lines: list[dict[str, Any]]) -> Table:
    """What became of what was promised in complaints, in the whole company: the first line is its sum."""
    rows: list[list[Cell]] = [
        [rule_id, words.rule_title(rule_id), *(found.get(name, 0) for name in OUTCOMES)]
        for rule_id, found in (lines[0]["rules"].items() if lines else ())
    ]
    return Table("clocks", [*_heads("rule", "title"), *(words.text(f"outcome.{name}") for name in OUTCOMES)], rows)


def _times(lines: list[dict[str, Any]], names: Names) -> Table:
    rows: list[list[Cell]] = [
        [
            _whose(line, names),
            complaint_statistics.title(what),
            took["n"],
            _took(took["median"]),
            _took(took["longest"]),
        ]
        for line in lines
        for what in TIMED
        if (took := line["times"].get(what))
    ]
    return Table("times", _heads("department", "step", "n", "median", "longest"), rows)


def _took(seconds: float) -> str:
    return words.span(timedelta(seconds=seconds))


def _tracking(act: Act, found: list[dict[str, Any]], names: Names) -> Table:
    ids = [row["case"] for row in found]
    shown = select(Case.id).where(Case.id.in_(ids), discretion.not_about(asking.person()))
    known = set(act.session.scalars(shown))
    rows: list[list[Cell]] = [
        [
            row["number"],
            words.named("grade", row["grade"] or "none"),
            names.department(row["department"]),
            words.named("complaint-stage", row["stage"]),
            row["broken"],
            *(names.local(row[step]) for step in _TRACKED),
        ]
        for row in found
        if row["case"] in known
    ]
    heads = [*_heads("number", "grade", "department", "stage", "broken"), *_heads(*(f"step-{one}" for one in _TRACKED))]
    return Table("tracking", heads, rows)


def _faults(found: list[dict[str, Any]]) -> Table:
    rows: list[list[Cell]] = [
        [words.matter(row["class"]), words.named("scope", row["scope"]), row["n"], row["done"], row["charged"]]
        for row in found
    ]
    return Table("faults", _heads("class", "scope", "n", "done", "charged"), rows)


def _places(found: list[dict[str, Any]], names: Names) -> Table:
    least = asking.runtime().figures.exports.place_least
    company, elsewhere = names.company.name(asking.language()), words.text("reports.elsewhere")
    rows: list[list[Cell]] = [
        [company, row["place"] or elsewhere, words.matter(row["class"]), row["n"]] for row in found
    ]
    return Table("places", _heads("company", "place", "class", "n"), rows, words.text("reports.places-how", n=least))


def _satisfaction(found: list[dict[str, Any]]) -> Table:
    rows: list[list[Cell]] = []
    for row in found:
        owed = row["made"] + row["unreached"] + row["open"]
        mark = round(row["points"] / row["marks"], 2) if row["marks"] else None
        share = round(row["made"] * 100 / owed, 1) if owed else None
        counts = ({**row, "owed": owed}[name] for name in _VISITED)
        rows.append([row["rule_id"], words.rule_title(row["rule_id"]), *counts, share, mark])
    heads = [words.text(f"visits.figure.{name}") for name in _VISITED]
    return Table("satisfaction", [*_heads("rule", "title"), *heads, *_heads("coverage", "mark")], rows)


def _staff(found: list[dict[str, Any]], names: Names) -> Table:
    rows: list[list[Cell]] = [
        [names.people.get(row["staff"], "—"), *(row.get(name, 0) for name in _WORKED)] for row in found
    ]
    return Table("staff", _heads("person", *(f"worked-{name}" for name in _WORKED)), rows)

"""How well what the standard promises is kept, rule by rule; without it nobody could judge the work by it (PPL-6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, complaint_period, compliance_filter, compliance_rows, lists, matter, people, words
from hotline.console.complaint_period import Period
from hotline.console.compliance_filter import Filter
from hotline.domain import compliance, daily_figures, visit_figures
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.domain.compliance import Books
from hotline.domain.daily_figures import Hidden, Tallies, Tally
from hotline.domain.promises import Promise
from hotline.domain.visits import State

MONTHS = 12  # drawn
WORST = 10  # shown


@dataclass(frozen=True)
class Line:
    """One rule: what became of it, and of each promise made by it where there are several kinds."""

    rule: str
    title: str
    tally: Tally
    parts: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Coverage:
    """Return visits by one rule; of those that had to be made whoever refused is not."""

    rule: str
    states: Counter[str]

    @property
    def owed(self) -> int:
        """How many had to be made."""
        return self.states.total() - self.states[State.REFUSED]

    @property
    def share(self) -> float | None:
        """Made of owed, 0 to 1; None where none was owed."""
        return self.states[State.MADE] / self.owed if self.owed else None


@dataclass(frozen=True)
class Series:
    """One line of the drawing: a company, or all that are counted; a month's figures each."""

    name: str
    company_id: int | None
    months: list[tuple[Period, Tally]]


def compliance_page() -> ResponseReturnValue:
    """Made, kept, late, broken, excused and open, by rule; each figure leads to the rows that it counts."""
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        asked = Filter.read(act, request.args, person)
        chosen, unknown = asked.chosen(act, person), compliance_filter.hidden(act, person)
        books = compliance_filter.books(act, chosen)
        days = (asked.period.first, asked.period.last)
        found = {one.id: compliance.of(act, books[one.id], *days, unknown) for one in chosen}
        return render_template(
            "compliance.html",
            subjects=_subjects(act, daily_figures.added(found.values())),
            compared=_compared(chosen, found) if len(chosen) > 1 else [],
            chosen=chosen,
            coverage=_coverage(act, books, asked, unknown),
            trend=_trend(act, books, chosen, asked, unknown),
            drawn=_drawn(found, asked.rule),
            rows=lambda *figure, **more: url_for("console.compliance_rows", **asked.of(*figure, **more)),
            percent=percent,
            **_worst(act, books, asked, unknown),
            **asked.frame(act, person),
        )


def percent(share: float | None) -> str:
    """A share as it is read: 97.3 %, never 100 % of what was not all kept; a dash where nothing was judged."""
    if share is None:
        return "—"
    shown = round(share * 100, 1)
    return words.text("compliance.percent", n=f"{min(shown, 99.9) if share < 1 else 100:g}")


def part_title(act: Act, rule: str) -> str:
    """What is promised by one key of the standard, in the reader's language."""
    known = act.standard.promise_rules.get(rule)
    if known is None:
        return rule
    return known.title_zh if asking.language().startswith("zh") else known.title_en


def _subjects(act: Act, found: Tallies) -> list[tuple[str, Tally, list[Line]]]:
    """The rules under their subjects, in the order of the standard; without those by which nothing was owed."""
    whole = compliance.by_rule_id(found)
    subjects: dict[str, list[Line]] = {}
    for rule in (one for one in compliance.LISTED if one in whole):
        keys = sorted(key for key in found if daily_figures.rule_of(key) == rule)
        parts = [Line(key, part_title(act, key), found[key]) for key in keys] if len(keys) > 1 else []
        line = Line(rule, words.figure_title(rule), whole[rule], parts)
        subjects.setdefault(rule.partition("-")[0], []).append(line)
    return [(name, sum((one.tally for one in each), Tally()), each) for name, each in subjects.items()]


def _drawn(found: Mapping[int, Tallies], asked: str) -> list[tuple[str, str]]:
    """The rules whose trend may be drawn, each with its title; a promise that is asked for has none."""
    rules = {daily_figures.rule_of(key) for tallies in found.values() for key in tallies} | ({asked} - {""})
    return [(rule, words.figure_title(rule) if rule in compliance.LISTED else "") for rule in sorted(rules)]


def _compared(chosen: list[Company], found: Mapping[int, Tallies]) -> list[tuple[str, str, list[Tally]]]:
    """Each rule with what became of it in each company."""
    whole = {company_id: compliance.by_rule_id(tallies) for company_id, tallies in found.items()}
    rules = [rule for rule in compliance.LISTED if any(rule in tallies for tallies in whole.values())]
    return [(rule, words.figure_title(rule), [whole[one.id].get(rule, Tally()) for one in chosen]) for rule in rules]


def _coverage(act: Act, books: Mapping[int, Books], asked: Filter, unknown: Hidden) -> list[Coverage]:
    days = (asked.period.first, asked.period.last)
    total = {rule: Counter[str]() for rule in visit_figures.RULES}
    for each in books.values():
        for rule, states in compliance.coverage(act, each, days, unknown).items():
            total[rule] += states
    return [Coverage(rule, states) for rule, states in total.items() if states]


def _trend(act: Act, books: Mapping[int, Books], chosen: list[Company], asked: Filter, unknown: Hidden) -> list[Series]:
    """The months up to the end of the period, a year of them: of all that are counted, and of each of several."""
    months = complaint_period.last_months(asked.period, MONTHS)
    each = [
        Series(
            one.name(asking.language()),
            one.id,
            [(month, _of_month(act, books[one.id], month, asked.rule, unknown)) for month in months],
        )
        for one in chosen
    ]
    if len(each) == 1:
        return each
    total = [(month, sum((series.months[place][1] for series in each), Tally())) for place, month in enumerate(months)]
    name = words.text("compliance.chosen" if asked.company_ids else "compliance.together")
    return [Series(name, None, total), *each]


def _of_month(act: Act, books: Books, month: Period, rule: str, unknown: Hidden) -> Tally:
    found = compliance.of(act, books, month.first, month.last, unknown)
    return sum((tally for key, tally in found.items() if rule in ("", key, daily_figures.rule_of(key))), Tally())


def _worst(act: Act, books: Mapping[int, Books], asked: Filter, unknown: Hidden) -> dict[str, Any]:
    days = (asked.period.first, asked.period.last)
    found: list[Promise] = compliance.worst(act, [(one.measure, days) for one in books.values()], unknown, most=WORST)
    return {
        "worst": found,
        "names": people.names(act, (one.owner_id for one in found)),
        "cases": lists.numbered(act, [one.case_id for one in found]),
        "opens": compliance_rows.opens(act, (one.case_id for one in found)),
        "standards": matter.standards(act, {one.company_id for one in found}),
        **matter.for_templates(),
    }

"""Which companies and days a figure of compliance counts, as its address says; else its rows would be others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Forbidden

from hotline.console import asking, complaint_period, discretion, people, rights
from hotline.console.complaint_period import DAYS, Period
from hotline.domain import companies, compliance
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.domain.compliance import Books
from hotline.domain.daily_figures import Hidden
from hotline.domain.staff import Staff
from hotline.errors import Invalid
from hotline.standard.catalogue import RULES


@dataclass(frozen=True)
class Filter:
    """What is shown; what names nothing, or nothing for this reader, is passed over.

    `company_ids`: those that are counted, one beside the other; empty for every one. `rule`: the one whose trend is
    drawn, or empty for all together. What is no period is said (`problem`), and what was typed as its days is kept;
    this month stands there instead.
    """

    period: Period
    company_ids: tuple[int, ...]
    rule: str = ""
    problem: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    department: str = ""  # the forms of the tables ask; nothing here is counted by department

    @classmethod
    def read(cls, act: Act, args: MultiDict[str, str], person: Staff) -> Filter:
        """From a page's query. The standard of the reader's company is chosen."""
        companies.get(act, person.company_id)
        day = today(act)
        problem, typed = "", {}
        try:
            period = Period.read(args, day)
        except Invalid as error:
            period, problem = Period.month(day.year, day.month), str(error)
            typed = {name: args.get(name, "") for name in DAYS if name in args}
        typed_ids = args.getlist("company", type=asking.row_id) if rights.whole_group(person) else []
        company_ids = tuple(one for one in people.companies_by_id(act) if one in typed_ids)
        rule = args.get("rule", "")
        return cls(period, company_ids, rule if rule.partition(".")[0] in RULES else "", problem, typed)

    @property
    def query(self) -> dict[str, Any]:
        """The same as a page's query."""
        given = {"company": [str(one) for one in self.company_ids], "rule": self.rule}
        return {**self.period.query, **{name: value for name, value in given.items() if value}}

    def over(self, period: Period) -> dict[str, Any]:
        """The query of the same page over another period."""
        return replace(self, period=period).query

    def of(self, rule: str, outcome: str, company_id: int | None = None, **more: str) -> dict[str, Any]:
        """The query of the rows that a figure counts."""
        chosen = replace(self, rule=rule, company_ids=(company_id,) if company_id else self.company_ids)
        return {**chosen.query, "outcome": outcome, **more}

    def chosen(self, act: Act, person: Staff) -> list[Company]:
        """The companies that are counted: the reader's own, or of the group those chosen, else every one that loads."""
        own = companies.loading(act) if rights.whole_group(person) else [companies.get(act, person.company_id)]
        return [one for one in own if not self.company_ids or one.id in self.company_ids]

    def frame(self, act: Act, person: Staff) -> Mapping[str, Any]:
        """What the pages show around their tables."""
        day, whole = today(act), rights.whole_group(person)
        return {
            "asked": self,
            "periods": complaint_period.choices(day),
            "beside": [one if one and not one.lies_ahead(day) else None for one in map(self.period.beside, (-1, 1))],
            "companies": people.companies_by_id(act) if whole else {},
            "left_out": companies.not_loading(act) if whole else [],
            "departments": [],
            "at": act.at,
            "zone": act.standard.timezone,
        }


def today(act: Act) -> date:
    """The day in the zone of the chosen standard."""
    return act.at.astimezone(ZoneInfo(act.standard.timezone)).date()


def books(act: Act, chosen: list[Company]) -> dict[int, Books]:
    """The books of these companies, by company."""
    return {one.id: Books.read(act, one) for one in chosen}


def hidden(act: Act, person: Staff) -> Hidden:
    """What this reader may not know of, and so is not counted for them.

    Raises Forbidden for whoever is of the side that is complained of: most of it they may not know (CMP-10).
    """
    if discretion.answers_for_a_department(person):
        raise Forbidden
    return compliance.hidden_from(act, person.id, partial(discretion.leading_to, act, person))

"""What every export reads by: whose eyes, which words, which zone; without it each kind would mask in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from hotline.domain import call_search, exports
from hotline.domain.act import Act
from hotline.domain.companies import Company, Department
from hotline.domain.customers import Customer, CustomerPhone
from hotline.domain.exports import Criteria, Export, What
from hotline.domain.staff import Staff
from hotline.errors import Invalid, NotFound
from hotline.marks import Alike, Carrier
from hotline.papers import called
from hotline.papers.tongue import Tongue
from hotline.phones import PhoneNumber
from hotline.prompts import Prompts
from hotline.standard.rules import Standard


@dataclass(frozen=True)
class View:
    """Whoever asked, as they are now, and what ids are called in their language; `wanted`: the rows."""

    act: Act
    person: Staff
    wanted: Criteria | call_search.Criteria
    language: str
    prompts: Prompts
    people: Mapping[int, str]
    companies: Mapping[int, Company]
    departments: Mapping[int, str]
    standards: Mapping[int, Standard]

    @classmethod
    def of(cls, act: Act, row: Export, prompts: Prompts) -> View:
        """For an export that was asked for."""
        companies = {one.id: one for one in act.session.scalars(select(Company).order_by(Company.id))}
        people = act.session.execute(select(Staff.id, Staff.name, Staff.agent_number))
        departments = act.session.execute(select(Department.id, Department.name))
        return cls(
            act,
            act.session.get_one(Staff, row.asked_by_id),
            _wanted(act, row),
            row.language,
            prompts,
            {one.id: f"{one.name} {one.agent_number}" for one in people},
            companies,
            {one.id: one.name for one in departments},
            called.Standards(act),
        )

    @property
    def criteria(self) -> Criteria:
        """The days asked for. Raises Invalid for an export that is chosen by a search."""
        if not isinstance(self.wanted, Criteria):
            raise Invalid("a search is not chosen by days")
        return self.wanted

    @property
    def search(self) -> call_search.Criteria:
        """What is looked for. Raises Invalid for an export that is chosen by days."""
        if isinstance(self.wanted, Criteria):
            raise Invalid("days are no search")
        return self.wanted

    @property
    def tongue(self) -> Tongue:
        """The words in the language of whoever asked."""
        return Tongue(self.prompts, self.language)

    def label(self, key: str, name: str = "") -> str:
        """A word of prompts/; the bare name where no label is known."""
        try:
            return self.prompts.text(key, self.language)
        except NotFound:
            return name or key

    def named(self, group: str, name: str | None) -> str | None:
        """The label of one of a group's names."""
        return None if name is None else self.label(f"console.{group}.{name}", name)

    def matter(self, name: str) -> str:
        """What a case is about."""
        return self.label(f"matter.{name}", name)

    def company(self, company_id: int) -> str:
        """A company's name."""
        return Alike(self.companies[company_id].name(self.language))

    def zone(self, company_id: int) -> str:
        """In which time zone a company's instants are."""
        return Carrier(self.standards[company_id].timezone)

    def local(self, at: datetime | None, company_id: int) -> datetime | None:
        """An instant in a company's own zone, as a table has it."""
        if at is None:
            return None
        zone = ZoneInfo(self.standards[company_id].timezone)
        return at.astimezone(zone).replace(tzinfo=None, microsecond=0)

    def between(self, company: InstrumentedAttribute[int], at: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        """The rows of the days asked for, each company by its own calendar."""
        wanted = [id_ for id_ in self.companies if self.criteria.company_id in (None, id_)]
        spans = {id_: self._span(id_) for id_ in wanted}
        return or_(false(), *(and_(company == id_, at >= since, at < until) for id_, (since, until) in spans.items()))

    def _span(self, company_id: int) -> tuple[datetime, datetime]:
        calendar = self.standards[company_id].calendar
        after = date.fromordinal(self.criteria.last.toordinal() + 1)
        return calendar.start_of_day(self.criteria.first), calendar.start_of_day(after)

    def masked(self, ids: Iterable[int | None]) -> dict[int, str]:
        """The masked number of each of these customers (SEC-1)."""
        query = select(CustomerPhone.customer_id, CustomerPhone.number, Customer.key)
        query = query.join(Customer, Customer.id == CustomerPhone.customer_id)
        query = query.where(CustomerPhone.customer_id.in_({id_ for id_ in ids if id_ is not None}))
        found = self.act.session.execute(query)
        return {row.customer_id: self._masked(row.key, row.number) for row in found}

    def _masked(self, key: str | None, sealed: str) -> str:
        if key is None:
            return self.label("console.who.erased")
        return Carrier(PhoneNumber(self.act.sealer.open_for(key, sealed)).masked)


def _wanted(act: Act, row: Export) -> Criteria | call_search.Criteria:
    if row.what == What.FOUND:
        return call_search.Criteria.of_json(exports.search_of(act, row))
    return row.chosen

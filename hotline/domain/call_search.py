"""Any call among millions, by what is known of it; without it an auditor would turn pages for days (REC-6).

Of all that is asked the rarest leads: its rows stand in the order in which the calls began, so that one page is read
where it lies. What else is asked is looked up for each row on the way. Words are compared with the opened texts last,
for pairs of characters may stand apart from one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from hotline.domain import anonymity, call_facts, call_texts, call_words, customers
from hotline.domain.act import Act
from hotline.domain.call_facts import CallFact, place
from hotline.domain.call_words import CallWord
from hotline.domain.calls import FINAL, Call
from hotline.domain.cases import Case
from hotline.phones import PhoneNumber

COUNTED = 200  # calls; of more the page says that there are more
_RARE = 20_000  # rows; what has more is rare no longer, and counted no further
_LOOKED_AT = 200  # calls whose texts are opened for one page at most


@dataclass(frozen=True)
class Criteria:
    """What is known of a call; what is None or empty is not asked. `until` is the first instant that is too late."""

    company_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    number: PhoneNumber | None = None
    case_number: str = ""
    staff_id: int | None = None
    direction: str = ""
    state: str = ""  # open, closed
    kind: str = ""
    matter: str = ""
    verdict: str = ""
    moved: bool = False
    late: bool = False
    altered: bool = False
    waited_over: int | None = None  # seconds
    words: str = ""

    @property
    def facts(self) -> list[str]:
        """The facts that a call must have, without how long it waited."""
        asked = (
            (self.staff_id is not None, call_facts.of_person(self.staff_id or 0)),
            (self.kind, call_facts.of_kind(self.kind)),
            (self.matter, call_facts.of_matter(self.matter)),
            (self.verdict, call_facts.of_verdict(self.verdict)),
            (self.moved, call_facts.MOVED),
            (self.late, call_facts.LATE),
            (self.altered, call_facts.ALTERED),
        )
        return [fact for wanted, fact in asked if wanted]

    def as_json(self) -> dict[str, Any]:
        """As it is sealed: for whoever gathers these calls later."""
        told = {name: value for name, value in vars(self).items() if value is not None}
        spans = {name: told[name].isoformat() for name in ("since", "until") if name in told}
        return told | spans | ({"number": self.number.e164} if self.number is not None else {})

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        """What `as_json` made."""
        spans = {name: datetime.fromisoformat(told[name]) for name in ("since", "until") if name in told}
        number = {"number": PhoneNumber(told["number"])} if "number" in told else {}
        return cls(**{**told, **spans, **number})


@dataclass(frozen=True)
class Found:
    """A page of calls, newest first; `more`: behind which call the next page begins, None where there is none."""

    calls: list[Call]
    more: int | None


@dataclass(frozen=True)
class _Term:
    """One row that a call must have in one of the two tables."""

    table: type[CallFact | CallWord]
    name: str | int
    over: int | None = None

    def holds(self, row: Any) -> list[ColumnElement[bool]]:
        """Of `row`, the table or an alias of it: is it this term's?"""
        if self.table is CallWord:
            return [row.word == self.name]
        return [row.fact == self.name, *([row.amount > self.over] if self.over is not None else [])]


@dataclass(frozen=True)
class _Ordered:
    """A query with the two columns in whose order its rows are read: when the call began, and its number."""

    query: Select[Any]
    began: Any
    call_id: Any

    def behind(self, mark: Call | None) -> Select[Any]:
        """Newest first, from behind this call on."""
        query = self.query.order_by(self.began.desc(), self.call_id.desc())
        if mark is None:
            return query
        at = mark.started_at if self.began is Call.started_at else place(mark.started_at)
        return query.where(tuple_(self.began, self.call_id) < tuple_(at, mark.id))


def page(act: Act, asked: Criteria, *, within: ColumnElement[bool], before: int | None, most: int) -> Found:
    """The calls that were asked for, newest first, behind the call `before`. `within`: what the reader may know of.

    A call that they may not know of is none to go on behind: its place in the list would tell when it was.
    Of words more calls may be there than a page shows though it is short: `more` leads on.
    """
    ordered, phrases = _ordered(act, asked, within), call_words.phrases(asked.words)
    if ordered is None:
        return Found([], None)
    mark = act.session.scalar(select(Call).where(Call.id == before, within)) if before is not None else None
    found: list[Call] = []
    for _ in range(_LOOKED_AT // most + 1):
        some = list(act.session.scalars(ordered.behind(mark).limit(most + 1)))
        found += _saying(act, some[:most], phrases) if phrases else some[:most]
        if len(found) >= most:
            last = found[most - 1]
            ends = len(found) == most and last is some[:most][-1] and len(some) <= most
            return Found(found[:most], None if ends else last.id)
        if len(some) <= most:
            return Found(found, None)
        mark = some[most - 1]
    return Found(found, mark.id if mark is not None else None)


def count(act: Act, asked: Criteria, first: Found, *, within: ColumnElement[bool]) -> int | None:
    """How many calls that are, `COUNTED` + 1 for more; None where only opening every text would tell.

    `first`: their first page; where that is all of them nothing is asked again.
    """
    if first.more is None:
        return len(first.calls)
    ordered = _ordered(act, asked, within)
    if ordered is None:
        return 0
    if call_words.phrases(asked.words):
        return None
    return _counted(act, ordered, COUNTED + 1)


def at_most(act: Act, asked: Criteria, *, within: ColumnElement[bool], most: int) -> int:
    """How many calls a search finds at the most, counted up to `most`: those of words have yet to be compared."""
    ordered = _ordered(act, asked, within)
    return _counted(act, ordered, most) if ordered is not None else 0


def _counted(act: Act, ordered: _Ordered, most: int) -> int:
    counted = ordered.behind(None).with_only_columns(Call.id).limit(most).subquery()
    return int(act.session.scalar(select(func.count()).select_from(counted)) or 0)


def _saying(act: Act, candidates: Sequence[Call], phrases: Sequence[str]) -> list[Call]:
    """Those of them whose texts hold every phrase as it was written."""
    texts = call_texts.texts(act, candidates, call_texts.linked(act, candidates))
    squeezed = {call_id: [call_words.squeezed(text) for text in several] for call_id, several in texts.items()}
    return [call for call in candidates if all(any(phrase in text for text in squeezed[call.id]) for phrase in phrases)]


def _ordered(act: Act, asked: Criteria, within: ColumnElement[bool]) -> _Ordered | None:
    """The calls asked for; None where there can be none: nobody has the number, no such case, nothing in the words."""
    if asked.words and not call_words.of_search(asked.words):
        return None
    few, terms = _few(act, asked), _terms(act, asked)
    query = select(Call).where(within, *_plain(asked, known=few is not None))
    if few is None and terms:
        return _led(act, query, asked, terms)
    if few is not None:
        query = query.where(Call.id.in_(few), *(_has(term) for term in terms))
    return _Ordered(_within_time(query, asked), Call.started_at, Call.id) if few != [] else None


def _few(act: Act, asked: Criteria) -> list[int] | None:
    """Where a number, a case or what goes on is asked for, the few calls that it can be, by id; else None.

    They are looked up first: left to choose, a database would rather read every call in the order of the page.
    """
    queries: list[Select[Any]] = []
    if asked.number is not None:
        customer = customers.find(act, asked.number)
        # Of whom an anonymous matter came no number tells (CMP-10).
        theirs = (Call.customer_id == (customer.id if customer else 0), Call.staff_id.is_(None), ~anonymity.was_told())
        queries.append(select(Call.id).where(*theirs).order_by(Call.id.desc()))
    if asked.case_number:
        facts = _numbered(act, asked.case_number)
        queries.append(select(CallFact.call_id).where(CallFact.fact.in_(facts)).order_by(CallFact.call_id.desc()))
    if asked.state == "open":
        queries.append(select(Call.id).where(Call.ended_at.is_(None)).order_by(Call.started_at.desc()))
    if not queries:
        return None
    return sorted(set.intersection(*(set(act.session.scalars(query.limit(_RARE))) for query in queries)))


def _led(act: Act, query: Select[Any], asked: Criteria, terms: list[_Term]) -> _Ordered:
    """The rarest term leads, in its own order; the others are looked up beside it."""
    rarest = min(terms, key=lambda term: _rows(act, term, asked)) if len(terms) > 1 else terms[0]
    leads = aliased(rarest.table)
    query = query.join(leads, leads.call_id == Call.id).where(*rarest.holds(leads), *_span(leads, asked))
    query = query.where(*(_beside(term, leads) for term in terms if term is not rarest))
    return _Ordered(query, leads.began, leads.call_id)


def _terms(act: Act, asked: Criteria) -> list[_Term]:
    found = [_Term(CallFact, fact) for fact in asked.facts]
    if asked.waited_over is not None:
        found.append(_Term(CallFact, call_facts.WAITED, asked.waited_over))
    words = sorted(call_words.prints(act, call_words.of_search(asked.words)))
    return [*found, *(_Term(CallWord, word) for word in words)]


def _plain(asked: Criteria, *, known: bool) -> list[ColumnElement[bool]]:
    """What the call's own row tells, beside when it began; `known`: by their ids, which alone lead to the calls then.

    SQLite does not know how many calls a company has, and would rather read all of them than a few by id.
    """
    found: list[ColumnElement[bool]] = []
    if asked.company_id is not None:
        found.append((Call.company_id + 0 if known else Call.company_id) == asked.company_id)
    if asked.direction:
        found.append(Call.direction == literal(asked.direction, literal_execute=True))  # calls out have an index
    if asked.state:
        found.append(Call.state.in_(FINAL) if asked.state == "closed" else Call.ended_at.is_(None))
    return found


def _within_time(query: Select[Any], asked: Criteria) -> Select[Any]:
    if asked.since is not None:
        query = query.where(Call.started_at >= asked.since)
    return query.where(Call.started_at < asked.until) if asked.until is not None else query


def _span(row: Any, asked: Criteria) -> list[ColumnElement[bool]]:
    since = [row.began >= place(asked.since)] if asked.since is not None else []
    return since + ([row.began < place(asked.until)] if asked.until is not None else [])


def _numbered(act: Act, number: str) -> list[str]:
    """The facts that a call has in which a case of this number was told, or that was about it."""
    return [
        call_facts.of_case(case_id) for case_id in act.session.scalars(select(Case.id).where(Case.number == number))
    ]


def _has(term: _Term) -> ColumnElement[bool]:
    row = aliased(term.table)
    return _looked_up(row, row.call_id == Call.id, *term.holds(row))


def _beside(term: _Term, leads: Any) -> ColumnElement[bool]:
    row = aliased(term.table)
    return _looked_up(row, row.began == leads.began, row.call_id == leads.call_id, *term.holds(row))


def _looked_up(row: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Is there such a row? Asked as a value: where it is asked whether one exists, PostgreSQL would rather join both
    tables whole than look it up for the fifty that a page has.
    """
    return select(row.call_id).where(*conditions).scalar_subquery().is_not(None)


def _rows(act: Act, term: _Term, asked: Criteria) -> int:
    """How many rows a term has in the time that is asked for, counted no further than needed."""
    some = select(term.table.call_id).where(*term.holds(term.table), *_span(term.table, asked)).limit(_RARE).subquery()
    return int(act.session.scalar(select(func.count()).select_from(some)) or 0)

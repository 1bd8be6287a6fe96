"""The rows that a figure of compliance counts; without them a figure would have to be believed (PPL-6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, false, func, or_, select, tuple_

from hotline.console import asking, compliance_filter, lists, matter, paging, people, rights, words
from hotline.console.compliance_filter import Filter
from hotline.domain import compliance, daily_figures, ring_figures, visit_figures
from hotline.domain.act import Act
from hotline.domain.calls import LATE_ANSWER, Call
from hotline.domain.compliance import Books
from hotline.domain.daily_figures import Hidden
from hotline.domain.offers import AgentOffer
from hotline.domain.promises import Promise, Verdict
from hotline.domain.visits import State, Visit
from hotline.domain.waits import Wait
from hotline.errors import NotFound
from hotline.standard.rules import Standard

VISITS = "visits"  # ?of=visits: return visits, not the promises to make them
# What each kind of row is ordered by.
_AT: dict[type[Any], Any] = {
    Promise: Promise.due_at,
    Call: Call.started_at,
    AgentOffer: AgentOffer.rung_at,
    Wait: Wait.ended_at,
    Visit: Visit.owed_at,
}


_MEASURED: dict[str, type[Any]] = {
    daily_figures.RING: Call,
    daily_figures.AGENT: AgentOffer,
    daily_figures.REASSURE: Wait,
}


@dataclass(frozen=True)
class Row:
    """One row as it is listed: `at` is the moment that decides to which day it belongs."""

    at: datetime
    company_id: int
    what: str
    outcome: str
    told: str = ""
    owner_id: int | None = None
    case_id: int | None = None
    call_id: int | None = None
    is_due: bool = False  # a deadline: at midnight it ends the day before


@dataclass(frozen=True)
class Figure:
    """Which figure is asked for."""

    rule: str
    outcome: str
    of_visits: bool

    @classmethod
    def read(cls, asked: Filter) -> Figure:
        """From the page's query. Raises NotFound for what no figure is called."""
        of_visits = request.args.get("of") == VISITS
        outcome = request.args.get("outcome", compliance.ALL if of_visits else compliance.MADE)
        known = (compliance.ALL, *State) if of_visits else compliance.NAMED
        rules = visit_figures.RULES if of_visits else [asked.rule]
        if not asked.rule or outcome not in known or asked.rule not in rules:
            raise NotFound("no figure is called so")
        return cls(asked.rule, outcome, of_visits)

    @property
    def kind(self) -> type[Any]:
        """The table whose rows it counts."""
        if self.of_visits:
            return Visit
        return _MEASURED.get(self.rule, Promise)

    def within(self, each: Books, asked: Filter, unknown: Hidden) -> ColumnElement[bool]:
        """What of a company it counts."""
        days = (asked.period.first, asked.period.last)
        finds = compliance.visits_of if self.of_visits else compliance.rows_of
        return finds(each.measure, days, self.rule, self.outcome, unknown)

    @property
    def whole(self) -> Figure:
        """The figure of which this one is a part: every row that the reader may know of."""
        return replace(self, outcome=compliance.ALL if self.of_visits else compliance.MADE)


def compliance_rows() -> ResponseReturnValue:
    """What one figure counts, the last day first, a page at a time; how many there are stands above them."""
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        asked = Filter.read(act, request.args, person)
        figure, unknown = Figure.read(asked), compliance_filter.hidden(act, person)
        books = compliance_filter.books(act, asked.chosen(act, person))
        within, known = (
            or_(false(), *(of.within(one, asked, unknown) for one in books.values())) for of in (figure, figure.whole)
        )
        return render_template(
            "compliance_rows.html",
            figure=figure,
            n=act.session.scalar(select(func.count()).select_from(figure.kind).where(within)),
            **_listed(act, asked, figure, (within, known), books),
            **asked.frame(act, person),
        )


def _listed(
    act: Act, asked: Filter, figure: Figure, within: tuple[ColumnElement[bool], ...], books: dict[int, Books]
) -> dict[str, Any]:
    found, standards = _page(act, figure.kind, *within), matter.standards(act, books)
    if figure.kind is AgentOffer:
        rows = _rings(act, found[: lists.PAGE])
    else:
        rows = [_row(one, books[one.company_id], standards[one.company_id]) for one in found[: lists.PAGE]]
    more = {**asked.of(figure.rule, figure.outcome), **({"of": VISITS} if figure.of_visits else {})}
    return {
        "rows": rows,
        "more": paging.more(found, **more),
        "known": people.companies_by_id(act),
        "names": people.names(act, (one.owner_id for one in rows)),
        "cases": lists.numbered(act, [one.case_id for one in rows]),
        "opens": opens(act, (one.case_id for one in rows)),
        "zones": {id_: one.measure.calendar.timezone.key for id_, one in books.items()},
    }


def opens(act: Act, case_ids: Iterable[int | None]) -> frozenset[int]:
    """Which of these cases the reader may open: a sister company may have one meanwhile (OWN-4)."""
    person, known = asking.person(), lists.numbered(act, list(case_ids))
    return frozenset(case_id for case_id, case in known.items() if rights.may_see(act, person, case))


def _page(act: Act, kind: type[Any], within: ColumnElement[bool], known: ColumnElement[bool]) -> list[Any]:
    """A page of rows and one more, where there are more. `known`: behind which rows the reader may go on."""
    at, before = _AT[kind], request.args.get("before", type=asking.row_id)
    query = select(kind).where(within)
    mark = act.session.scalar(select(kind).where(kind.id == before, known)) if before is not None else None
    if mark is not None:
        query = query.where(tuple_(at, kind.id) < tuple_(getattr(mark, at.key), mark.id))
    return list(act.session.scalars(query.order_by(at.desc(), kind.id.desc()).limit(lists.PAGE + 1)))


def _row(found: Promise | Call | Wait | Visit, each: Books, standard: Standard) -> Row:
    match found:
        case Promise():
            return _promise(found, standard)
        case Call():
            answered = found.answer_ms is not None
            told = words.text("compliance.answered-after", s=_seconds(found.answer_ms)) if answered else ""
            what = words.text("call.title", id=found.id)
            outcome = ring_figures.answered(found)
            return Row(found.started_at, found.company_id, what, outcome, told, found.owner_id, call_id=found.id)
        case Wait():
            told = words.text("compliance.silence", s=_seconds(found.longest_gap_ms))
            outcome = daily_figures.spoken_to(each.measure, found)
            what, at = words.text("compliance.wait"), found.ended_at or found.joined_at
            return Row(at, found.company_id, what, outcome, told, found.agent_id, call_id=found.call_id)
        case Visit():
            what = words.rule_title(found.rule.partition(".")[0])
            return Row(found.owed_at, found.company_id, what, found.state, case_id=found.case_id)


def _rings(act: Act, found: list[AgentOffer]) -> list[Row]:
    """How agents picked up; each row leads to the caller's call, or to the agent's where nobody had rung yet."""
    waits = {one.id: one for one in _those(act, Wait, [offer.wait_id for offer in found])}
    legs = {one.id: one for one in _those(act, Call, [offer.call_id for offer in found])}
    return [_ring(offer, waits[offer.wait_id], legs[offer.call_id or 0]) for offer in found]


def _ring(offer: AgentOffer, wait: Wait, leg: Call) -> Row:
    how = [words.named("calllog.how", offer.answer)]
    how += [words.text("compliance.picked-up-after", s=_seconds(leg.answer_ms))] if leg.answer_ms is not None else []
    how += [words.named("cause", leg.cause)] if leg.cause not in (None, LATE_ANSWER) else []
    return Row(
        offer.rung_at,
        leg.company_id,
        words.text("compliance.ring"),
        ring_figures.picked_up(offer, leg),
        " · ".join(how),
        offer.staff_id,
        call_id=wait.call_id or leg.id,
    )


def _those(act: Act, kind: type[Any], ids: Iterable[int | None]) -> list[Any]:
    return list(act.session.scalars(select(kind).where(kind.id.in_(list(ids)))))


def _promise(found: Promise, standard: Standard) -> Row:
    late = found.done_at - found.due_at if found.verdict == Verdict.LATE and found.done_at is not None else None
    return Row(
        found.due_at,
        found.company_id,
        matter.promise_title(found, standard),
        found.verdict,
        words.text("compliance.late-by", span=words.span(late)) if late is not None else "",
        found.owner_id,
        case_id=found.case_id,
        is_due=True,
    )


def _seconds(millis: int | None) -> str:
    return f"{(millis or 0) / 1000:.1f}"

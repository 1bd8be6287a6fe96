"""Reports are made when their period is over, and those named are told; else somebody would have to think of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime

from hotline import spool
from hotline.domain import companies, report_figures, reports, staff
from hotline.domain.act import CLOCK, Act
from hotline.domain.companies import CompanyNumber
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.reports import Span
from hotline.jobs import texts
from hotline.jobs.effects import Effect, Prepared
from hotline.runtime import Runtime


def owe_due(runtime: Runtime) -> None:
    """What is due is owed, and no more: a year takes long to count, and whoever does this hands out calls as well.

    Of a company whose figures do not load nothing is, which is named afterwards. Nor is a period of which a call is
    still kept on the disk (ANS-10): a report stands as it was made, and would lack it.
    """
    kept = spool.waiting(runtime.settings.hotline_var, runtime.sealer)
    with runtime.look(CLOCK) as act:
        lacking = [(one.called, one.at) for one in kept]
        owed = [one for one in reports.due(act) if not _lacks(act, *one, lacking)]
        troubles = companies.troubles(act)
    if owed:
        with runtime.act(CLOCK) as act:
            reports.owe(act, owed)
    if troubles:
        raise troubles[-1]


def _lacks(act: Act, company_id: int, span: Span, kept: Collection[tuple[str, datetime]]) -> bool:
    """Did one of these calls (the number it rang at, and when) ring at this company in this period?"""
    companies.get(act, company_id)
    zone = act.standard.calendar.timezone
    within = (called for called, at in kept if span.first <= at.astimezone(zone).date() <= span.last)
    numbers = (act.session.get(CompanyNumber, called) for called in within)
    return any(number is not None and number.company_id == company_id for number in numbers)


def make(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Count a period: about = {company, period, first, last}."""
    company_id, span = _asked(entry)
    if reports.is_made(act, company_id, span):
        return State.DROPPED
    companies.get(act, company_id)
    return Effect(lambda _carrier: count(runtime, company_id, span))


def made(runtime: Runtime, act: Act, entry: OutboxEntry, answer: str) -> datetime | None:
    """What was counted stands from now on."""
    company_id, span = _asked(entry)
    companies.get(act, company_id)
    reports.make(act, company_id, span, json.loads(answer))
    return None


def count(runtime: Runtime, company_id: int, span: Span) -> str:
    """The figures of a period, in words. It only looks: meanwhile everybody else writes."""
    with runtime.look(CLOCK) as act:
        company = companies.get(act, company_id)
        return json.dumps(report_figures.counted(act, company, span.first, span.last))


def _asked(entry: OutboxEntry) -> tuple[int, Span]:
    first, last = (date.fromisoformat(entry.about[name]) for name in ("first", "last"))
    return entry.about["company"], Span(entry.about["period"], first, last)


def tell(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A text to somebody who is named for it: about = {who, report}. It holds the period and the link, no figure.

    The link leads to as much of the report as they may read; who may read nothing of it any more is not told.
    """
    person, report = staff.get(act, entry.about["who"]), reports.get(act, entry.about["report"])
    company = companies.get(act, report.company_id)
    if not person.active or person.phone is None or not reports.reads_faults(person):
        return State.DROPPED
    whole, addresses = reports.reads_whole(person), runtime.addresses
    words, link = ("made", addresses.report) if whole else ("faults", addresses.faults)

    def written() -> str:
        said, language = runtime.prompts, act.standard.languages.default
        told = {"company": company.name(language), "period": report.period, "link": link(report.id)}
        return said.text(f"texts.report.{words}", language, company.words, **told)

    return texts.effect(runtime, act, entry, company, staff.phone_of(act, person), written)

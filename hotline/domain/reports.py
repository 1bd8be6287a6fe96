"""Monthly, quarterly and yearly reports (PPL-6); without them nobody would read figures unless they went for them.

A report is made when its period is over, and stands: what is corrected in the rows afterwards changes no report that
somebody has read. Its digest is in the log. For whoever is complained of in it, it is counted without what they may not
know of, at every reading: a sum that stands would tell them of it (CMP-10). Heads of departments and engineers
have the tables of faults of it, and nothing else (FLT-9): in the others stand complaints and staff.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint, delete, exists, not_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain import audit, companies, discretion, exports, outbox, report_figures
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.report_figures import Reader
from hotline.domain.staff import Staff
from hotline.errors import Invalid, NotFound

MAKES = "make-report"  # the kind of what is owed when a period is over: {company, period, first, last}
TELLS = "tell-report"  # the kind of what is owed to whoever is told of a report


class Report(Base):
    """What a company's period came to: ids, words of ours and numbers, never a personal value."""

    __tablename__ = "reports"
    __table_args__ = (UniqueConstraint("company_id", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    period: Mapped[str] = mapped_column(String(8))  # 2026-10, 2026-Q3, 2026
    first: Mapped[date]
    last: Mapped[date]
    made_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the figures, which stands in the log too


class ReportReader(Base):
    """Somebody who is told by text when a report of a company is made."""

    __tablename__ = "report_readers"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    chosen_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[datetime]


@dataclass(frozen=True)
class Span:
    """A period of the calendar by its name: its first day and its last."""

    name: str
    first: date
    last: date


def over(today: date) -> list[Span]:
    """The month, the quarter and the year that ended last before this day."""
    return [_span(today.year, today.month, months, -1) for months in _MONTHS]


def coming(today: date) -> list[Span]:
    """The month, the quarter and the year of this day: their reports are made when they are over."""
    return [_span(today.year, today.month, months, 0) for months in _MONTHS]


_MONTHS = (1, 3, 12)  # of a month, a quarter, a year


def _span(year: int, month: int, months: int, step: int) -> Span:
    begins = (year * 12 + month - 1) // months * months + step * months
    first, after = (date(at // 12, at % 12 + 1, 1) for at in (begins, begins + months))
    names = {1: f"{first:%Y-%m}", 3: f"{first:%Y}-Q{(first.month + 2) // 3}"}
    return Span(names.get(months, f"{first:%Y}"), first, date.fromordinal(after.toordinal() - 1))


def due(act: Act) -> list[tuple[int, Span]]:
    """Which companies' periods are over and have no report; one that was not of the group yet has none.

    A month of standstill has one as well: that nobody rang is told, and not left to be taken for a report that is lost.

    Over is a period when its last calls are, as a day is that is added up. A company whose figures do not load has to
    wait for its own; it holds up no other.
    """
    found: list[tuple[int, Span]] = []
    for company in companies.loading(act):
        standard = act.standard_of(company.profile, company.overrides)
        settled = act.at - standard.engine.counting.settles.span
        spans = over(settled.astimezone(ZoneInfo(standard.timezone)).date())
        names = [span.name for span in spans]
        known = set(
            act.session.scalars(select(Report.period).where(Report.company_id == company.id, Report.period.in_(names)))
        )
        for span in spans:
            ends = standard.calendar.start_of_day(date.fromordinal(span.last.toordinal() + 1))
            if span.name not in known and _was_there(act, company.id, ends):
                found.append((company.id, span))
    return found


def owe(act: Act, owed: Collection[tuple[int, Span]]) -> None:
    """A worker makes these reports, each once, as soon as it has time."""
    for company_id, span in owed:
        key, first, last = f"{MAKES}-{company_id}-{span.name}", span.first.isoformat(), span.last.isoformat()
        outbox.post(act, MAKES, key=key, patient=True, company=company_id, period=span.name, first=first, last=last)


def is_made(act: Act, company_id: int, span: Span) -> bool:
    """Is there this report already?"""
    theirs = (Report.company_id == company_id, Report.period == span.name)
    return act.session.scalar(select(Report.id).where(*theirs)) is not None


def make(act: Act, company_id: int, span: Span, figures: dict[str, Any]) -> Report | None:
    """What was counted of a period of a company stands from now on; whoever is named is told. None where it does."""
    digest = _digest(figures)
    row = {"company_id": company_id, "period": span.name, "first": span.first, "last": span.last, "made_at": act.at}
    made = insert_new(act.session, Report).values(**row, figures=figures, digest=digest).returning(Report.id)
    report_id = act.session.scalar(made)
    if report_id is None:
        return None
    report = act.session.get_one(Report, report_id)
    act.remember("house", "report-made", **_told(report, digest))
    for person in readers(act, company_id):
        outbox.post(act, TELLS, key=f"{TELLS}-{report_id}-{person.id}", who=person.id, report=report_id)
    return report


def is_unaltered(act: Act, report: Report) -> bool:
    """Are the figures those that were counted? So says the log: who can change the figures can change their digest."""
    digest = _digest(report.figures)
    query = select(AuditEntry.body).where(AuditEntry.chain == "house", AuditEntry.kind == "report-made")
    bodies = act.session.scalars(query.where(AuditEntry.at == report.made_at))
    told = b'"fields":' + audit.canonical(_told(report, digest))
    return report.digest == digest and any(told in body for body in bodies)


def figures_for(act: Act, report: Report, reader: Reader) -> dict[str, Any]:
    """What a reader may know of a report: what stands, or where it holds what is hidden from them, all but that.

    The company's standard is chosen.
    """
    company = companies.get(act, report.company_id)
    if not report_figures.holds(act, company, report.first, report.last, reader.hidden):
        return report.figures
    return report_figures.counted(act, company, report.first, report.last, reader)


def faults_for(act: Act, report: Report, person: Staff) -> dict[str, Any]:
    """The tables of faults for this person: as they stand, or without faults of complaints that are hidden from them.

    A complaint may have turned out to be a fault. The company's standard is chosen.
    """
    company, days = companies.get(act, report.company_id), (report.first, report.last)
    hidden = report_figures.complained(act, company, *days, not_(discretion.cases(person)))
    if hidden:
        return report_figures.faults(act, company, *days, but=hidden)
    return {name: report.figures[name] for name in ("faults", "places")}


def reads_whole(person: Staff) -> bool:
    """Does this person read every table of a report: whoever leads or audits, and heads no department alone?"""
    return person.has(*exports.WATCHERS) and not discretion.answers_for_a_department(person)


def reads_faults(person: Staff) -> bool:
    """Does this person read the tables of faults of a report at least (FLT-9)?"""
    return reads_whole(person) or person.has(*exports.TECHNICIANS)


def get(act: Act, report_id: int) -> Report:
    """The report with this number. Raises NotFound."""
    row = act.session.get(Report, report_id)
    if row is None:
        raise NotFound(f"there is no report {report_id}")
    return row


def listed(act: Act, company_id: int | None, *, before: int | None, most: int) -> list[Report]:
    """Reports, the latest first: of a company, or of the group; `before`: the last of the page before."""
    query = select(Report).order_by(Report.id.desc()).limit(most)
    if company_id is not None:
        query = query.where(Report.company_id == company_id)
    return list(act.session.scalars(query if before is None else query.where(Report.id < before)))


def readers(act: Act, company_id: int) -> list[Staff]:
    """Who is told when a report of this company is made, of those who work here."""
    query = select(Staff).join(ReportReader, ReportReader.staff_id == Staff.id).order_by(Staff.id)
    return list(act.session.scalars(query.where(ReportReader.company_id == company_id, Staff.active)))


def choose(act: Act, company_id: int, staff_ids: Collection[int], among: Collection[Staff], *, by: int) -> None:
    """From now on these are told, and nobody else. Raises Invalid for somebody who may not read reports.

    `among`: who may.
    """
    wanted = set(staff_ids)
    if wanted - {person.id for person in among}:
        raise Invalid("a report is sent to those who may read it")
    now = {person.id for person in readers(act, company_id)}
    gone = or_(ReportReader.staff_id.not_in(wanted), ReportReader.staff_id.in_(now - wanted))
    act.session.execute(delete(ReportReader).where(ReportReader.company_id == company_id, gone))
    for staff_id in sorted(wanted - now):
        row = {"company_id": company_id, "staff_id": staff_id, "chosen_by_id": by, "since": act.at}
        act.session.execute(insert_new(act.session, ReportReader).values(**row))
    act.remember("house", "report-readers-chosen", company=company_id, before=sorted(now), now=sorted(wanted), by=by)


def _was_there(act: Act, company_id: int, ends: datetime) -> bool:
    """Was there this company before an instant? So says the log of its founding, and whatever came before that."""
    rang = exists().where(Call.company_id == company_id, Call.started_at < ends)
    came = exists().where(Case.company_id == company_id, Case.opened_at < ends)
    if act.session.scalar(select(or_(rang, came))):
        return True
    founded = select(AuditEntry).where(AuditEntry.chain == "house", AuditEntry.kind == "company-founded")
    entries = act.session.scalars(founded.where(AuditEntry.at < ends))
    return any(entry.said.get("company") == company_id for entry in entries)


def _told(report: Report, digest: str) -> dict[str, Any]:
    return {"report": report.id, "company": report.company_id, "period": report.period, "digest": digest}


def _digest(figures: dict[str, Any]) -> str:
    return hashlib.sha256(audit.canonical(figures)).hexdigest()

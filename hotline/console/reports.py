"""The reports of a company: the list with its schedule, and one on a page that prints well; else none was read."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.console import asking, lists, paging, people, rights, words
from hotline.console.complaint_period import Period
from hotline.domain import companies, reports
from hotline.domain.act import Act
from hotline.domain.companies import Company
from hotline.domain.exports import What
from hotline.domain.reports import Report
from hotline.domain.staff import Staff
from hotline.errors import NotFound
from hotline.papers import report_tables


def report_list() -> ResponseReturnValue:
    """Which reports there are, when the next ones are made, and who is told of them."""
    return _page()


def choose_report_readers() -> ResponseReturnValue:
    """A manager says who is told; whom the page does not offer is refused."""
    typed = [one for one in request.form.getlist("reader") if one.isdecimal()]
    with asking.runtime().act(asking.actor()) as act:
        company = _company(act)
        reports.choose(act, company.id, [int(one) for one in typed], _may_read(act, company.id), by=asking.person().id)
    return redirect(url_for("console.report_list", company=company.id))


def one_report(report_id: int) -> ResponseReturnValue:
    """One report, every table of it; whoever reads the faults alone is led to those."""
    if not reports.reads_whole(asking.person()):
        return redirect(url_for("console.report_faults", report_id=report_id))
    return _shown(report_id, What.REPORT)


def report_faults(report_id: int) -> ResponseReturnValue:
    """The copy of a report for the technical side: its faults by class and by place, and nothing else (FLT-9)."""
    return _shown(report_id, What.FAULTS)


def _shown(report_id: int, what: What) -> str:
    tables = report_tables.tables if what == What.REPORT else report_tables.technical
    with asking.runtime().look(asking.actor()) as act:
        report = seen(act, report_id)
        company = companies.get(act, report.company_id)
        return render_template(
            "one_report.html",
            report=report,
            title=title(report),
            company=company,
            what=what,
            whole=reports.reads_whole(asking.person()),
            tables=tables(act, report, asking.person(), words.tongue()),
            at=act.at,
            unaltered=reports.is_unaltered(act, report),
            zone=act.standard.timezone,
        )


def title(report: Report) -> str:
    """What a report's period is called, in the reader's words."""
    period = Period.named(report.period)
    return period.title if period is not None else report.period


def _page() -> str:
    person, group = asking.person(), rights.whole_group(asking.person())
    with asking.runtime().look(asking.actor()) as act:
        g.here = url_for("console.report_list")
        company = _company(act)
        today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
        before = request.args.get("before", type=asking.row_id)
        found = reports.listed(act, company.id, before=before, most=lists.PAGE + 1)
        page = found[: lists.PAGE]
        told = {one.id for one in reports.readers(act, company.id)}
        return render_template(
            "report_list.html",
            rows=[(one, title(one)) for one in page],
            more=paging.more(found, company=company.id),
            company=company,
            companies=people.companies_by_id(act) if group else {},
            coming=[(Period.named(span.name), span) for span in reports.coming(today)],
            people=_may_read(act, company.id),
            whole=reports.reads_whole(person),
            reads_whole=reports.reads_whole,
            told=told,
            chooses=rights.may_open(person, "console.choose_report_readers"),
            zone=act.standard.timezone,
        )


def _company(act: Act) -> Company:
    """The company that is asked about: the reader's own, or one that they choose of the group. Its standard is chosen.

    Raises NotFound for one that there is not.
    """
    person = asking.person()
    chosen = request.values.get("company", type=asking.row_id) if rights.whole_group(person) else None
    return companies.get(act, chosen or person.company_id)


def seen(act: Act, report_id: int) -> Report:
    """A report that this reader may see. Raises NotFound."""
    report, person = reports.get(act, report_id), asking.person()
    if not rights.whole_group(person) and report.company_id != person.company_id:
        raise NotFound(f"there is no report {report_id}")
    return report


def _may_read(act: Act, company_id: int) -> list[Staff]:
    """Who of a company may open its reports, or the faults of them, and has a telephone to be told by."""
    query = select(Staff).where(Staff.company_id == company_id, Staff.active, Staff.phone.is_not(None))
    found = act.session.scalars(query.order_by(Staff.id))
    return [person for person in found if reports.reads_faults(person)]

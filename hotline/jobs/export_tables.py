"""The tables of complaints and reports as exports, like every other file; else figures left unmarked (SEC-2, CMP-13).

What counts is counted at one look and written in one turn: lines that were counted one after the other do not agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from hotline.domain import complaint_figures, complaint_tracking, reports
from hotline.domain.complaint_figures import Wanted
from hotline.domain.export_holdings import CASE, Held
from hotline.domain.exports import What
from hotline.errors import Refused
from hotline.jobs.export_kinds import GATHERED, Page
from hotline.jobs.export_view import View
from hotline.papers import complaint_choice, complaint_columns, complaint_statistics, report_tables
from hotline.papers.complaint_choice import Choice
from hotline.papers.complaint_columns import Names
from hotline.papers.complaint_statistics import Statistics
from hotline.papers.marked import Table


class Tracking:
    """The tracking table, a row for each complaint, newest first, as its page has them."""

    def heads(self, view: View) -> list[str]:
        """What stands above the columns that this reader may read."""
        return complaint_columns.heads(_names(view))

    def bounds(self, view: View) -> tuple[int, int, int]:
        """How many complaints there are; a number before the first and one behind the last."""
        n, _promises = complaint_figures.counted(view.act, _wanted(view))
        return n, 0, GATHERED if n else 0

    def page(self, view: View, *, after: int, until: int, most: int) -> Page:
        """The next complaints behind the one with this number; none behind `until`."""
        if after >= until:
            return Page([], None)
        names = _names(view)
        found = complaint_tracking.page(view.act, _wanted(view), before=after or None, most=most)
        last = found[-1].complaint.id if len(found) == most else None
        held = {Held(CASE, row.complaint.case_id) for row in found}
        return Page([complaint_columns.line(row, names) for row in found], last, held)


def _names(view: View) -> Names:
    return Names.read(view.act, view.person, view.tongue)


def _wanted(view: View) -> Wanted:
    asked = view.criteria
    days = asked.first, asked.last, asked.company_id
    chosen = Choice(*days, asked.department, asked.grade, asked.stage, asked.figure)
    return complaint_choice.wanted(view.act, view.person, chosen)


def _statistics(view: View, form: str) -> Sequence[Table]:
    """A table for each sheet of a workbook; of a CSV the one with a figure in each row."""
    wanted = replace(_wanted(view), grade=None, stage=None)
    found = Statistics.read(view.act, wanted, view.person, view.tongue)
    return [complaint_statistics.flat(found)] if form == "csv" else complaint_statistics.tables(found)


def _report(view: View, form: str, *, read: Callable[..., list[report_tables.Table]]) -> Sequence[Table]:
    """The same for a report as it stands; `read`: every table of it, or those of faults alone.

    Raises Refused where it is not of the company that was asked about, and for whom it is not.
    """
    report = reports.get(view.act, view.criteria.report)
    if report.company_id != view.criteria.company_id:
        raise Refused("a report is taken along as that of its company")
    found = read(view.act, report, view.person, view.tongue)
    return [report_tables.flat(found, view.tongue)] if form == "csv" else found


# Those that are counted and written at one look.
WHOLE: Mapping[str, Callable[[View, str], Sequence[Table]]] = {
    What.STATISTICS: _statistics,
    What.REPORT: partial(_report, read=report_tables.tables),
    What.FAULTS: partial(_report, read=report_tables.technical),
}

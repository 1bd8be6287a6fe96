"""What an export holds, in words, wherever it is listed; else one odd row would close the list to everybody (REC-6)."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.console import asking, call_wanted, people, reports, subordinates, words
from hotline.domain import exports
from hotline.domain.act import Act
from hotline.domain.exports import Criteria, Export, What
from hotline.domain.reports import Report
from hotline.domain.staff import Role
from hotline.errors import HotlineError
from hotline.papers import complaint_statistics
from hotline.papers.complaint_choice import NAMED_NONE

_OF_COMPLAINTS = ("department", "grade", "stage", "figure")
_HIDDEN = "••••••"


def chosen(act: Act, row: Export) -> str:
    """Which rows an export holds, in the reader's words; of one that nobody can read any more, that it is so."""
    try:
        return _sought(act, row) if row.what == What.FOUND else _by_days(act, row.chosen)
    except (HotlineError, LookupError, TypeError, ValueError):  # as it was written long ago, or by another version
        return words.text("exports.unread")


def is_open(act: Act, row: Export) -> bool:
    """May the reader know why it was asked for and how much it holds: did they ask, do they stand above or audit?

    A reason may say who complained of whom; so do rows that the reader, who counts the same days, has not (CMP-10).
    """
    reader = asking.person()
    if row.asked_by_id == reader.id or reader.has(Role.AUDITOR, Role.ADMINISTRATOR):
        return True
    return row.company_id == reader.company_id and subordinates.is_below(act, row.asked_by_id)


def reason(act: Act, row: Export) -> str:
    """Why, for whom it is open; else dots."""
    return exports.reason_of(act, row) if is_open(act, row) else _HIDDEN


def narrowed(act: Act, wanted: Mapping[str, str]) -> list[str]:
    """By what the complaints of a table are chosen beside their days; what has no name has a word in its place."""
    asked, figure = wanted.get("department", ""), wanted.get("figure", "")
    told = [words.text("tracking.unnamed")] if asked == NAMED_NONE else []
    told += [department(act, asked) or words.text("exports.nameless")] if asked not in ("", NAMED_NONE) else []
    told += [words.named("grade", wanted["grade"])] if wanted.get("grade") else []
    told += [words.named("complaint-stage", wanted["stage"])] if wanted.get("stage") else []
    known = figure and complaint_statistics.may_read(asking.person(), figure)
    return told + ([complaint_statistics.title(figure, words.tongue())] if known else [])


def department(act: Act, number: str) -> str | None:
    """The name of the department with this number; None where there is none."""
    try:
        id_ = asking.row_id(number)
    except ValueError:
        return None
    return people.departments(act, [id_]).get(id_)


def _by_days(act: Act, wanted: Criteria) -> str:
    known = people.companies_by_id(act).get(wanted.company_id or 0)
    nameless = words.text("exports.nameless")
    told = [known.name(asking.language()) if known else nameless if wanted.company_id else words.text("filter.every")]
    report = act.session.get(Report, wanted.report) if wanted.report else None  # no more of it than when it was
    if report is not None:
        return " · ".join([*told, reports.title(report)])
    told.append(words.text("tables.days", first=wanted.first.isoformat(), last=wanted.last.isoformat()))
    told += [wanted.rule] if wanted.rule else []
    told += [words.named("verdict", wanted.verdict)] if wanted.verdict else []
    return " · ".join(told + narrowed(act, {name: getattr(wanted, name) for name in _OF_COMPLAINTS}))


def _sought(act: Act, row: Export) -> str:
    """What a search asked, as far as it is kept: of a number and of words no more than that they were asked by."""
    told = [f"{label} {value}" for label, value in call_wanted.chips(act, row.criteria["told"])]
    told += [words.text("exports.by", field=words.text(f"calllog.{name}")) for name in row.criteria["by"]]
    return " · ".join(told or [words.text("calllog.everything")])

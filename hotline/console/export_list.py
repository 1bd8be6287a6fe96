"""Files are asked for with a reason, and the list says who took what; without it nobody saw what left the house."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from hotline.console import asking, discretion, export_told, lists, paging, people, refused, reports, rights, words
from hotline.domain import companies, exports
from hotline.domain.act import Act
from hotline.domain.complaint_forms import Stage
from hotline.domain.exports import OF_A_REPORT, WAITED_FOR, Criteria, Export, Failure, What
from hotline.domain.promises import Verdict
from hotline.domain.staff import Staff
from hotline.errors import Invalid, NotFound
from hotline.papers import complaint_statistics
from hotline.papers.complaint_choice import NAMED_NONE
from hotline.runtime import Runtime
from hotline.sheets import FORMS
from hotline.standard.catalogue import RULES
from hotline.standard.kinds import Grade

BY_DAYS = [what for what in What if what != What.FOUND]  # what a search finds is asked for beside it
_OF_PROMISES = ("rule", "verdict")
_OF_COMPLAINTS = ("department", "grade", "stage", "figure")  # they come from the tables' own pages
_NARROWS = {What.PROMISES: _OF_PROMISES, What.TRACKING: _OF_COMPLAINTS, What.STATISTICS: ("department", "figure")}
_FIELDS = ("what", "form", "company", "first", "last", *_OF_PROMISES, *_OF_COMPLAINTS, "report", "reason")


@dataclass(frozen=True)
class Line:
    """One export as the list shows it."""

    export: Export
    chosen: str  # which rows, in words
    reason: str
    is_open: bool  # may the reader know how much it holds?
    share: int | None  # per cent of the rows that are gathered
    is_readers: bool  # may the reader fetch the file?

    @property
    def waits(self) -> bool:
        """Is it still being made?"""
        return self.export.state in WAITED_FOR


def export_list() -> ResponseReturnValue:
    """The form, and under it every export: who asked for it, when and why, and whether it was fetched."""
    wished = {name: request.args[name] for name in _FIELDS if name in request.args}
    return _page(**({"typed": wished} | refused.taken(_here())))


def ask_export() -> ResponseReturnValue:
    """A file is owed from now on; what is wrong with the wish is said beside what was typed."""
    typed = {name: request.form.get(name, "").strip() for name in _FIELDS}
    person = asking.person()
    with asking.runtime().act(asking.actor()) as act:
        companies.get(act, person.company_id)
        problem = _problem(act, person, typed)
        if problem is None:
            criteria = _criteria(act, MultiDict(typed), person)
            asked = {"form": typed["form"], "language": asking.language()}
            exports.ask(act, person, typed["what"], criteria, typed["reason"], **asked)
    if problem is None:
        return redirect(_here())
    return refused.back_to(_here(), problem=problem, typed=typed) or (_page(problem=problem, typed=typed), 409)


def export_file(export_id: int) -> ResponseReturnValue:
    """The file, piece by piece, for whoever asked for it; that it was fetched is on record first (REC-6)."""
    runtime = asking.runtime()
    with runtime.look(asking.actor()) as act:
        row = exports.get(act, export_id)
        exports.ready(asking.person(), row)
    is_whole = _digest(runtime, row) == row.digest  # what the store has no more, or not as it was, nobody took
    with runtime.act(asking.actor()) as act:
        locked = exports.get(act, export_id)
        if is_whole:
            exports.fetched(act, asking.person(), locked)
        else:
            exports.failed(act, locked, Failure.DAMAGED)
    if not is_whole:
        return _page(problem=words.text("exports.failed-damaged")), 409
    answer = Response(_pieces(runtime, row), mimetype=FORMS[row.form])
    answer.content_length = row.size or 0
    days = "" if row.what == What.FOUND else f"{row.chosen.first.isoformat()}-{row.chosen.last.isoformat()}-"
    name = f"{row.what}-{days}{row.id}.{row.form}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _digest(runtime: Runtime, row: Export) -> str:
    """Of the file as it lies there; of none that can be opened, nothing."""
    digest = sha256()
    try:
        for piece in _pieces(runtime, row):
            digest.update(piece)
    except Invalid:
        return ""
    return digest.hexdigest()


def _pieces(runtime: Runtime, row: Export) -> Iterator[bytes]:
    for name in row.pieces:
        yield runtime.sealer.open_bytes(row.key, runtime.sounds.read(name))


def _here() -> str:
    return url_for("console.export_list")


def _page(problem: str = "", typed: Mapping[str, str] | None = None) -> str:
    person = asking.person()
    group, kinds = rights.whole_group(person), exports.kinds(person)
    with asking.runtime().look(asking.actor()) as act:
        g.here = _here()
        companies.get(act, person.company_id)
        before = paging.before()
        by = None if What.CALLS in kinds else person.id  # who heads a department knows of no other's
        found = exports.listed(act, None if group else person.company_id, before=before, most=lists.PAGE + 1, by=by)
        page = found[: lists.PAGE]
        known = people.companies_by_id(act)
        rows = [_line(act, one) for one in page]
        today = act.at.astimezone(ZoneInfo(act.standard.timezone)).date()
        month = {"first": today.replace(day=1).isoformat(), "last": today.isoformat(), "form": "xlsx"}
        return render_template(
            "export_list.html",
            rows=rows,
            waits=any(row.waits for row in rows),
            more=paging.more(found),
            names=people.names(act, (one.asked_by_id for one in page)),
            companies=known if group else {},
            kinds=[what for what in BY_DAYS if what in kinds and what not in OF_A_REPORT],
            rules=sorted({rule.rule_id for rule in act.standard.promise_rules.values()}),
            verdicts=list(Verdict),
            typed={**month, **(typed or {})},
            report=_report(act, (typed or {}).get("report", "")),
            narrowed=export_told.narrowed(act, typed or {}),
            problem=problem,
            standard=act.standard,
            kept=words.limit(act.standard.engine.exports.kept),
            zone=act.standard.timezone,
            before=before,
        )


def _line(act: Act, row: Export) -> Line:
    is_open = export_told.is_open(act, row)
    share = min(100, row.rows * 100 // row.expected) if row.expected and is_open else None
    told = export_told.chosen(act, row), export_told.reason(act, row)
    return Line(row, *told, is_open, share, exports.is_for(asking.person(), row))


def _report(act: Act, number: str) -> str:
    """What the report that is wished for is called; nothing for none. Raises NotFound for one that is not theirs."""
    if not number:
        return ""
    try:
        return reports.title(reports.seen(act, asking.row_id(number)))
    except ValueError as error:
        raise NotFound(f"there is no report {number}") from error


def reason_problem(act: Act, reason: str) -> str | None:
    """What is wrong with a reason; None where nothing is."""
    if len(reason) < act.standard.secrecy.reason_at_least:
        return words.text("reveal.too-short", n=act.standard.secrecy.reason_at_least)
    return None


def _problem(act: Act, person: Staff, typed: Mapping[str, str]) -> str | None:
    """What is wrong with a wish, and what would be right; None where nothing is."""
    if typed["what"] not in BY_DAYS or typed["form"] not in FORMS:
        return words.text("exports.no-kind")
    try:
        criteria = _criteria(act, MultiDict(typed), person)
    except ValueError:
        return words.text("exports.no-days")
    except Invalid as error:
        return str(error)
    if criteria.last < criteria.first:
        return words.text("tables.backwards", first=typed["first"], last=typed["last"])
    # Who opens no report takes none along.
    accused = typed["what"] == What.REPORT and discretion.answers_for_a_department(person)
    if accused or not exports.may_ask(person, typed["what"], criteria):
        return words.text("exports.not-yours")
    return reason_problem(act, typed["reason"])


def _criteria(act: Act, typed: MultiDict[str, str], person: Staff) -> Criteria:
    """What was typed as the wish; of the own company, unless one may choose.

    Raises ValueError for no days, and Invalid in the reader's words for what is no choice: the log would keep it.

    A report is that of its company and days. Who heads a department chooses no other.
    """
    what, heads = typed["what"], discretion.answers_for_a_department(person)
    if what in OF_A_REPORT:
        report = reports.seen(act, typed.get("report", 0, type=asking.row_id))
        return Criteria(report.company_id, report.first, report.last, report=report.id)
    first, last = (date.fromisoformat(typed[name]) for name in ("first", "last"))
    if first.year not in asking.YEARS or last.year not in asking.YEARS:
        raise ValueError("no such day is in any calendar of ours")
    narrows: dict[str, Any] = {name: typed[name] for name in _NARROWS.get(What(what), ()) if typed[name]}
    company_id: int | None = person.company_id
    if rights.whole_group(person):
        company_id = typed.get("company", type=asking.row_id) if typed["company"] else None
    named = company_id in people.companies_by_id(act) or (rights.whole_group(person) and not typed["company"])
    if not named or not all(_is_choice(act, person, name, value) for name, value in narrows.items()):
        raise Invalid(words.text("exports.no-choice"))
    if heads and what in (What.STATISTICS, What.TRACKING):
        narrows["department"] = str(person.department_id or NAMED_NONE)
    return Criteria(company_id, first, last, **narrows)


_CHOICES: Mapping[str, Collection[str]] = {
    "rule": RULES.keys(),
    "verdict": list(Verdict),
    "grade": list(Grade),
    "stage": list(Stage),
}


def _is_choice(act: Act, person: Staff, name: str, value: str) -> bool:
    """Is this something by which rows are chosen: a name of ours, a department there is, a figure of this reader's?"""
    if name == "department":
        return value == NAMED_NONE or export_told.department(act, value) is not None
    if name == "figure":
        rule_id = value.partition(".")[0]
        return complaint_statistics.may_read(person, value) and (rule_id in RULES or not rule_id.startswith("CMP-"))
    return value in _CHOICES[name]

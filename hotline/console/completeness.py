"""The page of the carrier's list (话单核对): which call one side lacks; without it only a command could tell."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, lists, paging, people, refused, rights, words
from hotline.domain import companies, completeness
from hotline.domain.act import Act
from hotline.domain.completeness import Lacking, Look
from hotline.errors import Conflict, Invalid

_FIELDS, _LONGEST = ("since", "until"), 10  # characters of a date
_LOOKS = 10  # shown
_OF_ONE = ("missing", "unlisted")
_OF_ALL = ("listed", "ours", *_OF_ONE, "others")


def completeness_page() -> ResponseReturnValue:
    """What is missing on either side, and every look so far."""
    return _page(**refused.taken(_here()))


def check_completeness() -> ResponseReturnValue:
    """Hold the days that were named against the carrier's list, in the background."""
    typed = {name: request.form.get(name, "").strip()[:_LONGEST] for name in _FIELDS}
    problem = None
    try:
        with asking.runtime().act(asking.actor()) as act:
            companies.get(act, asking.person().company_id)
            since, until = (_day(typed[name]) for name in _FIELDS)
            zone = ZoneInfo(act.standard.timezone)
            begins, ends = (datetime.combine(day, time(), zone) for day in (since, until + date.resolution))
            completeness.ask(act, asking.runtime().figures.completeness, since=begins, until=ends)
    except Conflict:
        problem = words.text("complete.problem.busy")
    except Invalid as error:
        problem = words.text(f"complete.problem.{error.key}", **_limits())
    if problem is None:
        return redirect(_here())
    return refused.back_to(_here(), problem=problem, typed=typed) or (_page(problem, typed), 409)


def _day(typed: str) -> date:
    """A day that was typed. Raises Invalid."""
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("this is no day", key="no-time") from error
    if day.year not in asking.YEARS:
        raise Invalid("nobody can have rung on this day", key="no-time")
    return day


def _limits() -> dict[str, Any]:
    figures = asking.runtime().figures.completeness
    return {"minutes": figures.settles.span // timedelta(minutes=1), "days": figures.looked_back.span.days}


def _page(problem: str | None = None, typed: dict[str, str] | None = None) -> str:
    person = asking.person()
    company_id = None if rights.whole_group(person) else person.company_id
    with asking.runtime().look(asking.actor()) as act:
        companies.get(act, person.company_id)
        g.here, zone = _here(), act.standard.timezone
        today = act.at.astimezone(ZoneInfo(zone)).date()
        before = paging.carriers_before()
        found = completeness.missing(act, company_id, after=before, most=lists.PAGE + 1)
        page, counts = found[: lists.PAGE], completeness.missing_count(act, company_id)
        shown = [[one for one in page if (one.settled_at is None) is lost] for lost in (True, False)]
        return render_template(
            "completeness.html",
            problem=problem,
            typed=typed or {"since": (today - date.resolution).isoformat(), "until": today.isoformat()},
            zone=zone,
            groups=list(zip(("lost", "settled"), shown, counts, strict=True)),
            more=f"?before={page[-1].sid}" if found[lists.PAGE :] else None,
            is_first=before is None,
            companies=people.companies_by_id(act),
            counts=list(_OF_ALL if company_id is None else _OF_ONE),
            looks=[_shown(act, one, company_id) for one in completeness.looks(act, most=_LOOKS)],
            running=completeness.under_way(act),
            may_check=rights.may_open(person, "console.check_completeness"),
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
        )


def _shown(act: Act, look: Look, company_id: int | None) -> tuple[Look, dict[str, int]]:
    """A look and its counts: of the whole group for whoever sees that, else what one company still lacks of it."""
    if company_id is None:
        return look, {name: getattr(look, name) for name in _OF_ALL}
    lacking = completeness.lacking_in(act, look, company_id)
    return look, dict(zip(_OF_ONE, (lacking[Lacking.LOG], lacking[Lacking.CARRIER]), strict=True))


def _here() -> str:
    return url_for("console.completeness_page")

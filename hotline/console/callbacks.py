"""What is owed by telephone (回电): who is rung when, and how it ended; without it nobody could plan or stop a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from hotline.console import (
    asking,
    callback_rows,
    cases,
    discretion,
    lists,
    matter,
    paging,
    people,
    refused,
    rights,
    words,
)
from hotline.domain import callback_lists, callbacks
from hotline.domain.act import Act
from hotline.domain.callbacks import Callback
from hotline.errors import Conflict, Invalid, NotFound

FIELDS, LONGEST = ("at", "until", "instead", "why"), 500  # characters
_Does = Callable[[Act, Callback, Mapping[str, str]], None]


def callback_list() -> ResponseReturnValue:
    """What is owed, what begins next first, then what waits for a person; what is over, and why."""
    return _page(**refused.taken(_here()))


def change_callback(callback_id: int, doing: str) -> ResponseReturnValue:
    """Ring now, agree a time, or ring nobody; then back to the page on which it was pressed."""
    typed = {name: request.form.get(name, "").strip()[:LONGEST] for name in FIELDS}
    written = cases.Written("callback", "", told={**typed, "form": f"{doing}-{callback_id}"})
    does = _DOES.get(doing)
    if does is None:
        raise NotFound(f"nothing that is done with a callback is called {doing}")
    try:
        with asking.runtime().act(asking.actor()) as act:
            does(act, _mine(act, callback_id), typed)
    except Conflict:
        written.problem = words.text("callbacks.problem.over")
    except Invalid as error:
        written.problem = words.text(f"callbacks.problem.{error.key}")
    back = request.form.get("case", type=asking.row_id)
    if back is not None:
        return cases.settled(back, written)
    if written.problem is None:
        return redirect(_here())
    return refused.back_to(_here(), typed=asdict(written)) or (_page(written), 409)


def _mine(act: Act, callback_id: int) -> Callback:
    """The callback, its company's standard chosen, if this person may say when it is made. Raises NotFound."""
    callback = act.session.get(Callback, callback_id)
    if callback is None:
        raise NotFound(f"there is no callback {callback_id}")
    if not rights.may_call_back(act, asking.person(), cases.seen(act, callback.case_id)):
        raise Forbidden
    return callback


def _now(act: Act, callback: Callback, _typed: Mapping[str, str]) -> None:
    callbacks.plan(act, callback.id, at=None, by=asking.person().id)


def _agree(act: Act, callback: Callback, typed: Mapping[str, str]) -> None:
    at, until = (_time(typed[name], act.standard.timezone) for name in ("at", "until"))
    if at is None:
        raise Invalid("no time is told", key="no-time")
    callbacks.plan(act, callback.id, at=at, until=until, instead=bool(typed["instead"]), by=asking.person().id)


def _cancel(act: Act, callback: Callback, typed: Mapping[str, str]) -> None:
    callbacks.cancel(act, callback.id, by=asking.person().id, why=typed["why"])


_DOES: Mapping[str, _Does] = {"now": _now, "agree": _agree, "cancel": _cancel}


def _time(typed: str, zone: str) -> datetime | None:
    """What was typed by the company's clock; None where nothing was."""
    if not typed:
        return None
    try:
        told = datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise Invalid("this is no time", key="no-time") from error
    if told.year not in asking.YEARS:
        raise Invalid("this is no time at which anybody could be rung", key="no-time")
    return told


def _page(typed: cases.Written | Mapping[str, Any] | None = None) -> str:
    person, before = asking.person(), request.args.get("before", type=asking.row_id)
    company_id, within = None if rights.whole_group(person) else person.company_id, discretion.cases(person)
    with asking.runtime().look(asking.actor()) as act:
        g.here = _here()
        owed = [] if before else callback_lists.listed(act, company_id, within=within, most=lists.PAGE + 1)
        over = callback_lists.over(act, company_id, within=within, before=before, most=lists.PAGE + 1)
        page = over[: lists.PAGE]
        numbers = people.rung_numbers(act, [case for _one, case in [*owed, *page]])
        return render_template(
            "callbacks.html",
            typed=typed,
            before=before,
            owed=callback_rows.rows(act, owed[: lists.PAGE]),
            more_owed=len(owed) > lists.PAGE,
            over=callback_rows.rows(act, page),
            more=paging.more(over, lambda one: one[0].id),
            who=lambda case: cases.who(case, {case.customer_id or 0: numbers.get(case.id, "")}),
            at=act.at,
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            **matter.for_templates(),
            **callback_rows.for_templates(),
        )


def _here() -> str:
    return url_for("console.callback_list")

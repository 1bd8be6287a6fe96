"""The pages of cases: the list, one case, the callback that was made, the closing; without them nothing would end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from hotline.console import (
    approvals,
    asking,
    callback_rows,
    complaint_view,
    corrected,
    handing,
    hidden,
    listening,
    lists,
    matter,
    people,
    record,
    refused,
    respondent_page,
    revealing,
    rights,
    timeline,
    words,
)
from hotline.domain import api_keys, callbacks, cases, companies, complaint_forms, promises, staff, visits
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.errors import Conflict, NotFound, Refused


@dataclass
class Written:
    """What was typed into a form of the page, and what was wrong with it; it is never lost by a refusal."""

    form: str
    text: str
    rule: str = ""
    chosen: str = ""
    problem: str | None = None
    told: Mapping[str, str] = field(default_factory=dict)  # the fields of a form that has more than one


def case_list() -> ResponseReturnValue:
    """Cases, newest first, by company, day and state."""
    with asking.runtime().look(asking.actor()) as act:
        listed = lists.listed(act, request.args, lists.cases)
        page = listed["rows"]
        return render_template(
            "case_list.html",
            **listed,
            names=people.names(act, [*(case.owner_id for case in page), *(case.handler_id for case in page)]),
            marks_of=lists.marks(act, [case.id for case in page]),
        )


def one_case(case_id: int) -> ResponseReturnValue:
    """One case: owner, repair, dispatch, promises, texts, and whether its record is unaltered.

    Whoever knows it from the department's inbox alone is led there, wherever the link stood.
    """
    with asking.runtime().look(asking.actor()) as act:
        if _is_in_the_inbox(act, case_id):
            return redirect(url_for("console.one_in_inbox", case_id=case_id))
    return _page(case_id, **refused.taken(_here(case_id)))


def reveal_in_case(case_id: int) -> ResponseReturnValue:
    """Open one personal value of a case, with a reason, and write down who looked (SEC-1)."""
    here, page = _here(case_id), partial(_page, case_id)
    return revealing.revealed(lambda act: seen(act, case_id), hidden.of_case, here, page)


def called_back(case_id: int) -> ResponseReturnValue:
    """Note that the customer was called (回访), and what was said: the promise is kept, or late."""
    typed = Written("called-back", request.form.get("said", "").strip(), request.form.get("rule", ""))
    with asking.runtime().act(asking.actor()) as act:
        case = seen(act, case_id)
        if not rights.may_call_back(act, asking.person(), case):
            raise Forbidden
        if not typed.text:
            typed.problem = words.text("called-back.empty")
        elif typed.rule not in {"", *(promise.rule for promise in matter.of_case(act, case).callbacks)}:
            typed.problem = words.text("called-back.nothing")
        else:
            _note_called_back(act, case, typed)
    return settled(case_id, typed)


def close_case(case_id: int) -> ResponseReturnValue:
    """Close a case; refused with the reason while a promise on it is open (VIS-5)."""
    typed = Written("close", request.form.get("outcome", "").strip())
    with asking.runtime().act(asking.actor()) as act:
        case = seen(act, case_id)
        if not rights.may_close(act, asking.person(), case):
            raise Forbidden
        typed.problem = _closed(act, case, typed.text)
    return settled(case_id, typed)


def seen(act: Act, case_id: int) -> Case:
    """The case with this id, its company's standard chosen, if this person may see it. Raises NotFound."""
    case = act.session.get(Case, case_id)
    if case is None or not rights.may_see(act, asking.person(), case):
        raise NotFound(f"there is no case {case_id}")
    companies.get(act, case.company_id)
    return case


def _is_in_the_inbox(act: Act, case_id: int) -> bool:
    case, person = act.session.get(Case, case_id), staff.get(act, asking.person().id)
    if case is None or rights.may_see(act, person, case) or not rights.may_open(person, "console.one_in_inbox"):
        return False
    return respondent_page.is_seen(act, person, case)


def _note_called_back(act: Act, case: Case, typed: Written) -> None:
    """What was said is on record; with it the promise is kept, where the call itself did not keep it already."""
    act.remember(case.chain, "called-back", words=cases.seal(act, case, typed.text), rule=typed.rule or None)
    if typed.rule:
        promises.done(act, typed.rule, case)
        callbacks.settle(act, case)


def _closed(act: Act, case: Case, outcome: str) -> str | None:
    """None when the case is closed now, else what stands against it."""
    if not outcome:
        return words.text("close.empty")
    waiting = matter.of_case(act, case).waiting
    if waiting:
        titles = words.text("comma").join(matter.promise_title(promise, act.standard) for promise in waiting)
        return words.text("close.waiting", titles=titles)
    try:
        promises.close_case(act, case, by=asking.person().id, outcome=outcome)
        callbacks.settle(act, case)
    except Conflict:
        return words.text("close.already")
    except Refused:
        return words.text("close.refused")
    return None


def settled(case_id: int, typed: Written) -> ResponseReturnValue:
    """Back to the case's page: with what was typed and what is wrong with it, where something is."""
    if typed.problem is None:
        return redirect(_here(case_id))
    back = refused.back_to(_here(case_id), typed=asdict(typed))
    return back or (_page(case_id, typed=typed), 409)


def _here(case_id: int) -> str:
    return url_for("console.one_case", case_id=case_id)


def _page(case_id: int, **typed: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        case = seen(act, case_id)
        g.here = _here(case_id)
        return render_template("one_case.html", **_context(act, case), **{"asked": None, "typed": None, **typed})


def _context(act: Act, case: Case) -> dict[str, Any]:
    person = asking.person()
    numbers = people.masked_numbers(act, [case.customer_id])
    reads = rights.may_open(person, "console.log")
    found = matter.of_case(act, case)
    complaint = complaint_view.of_case(act, case, found.promises)
    values = hidden.of_case(act, case)
    return {
        "case": case,
        "company": companies.get(act, case.company_id),
        "standard": act.standard,
        "heartbeat": asking.runtime().figures.routine.live_heartbeat.seconds,
        "zone": act.standard.timezone,
        "who": who(case, numbers),
        "reachable": complaint_forms.reachable(act, case),
        "owned": record.ownership(act, case.chain),
        "at": act.at,
        "matter_of": found,
        "complaint": complaint,
        "came_from": api_keys.brought_case(act, case.id),
        "corrected": corrected.of_case(act, case),
        "callbacks": callback_rows.of_case(act, case),
        "visits": visits.of_case(act, case.id),
        "line": timeline.of_case(act, case),
        "asks": approvals.forms(act, person, case),
        "hidden": list(values),
        "gone": hidden.gone(values),
        "heard": listening.of_case(act, case),
        "chains": [record.chain(act, case.chain, reads_reasons=reads)],
        "reveal_at": url_for("console.reveal_in_case", case_id=case.id),
        "may_reveal": rights.may_open(person, "console.reveal_in_case"),
        "may_close": rights.may_close(act, person, case),
        "may_call_back": rights.may_call_back(act, person, case),
        "handing": handing.of_case(act, case),
        **matter.for_templates(),
        **callback_rows.for_templates(),
    }


def who(case: Case, numbers: dict[int, str]) -> str:
    """The customer of a case as a page names them: a masked number, or why there is none."""
    if case.anonymous:
        return words.text("who.anonymous")
    return numbers.get(case.customer_id or 0) or words.text("who.no-number")

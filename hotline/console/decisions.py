"""Asking somebody higher, and deciding, on the page; without it more time would be given by word of mouth (CMP-5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, select

from hotline.console import approvals, asking, cases, inbox, matter, refused, respondent_page, rights, words
from hotline.console.cases import Written
from hotline.domain import cases as matters
from hotline.domain import companies, decisions
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.decisions import Decision, What
from hotline.domain.promises import Promise
from hotline.errors import Conflict, HotlineError, Invalid, NotFound, Refused
from hotline.standard.kinds import Grade

FORM = "ask"  # the name of the form on the page of a case
_SHOWN = 20  # of what was asked or decided before
# What stands against asking, and against deciding, in the reader's words.
_NOT_ASKED: dict[type[HotlineError], str] = {
    Invalid: "approval.wanted-wrong",
    Conflict: "approval.not-now",
    Refused: "approval.nobody",
}
_NOT_DECIDED: dict[type[HotlineError], str] = {
    Invalid: "approval.no-answer",
    Conflict: "approval.too-late",
    Refused: "approval.not-yours",
}


def approval_list() -> ResponseReturnValue:
    """What waits for my decision, the oldest first, and what became of what I asked and decided."""
    return _page(**refused.taken(_here()))


def ask_decision(case_id: int) -> ResponseReturnValue:
    """Ask for more time, a lower grade, another kind of matter; a higher person decides."""
    what, promise = request.form.get("what", ""), request.form.get("promise", type=asking.row_id)
    typed = Written(FORM, request.form.get("reason", "").strip(), rule=f"{what}-{promise or ''}")
    typed.chosen = request.form.get("wanted", "")
    with asking.runtime().look(asking.actor()) as act:
        sees = _may_come(act, case_id)
    try:
        with asking.runtime().act(asking.actor()) as act:
            case = matters.get(act, case_id)
            companies.get(act, case.company_id)
            _ask(act, case, what, promise, typed)
    except (Invalid, Conflict, Refused) as error:
        typed.problem = words.text(_NOT_ASKED[type(error)] if typed.text else "approval.no-reason")
    return cases.settled(case_id, typed) if sees else inbox.settled(case_id, typed=asdict(typed))


def decide(decision_id: int) -> ResponseReturnValue:
    """Approve or refuse what somebody asked, with the reason."""
    answer = request.form.get("answer", "").strip()

    def settle(act: Act, decision: Decision) -> None:
        approve = request.form.get("decide") == "approve"
        decisions.decide(act, decision, by=asking.person(), approve=approve, answer=answer)

    return _does(decision_id, settle, answer)


def withdraw_decision(decision_id: int) -> ResponseReturnValue:
    """Who asked does not want it any more."""
    return _does(decision_id, lambda act, decision: decisions.withdraw(act, decision, by=asking.person()))


def _ask(act: Act, case: Case, what: str, promise_id: int | None, typed: Written) -> None:
    if what not in list(What):
        raise Invalid("choose what you ask for")
    promise = act.session.get(Promise, promise_id) if promise_id is not None else None
    wanted, reason, person = _wanted(act, What(what), typed.chosen), typed.text, asking.person()
    decisions.ask(act, case, What(what), by=person, reason=reason, wanted=wanted, promise=promise)


def _wanted(act: Act, what: What, chosen: str) -> datetime | Grade | Kind:
    """What was chosen, as the domain takes it; a day and time are the company's own. Raises Invalid."""
    try:
        if what is not What.EXTENSION:
            return Grade(chosen) if what is What.LOWER_GRADE else Kind(chosen)
        local = datetime.fromisoformat(chosen)
    except ValueError:
        raise Invalid("choose what it should be instead") from None
    if local.tzinfo is not None or local.year not in asking.YEARS:
        raise Invalid("choose a day and a time of the company's own")
    return local.replace(tzinfo=ZoneInfo(act.standard.timezone))


def _does(decision_id: int, does: Callable[[Act, Decision], None], answer: str = "") -> ResponseReturnValue:
    problem = None
    with asking.runtime().look(asking.actor()) as act:
        _check_known(act, decision_id)
    try:
        with asking.runtime().act(asking.actor()) as act:
            does(act, decisions.get(act, decision_id))
    except (Invalid, Conflict, Refused) as error:
        problem = words.text(_NOT_DECIDED[type(error)])
    return _settled(problem, chosen=decision_id, answer=answer)


def _may_come(act: Act, case_id: int) -> bool:
    """Does this person see the case, or else as its respondent does? Raises NotFound for who sees neither."""
    case, person = act.session.get(Case, case_id), asking.person()
    if case is not None and rights.may_see(act, person, case):
        return True
    respondent_page.seen(act, person, case_id)
    return False


def _check_known(act: Act, decision_id: int) -> None:
    """Raises NotFound for a request that this person neither made, nor decides, nor sees with its case."""
    decision, person = act.session.get(Decision, decision_id), asking.person()
    (found,) = approvals.shown(act, person, [decision]) or (None,) if decision is not None else (None,)
    if found is None or not (found.sees_case or found.may_decide or found.decision.asked_by_id == person.id):
        raise NotFound(f"there is no request {decision_id}")


def _settled(problem: str | None, **typed: Any) -> ResponseReturnValue:
    """Back to the list: with what was typed and what is wrong with it, where something is."""
    if problem is None:
        return redirect(_here())
    return refused.back_to(_here(), problem=problem, **typed) or (_page(problem=problem, **typed), 409)


def _here() -> str:
    return url_for("console.approval_list")


def _page(**told: Any) -> str:
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        g.here = _here()
        return render_template(
            "approvals.html",
            waiting=approvals.shown(act, person, decisions.waiting_for(act, person)),
            asked_by_me=_newest(act, Decision.asked_by_id == person.id),
            decided_by_me=_newest(act, Decision.decided_by_id == person.id),
            about_me=f"staff:{person.id}",
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            at=act.at,
            **matter.for_templates(),
            **{"problem": None, "chosen": None, "answer": "", **told},
        )


def _newest(act: Act, condition: ColumnElement[bool]) -> list[approvals.Request]:
    query = select(Decision).where(condition).order_by(Decision.id.desc()).limit(_SHOWN)
    return approvals.shown(act, asking.person(), act.session.scalars(query).all())

"""Handing over on the page: ask, see the matter, accept or say why not; without it owners would change by word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.console import asking, cases, discretion, handing, hidden, matter, people, refused, rights, words
from hotline.console.cases import Written
from hotline.domain import cases as matters
from hotline.domain import companies, controls, handovers, ladder
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.handovers import Handover, State
from hotline.errors import Conflict, HotlineError, Invalid, NotFound, Refused

# What stands against a request, in the reader's words.
_PROBLEMS: dict[type[HotlineError], str] = {
    Invalid: "handover.no-reason",
    Conflict: "handover.waits",
    Refused: "handover.not-there",
    NotFound: "handover.nobody-above",
}


def handover_list() -> ResponseReturnValue:
    """What waits for me, and what I asked of others and is not answered."""
    with asking.runtime().look(asking.actor()) as act:
        person = asking.person()
        companies.get(act, person.company_id)
        mine = select(Handover).join(Case, Case.id == Handover.case_id).where(discretion.cases(person))
        mine = mine.where(Handover.giver_id == person.id, Handover.state == State.ASKED)
        return render_template(
            "handover_list.html",
            handovers_waiting=handing.waiting(act),
            asked_by_me=[handing.shown(act, one) for one in act.session.scalars(mine.order_by(Handover.id))],
            about_me=f"staff:{person.id}",
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            zone=act.standard.timezone,
        )


def one_handover(handover_id: int) -> ResponseReturnValue:
    """A matter that somebody is asked to own, its personal values masked, before they say yes or no."""
    return _page(handover_id, **refused.taken(_here(handover_id)))


def answer_handover(handover_id: int) -> ResponseReturnValue:
    """Accept, or decline and say why (OWN-2); the same as by key in a call."""
    accept, why = request.form.get("answer") == "accept", request.form.get("refusal", "").strip()
    try:
        with asking.runtime().act(asking.actor()) as act:
            asked = handovers.answer(act, handover_id, by=asking.person().id, accept=accept, refusal=why)
            case_id = asked.case_id
    except Invalid:
        return _refused(handover_id, "handover.no-refusal")
    except Conflict:
        return _refused(handover_id, "handover.answered")
    return redirect(url_for("console.one_case", case_id=case_id) if accept else url_for("console.handover_list"))


def withdraw_handover(handover_id: int) -> ResponseReturnValue:
    """The giver keeps the matter after all."""
    try:
        with asking.runtime().act(asking.actor()) as act:
            controls.withdraw(act, handover_id, asking.person().id)
    except Conflict:
        return _refused(handover_id, "handover.answered")
    return redirect(_here(handover_id))


def hand_over(case_id: int) -> ResponseReturnValue:
    """Ask a colleague to own a case (OWN-2)."""
    receiver, typed = (
        request.form.get("receiver", type=asking.row_id),
        Written("hand-over", request.form.get("reason", "")),
    )

    def ask(act: Act, case: Case) -> None:
        if receiver is None or receiver in handing.kept_from(act, [case]):
            raise Refused("choose a colleague, whom it is not about (CMP-10)")
        if typed.text.strip():
            handing.chosen(act, case, receiver)
        handovers.ask(act, case, giver_id=asking.person().id, receiver_id=receiver, reason=typed.text)

    return _asks(case_id, typed, ask)


def raise_matter(case_id: int) -> ResponseReturnValue:
    """Pass a case up the ladder with what was tried (OWN-6)."""
    typed = Written("raise", request.form.get("tried", ""))
    return _asks(
        case_id, typed, lambda act, case: ladder.raise_matter(act, case, by=asking.person().id, tried=typed.text)
    )


def _asks(case_id: int, typed: Written, ask: Callable[[Act, Case], object]) -> ResponseReturnValue:
    """Nothing is asked where the form is refused; what was typed stands on the case's page again."""
    with asking.runtime().look(asking.actor()) as act:
        cases.seen(act, case_id)
    try:
        with asking.runtime().act(asking.actor()) as act:
            case = matters.get(act, case_id)
            companies.get(act, case.company_id)
            ask(act, case)
    except handing.Another as another:
        typed.problem = another.told
    except (Invalid, Conflict, Refused, NotFound) as error:
        typed.problem = words.text(_PROBLEMS[type(error)])
    return cases.settled(case_id, typed)


def _here(handover_id: int) -> str:
    return url_for("console.one_handover", handover_id=handover_id)


def _refused(handover_id: int, problem: str) -> ResponseReturnValue:
    told = words.text(problem)
    return refused.back_to(_here(handover_id), problem=told) or (_page(handover_id, problem=told), 409)


def _page(handover_id: int, **typed: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        found = _seen(act, handover_id)
        g.here = _here(handover_id)
        return render_template("handover.html", **_context(act, found), **{"problem": None, **typed})


def _seen(act: Act, handover_id: int) -> Handover:
    """The request, its company's standard chosen: for who asks, who is asked, and who may see the case."""
    found = act.session.get(Handover, handover_id)
    case = act.session.get(Case, found.case_id) if found is not None else None
    person = asking.person()
    if found is None or case is None:
        raise NotFound(f"there is no handover {handover_id}")
    concerned = person.id in (found.giver_id, found.receiver_id) and discretion.shows(act, person, case)
    if not concerned and not rights.may_see(act, person, case):
        raise NotFound(f"there is no handover {handover_id}")
    companies.get(act, case.company_id)
    return found


def _context(act: Act, found: Handover) -> dict[str, Any]:
    asked = handing.shown(act, found)
    numbers, person = people.masked_numbers(act, [asked.case.customer_id]), asking.person()
    return {
        "asked": asked,
        "case": asked.case,
        "standard": act.standard,
        "zone": act.standard.timezone,
        "who": cases.who(asked.case, numbers),
        "hidden": [name for name in hidden.of_case(act, asked.case) if name != "number"],
        "matter_of": matter.of_case(act, asked.case),
        "sees_case": rights.may_see(act, person, asked.case),
        "may_answer": found.state == State.ASKED and found.receiver_id == person.id,
        "may_withdraw": found.state == State.ASKED and found.giver_id == person.id,
        **matter.for_templates(),
    }

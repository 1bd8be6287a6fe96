"""The pages of calls: the list, and one call from ring to end; without them a supervisor would see nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import (
    asking,
    call_course,
    call_finding,
    corrected,
    hidden,
    keeping,
    listening,
    lists,
    matter,
    people,
    record,
    refused,
    revealing,
    rights,
    story,
    supervise,
)
from hotline.domain import anonymity, call_facts, companies, legs
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.errors import NotFound


def call_list() -> ResponseReturnValue:
    """Calls, newest first, by company, day and state; what is new comes by itself. Or those that a search finds."""
    search_id = call_finding.asked_for()
    refusal = call_finding.remember(search_id) if search_id is not None else None
    if refusal is not None:
        return refusal
    with asking.runtime().look(asking.actor()) as act:
        listed = _listed(act, search_id)
        page = listed["rows"]
        unnamed = legs.unnamed(act, page)
        shown = {call.id: call.case_id for call in page if call.id not in unnamed}
        case_ids = list(shown.values())
        return render_template(
            "call_list.html",
            **listed,
            names=people.names(act, [*(call.owner_id for call in page), *(call.staff_id for call in page)]),
            numbers=people.masked_numbers(act, (call.customer_id for call in page)),
            cases=lists.numbered(act, case_ids),
            marks_of=lists.marks(act, case_ids),
            standards=matter.standards(act, {call.company_id for call in page}),
            caller=people.caller,
            case_of=lambda call: shown.get(call.id),
        )


def _listed(act: Act, search_id: int | None) -> dict[str, Any]:
    if search_id is not None:
        return call_finding.listed(act, search_id)
    listed = lists.listed(act, request.args, lists.calls)
    search = call_finding.form(act)
    if search is not None and search.problem:
        listed |= {"rows": [], "more": None, "wanted": None}  # else the whole list would pass for what was found
    return {**listed, "search": search}


def one_call(call_id: int) -> ResponseReturnValue:
    """One call: every turn, owner, case, promises, texts, and whether its record is unaltered."""
    page = _page(call_id, **refused.taken(_here(call_id)))
    if g.pop("altered", False):
        with asking.runtime().act(asking.actor()) as act:
            call_facts.found_altered(act, [seen(act, call_id)])
    return page


def reveal_in_call(call_id: int) -> ResponseReturnValue:
    """Open one personal value of a call, with a reason, and write down who looked (SEC-1)."""
    here, page = _here(call_id), partial(_page, call_id)
    return revealing.revealed(lambda act: seen(act, call_id), hidden.of_call, here, page)


def seen(act: Act, call_id: int) -> Call:
    """The call with this id, its company's standard chosen, if this person may see it. Raises NotFound."""
    call = act.session.get(Call, call_id)
    if call is None or not rights.may_see_call(act, asking.person(), call):
        raise NotFound(f"there is no call {call_id}")
    companies.get(act, call.company_id)
    return call


def _here(call_id: int) -> str:
    return url_for("console.one_call", call_id=call_id)


def _page(call_id: int, **asked: Any) -> str:
    with asking.runtime().look(asking.actor()) as act:
        call = seen(act, call_id)
        case_ids = people.cases_of(call) if not legs.unnamed(act, [call]) else ()
        cases = [act.session.get_one(Case, case_id) for case_id in sorted(case_ids)]
        g.here = _here(call_id)
        context = _context(act, call, cases)
        g.altered = any(chain.problems for chain in context["chains"])
        return render_template("one_call.html", **{**context, "asked": None, "to_hear": None, **asked})


def _context(act: Act, call: Call, cases: list[Case]) -> dict[str, Any]:
    company = companies.get(act, call.company_id)
    names = people.names(act, [call.owner_id, call.staff_id])
    reads = rights.may_open(asking.person(), "console.log")
    chains = [call.chain, *(case.chain for case in cases)]
    values = hidden.of_call(act, call)
    return {
        "call": call,
        "company": company,
        "standard": act.standard,
        "heartbeat": asking.runtime().figures.routine.live_heartbeat.seconds,
        "zone": act.standard.timezone,
        "names": names,
        "who": people.caller(call, names, people.masked_numbers(act, [call.customer_id])),
        "owned": record.ownership(act, call.chain),
        "course": call_course.of_call(act, call, story.of_call(act, call, company, cases)),
        "words_now": asking.runtime().prompts.version,
        "hidden": values.keys(),
        "gone": hidden.gone(values),
        "recorded": [listening.of_call(act, call), *(listening.of_case(act, case) for case in cases)],
        "corrected": {case.id: corrected.of_case(act, case) for case in cases},
        "matters": [matter.of_case(act, case) for case in cases],
        "chains": [record.chain(act, name, reads_reasons=reads) for name in chains],
        "reveal_at": url_for("console.reveal_in_call", call_id=call.id),
        "may_reveal": rights.may_open(asking.person(), "console.reveal_in_call") and not anonymity.told_in(call),
        "watched": supervise.of_call(act, asking.person(), call),
        "kept": keeping.of_call(act, call),
        "problem": None,
        **matter.for_templates(),
    }

"""The page of promises: what falls due next, and what was broken; without it a deadline would pass unseen."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from hotline.console import asking, lists, matter, people
from hotline.domain import companies
from hotline.domain.promises import Promise, Verdict


def promise_list() -> ResponseReturnValue:
    """What is open, soonest first, and what is broken and still not done."""
    person = asking.person()
    with asking.runtime().look(asking.actor()) as act:
        waiting, broken = (lists.promises(act, person, verdict) for verdict in (Verdict.OPEN, Verdict.BROKEN))
        both = [*waiting, *broken]
        companies.get(act, person.company_id)
        return render_template(
            "promise_list.html",
            zone=act.standard.timezone,
            at=act.at,
            groups=[_group("open", waiting), _group("broken", broken)],
            names=people.names(act, (promise.owner_id for promise in both)),
            cases=lists.numbered(act, [promise.case_id for promise in both]),
            standards=matter.standards(act, {promise.company_id for promise in both}),
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            **matter.for_templates(),
        )


def _group(name: str, found: list[Promise]) -> tuple[str, list[Promise], bool]:
    return name, found[: lists.PAGE], len(found) > lists.PAGE

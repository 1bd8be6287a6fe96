"""What the customer is told when a case was opened, to read out; without it half of it would be forgotten (OWN-7)."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, cases, form_fields, matter
from hotline.domain import cases as matters_of
from hotline.domain import matters, promises, visitors
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.visitors import Channel
from hotline.errors import Conflict

_ADDED = ("address", "looks", "name")  # what is asked once help is on its way (EMG-1)


def case_opened(case_id: int) -> ResponseReturnValue:
    """Number, owner, next step and deadline; of an emergency, what is to be asked now."""
    with asking.runtime().look(asking.actor()) as act:
        case = cases.seen(act, case_id)
        g.here = _here(case_id)
        found = matter.of_case(act, case)
        return render_template(
            "case_opened.html",
            case=case,
            beside="beside" in request.values,
            owner=found.names[case.owner_id],
            promises=found.promises,
            due=max((promise.due_at for promise in found.waiting), default=None),
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            step=_next_step(act, case),
            heard=_is_heard(act, case),
            texted=any(text.about["to"] == "customer" for text in found.texts),
            missing=[name for name in _ADDED if f"sealed_{name}" not in case.details] if _is_urgent(case) else [],
            typed={},
            longest=form_fields.LONGEST,
            standard=act.standard,
            zone=act.standard.timezone,
            **matter.for_templates(),
        )


def add_told(case_id: int) -> ResponseReturnValue:
    """What was told after help was on its way: where, how it looks, who."""
    with asking.runtime().act(asking.actor()) as act:
        _add(act, matters_of.get(act, cases.seen(act, case_id).id))
    return case_opened(case_id) if "HX-Request" in request.headers else redirect(_here(case_id), 303)


def _here(case_id: int) -> str:
    return url_for("console.case_opened", case_id=case_id)


def _add(act: Act, case: Case) -> None:
    if not _is_urgent(case):
        raise Conflict("this is added to an emergency that is under way, and to nothing else")
    typed = {name: request.form.get(name, "").strip()[: form_fields.LONGEST[name]] for name in _ADDED}
    told = {f"sealed_{name}": matters_of.seal(act, case, words) for name, words in typed.items() if words}
    if told:
        matters.add_to_emergency(act, case, {**case.details, **told})


def _is_urgent(case: Case) -> bool:
    return case.kind == Kind.EMERGENCY and case.state == "open"


def _is_heard(act: Act, case: Case) -> bool:
    """Is the customer there to hear it? Not whoever wrote (REC-7)."""
    visitor = visitors.of_case(act, case.id)
    return visitors.hears(Channel(visitor.channel) if visitor is not None else None)


def _next_step(act: Act, case: Case) -> str:
    """What comes next, in the words of the text that the customer gets; nothing where the case is closed."""
    key = promises.next_step(act, case)
    return asking.runtime().prompts.text(key, asking.language()) if case.state == "open" else ""

"""What the customer is told when a case was opened, to read out; without it half of it would be forgotten (OWN-7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, cases, complaint_intake, form_fields, matter, rights, words
from hotline.domain import audit, complaint_forms, identity, matters, promises, staff, visitors
from hotline.domain import cases as matters_of
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind
from hotline.domain.matters import Named
from hotline.domain.promises import Promise
from hotline.domain.visitors import Channel
from hotline.errors import Conflict

_ADDED = ("address", "looks", "name")  # what is asked once help is on its way (EMG-1)
_ACCUSED = "accused"  # whom it is about, by number or name
_OF_COMPLAINTS = form_fields.TOLD[form_fields.FormKind.COMPLAINT]
_TOLD = (*_ADDED, *_OF_COMPLAINTS)
_WRITTEN = "complaint-written-down"
# What of a complaint is told to whoever complains: by when they hear, and by when it is dealt with (OWN-7).
_TOLD_BY_WHEN = ("CMP-9.callback", "CMP-3.reply", "CMP-11.feedback", "CMP-4.settle")


def case_opened(case_id: int) -> ResponseReturnValue:
    """Number, owner, next step and deadline; of an emergency, what is to be asked now."""
    return _page(case_id)


def _page(case_id: int, typed: Mapping[str, str] | None = None, problem: str | None = None) -> str:
    """`typed`: what was written down and is not kept; `problem`: the key of the words that say why."""
    with asking.runtime().look(asking.actor()) as act:
        case = cases.seen(act, case_id)
        g.here = _here(case_id)
        found = matter.of_case(act, case)
        return render_template(
            "case_opened.html",
            case=case,
            beside="beside" in request.values,
            owner=found.names[case.owner_id],
            promises=sorted(found.promises, key=lambda promise: (promise.due_at, promise.id)),
            by_when=_by_when(case, found.waiting),
            afterwards=_afterwards(act, case, found.waiting),
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            step=_next_step(act, case),
            heard=_is_heard(act, case),
            texted=any(text.about["to"] == "customer" for text in found.texts),
            missing=_missing(act, case),
            urgent=_is_urgent(case),
            typed=typed or {},
            problem=words.text(problem) if problem else None,
            names=_is_unwritten(case) and not complaint_forms.barred(act, case.id),
            longest=form_fields.LONGEST,
            standard=act.standard,
            zone=act.standard.timezone,
            **matter.for_templates(),
        )


def add_told(case_id: int) -> ResponseReturnValue:
    """What was told after help was on its way: where, how it looks, who. What was told of a complaint by voice."""
    asked = (*_TOLD, _ACCUSED)
    typed = {name: told for name in asked if (told := request.form.get(name, "").strip()[: form_fields.LONGEST[name]])}
    with asking.runtime().act(asking.actor()) as act:
        problem = _add(act, cases.seen(act, case_id), typed)
    if problem is not None:
        return _page(case_id, typed, problem), 409
    out = kept_out(case_id)
    if out is not None:
        return out
    return case_opened(case_id) if "HX-Request" in request.headers else redirect(_here(case_id), 303)


def kept_out(case_id: int) -> str | None:
    """What whoever has no part in a complaint any more, by what they just did, is told; None for everybody else."""
    with asking.runtime().look(asking.actor()) as act:
        concerned = asking.person().id in complaint_forms.barred(act, case_id)
    return passed_on(case_id, "named") if concerned else None


def passed_on(case_id: int, say: str = "") -> str:
    """What whoever took down a complaint about themselves may know of it: its number, and what is true to say (CMP-10).

    It is said once, in answer to the form that was sent; by its number nothing of it is found. `say`: the end of the
    key of the words, where it is not told by who is there to hear it.
    """
    with asking.runtime().look(asking.actor()) as act:
        case = act.session.get_one(Case, case_id)
        heard, reachable = _is_heard(act, case), complaint_forms.reachable(act, case)
        say = say or (("reachable" if reachable else "unreachable") if heard else "written")
        return render_template(
            "case_passed_on.html", number=case.number, call_id=case.call_id, say=words.text(f"passed-on.{say}")
        )


def _here(case_id: int) -> str:
    return url_for("console.case_opened", case_id=case_id)


def _add(act: Act, case: Case, typed: Mapping[str, str]) -> str | None:
    """What stands against it, as the key of words: whoever stays anonymous is not named afterwards either (CMP-10)."""
    if not _is_urgent(case) and not _missing(act, case):
        raise Conflict("this is added to an emergency that is under way, or to a complaint that was told by voice")
    if case.anonymous and identity.says_who(typed.values()):
        return "form.lacks.unnamed"
    about = None
    if _ACCUSED in typed and _is_unwritten(case):
        about = _named(act, case, typed)
        if about is None:
            return f"form.lacks.{_ACCUSED}"
    else:
        matters_of.get(act, case.id)
    told = {f"sealed_{name}": matters_of.seal(act, case, typed[name]) for name in _missing(act, case) if name in typed}
    if told and _is_urgent(case):
        matters.add_to_emergency(act, case, {**case.details, **told})
    elif told or about:
        matters.write_down(act, case, told, about)
    return None


def _named(act: Act, case: Case, typed: Mapping[str, str]) -> Named | None:
    """Whom it is about, where number or name leads to a colleague; that it was told so is how it is known."""
    complaint = complaint_forms.of(act, case.id)
    whom = complaint_intake.colleague(act, complaint.about_company_id, typed[_ACCUSED]) if complaint else None
    why = words.text("opened.told-by-voice", told="; ".join(typed.values()))
    return Named(whom, by=staff.get(act, asking.person().id), why=why) if whom is not None else None


def _missing(act: Act, case: Case) -> list[str]:
    """What is still to be asked, or to be written down by who may hear it; of the anonymous a superior (CMP-10)."""
    writes = _is_unwritten(case) and rights.may_hear(act, asking.person(), case)
    names = _ADDED if _is_urgent(case) else _OF_COMPLAINTS if writes else ()
    return [name for name in names if f"sealed_{name}" not in case.details]


def _is_unwritten(case: Case) -> bool:
    """Was it told by voice, so that the department cannot read what happened?"""
    return case.kind == Kind.COMPLAINT and case.state == "open" and "sealed_happened" not in case.details


def _is_urgent(case: Case) -> bool:
    return case.kind == Kind.EMERGENCY and case.state == "open"


def _by_when(case: Case, waiting: list[Promise]) -> list[tuple[str, datetime]]:
    """What the customer is told that we do by when; of what is no complaint, by when all of it is done."""
    if case.kind != Kind.COMPLAINT:
        last = max((promise.due_at for promise in waiting), default=None)
        return [(words.text("opened.due"), last)] if last is not None else []
    soonest = sorted(waiting, key=lambda promise: promise.due_at)
    found = [(rule, promise) for promise in soonest for rule in _TOLD_BY_WHEN if promise.rule.startswith(rule)]
    return [(words.text(f"opened.by-when.{rule}"), promise.due_at) for rule, promise in found]


def _afterwards(act: Act, case: Case, waiting: list[Promise]) -> str:
    """What whoever complains hears once it is dealt with, where they can be reached (CMP-7, CMP-8)."""
    if case.kind != Kind.COMPLAINT or not any(promise.rule == "CMP-9.callback" for promise in waiting):
        return ""
    return words.text("opened.afterwards", limit=words.limit(act.standard.promise("CMP-8.visit").limit))


def _is_heard(act: Act, case: Case) -> bool:
    """Is the customer there to hear it? Not whoever wrote (REC-7), nor who told a recording what is written down."""
    if _is_unwritten(case) or any(entry.kind == _WRITTEN for entry in audit.entries(act.session, case.chain)):
        return False
    visitor = visitors.of_case(act, case.id)
    return visitors.hears(Channel(visitor.channel) if visitor is not None else None)


def _next_step(act: Act, case: Case) -> str:
    """What comes next, in the words of the text that the customer gets; nothing where the case is closed."""
    key = promises.next_step(act, case)
    return asking.runtime().prompts.text(key, asking.language()) if case.state == "open" else ""

"""Callbacks that a caller still waits for, at the form; without it whoever was served is rung all the same (ANS-3)."""

from __future__ import annotations

from sqlalchemy import func, select

from hotline.console import asking, discretion
from hotline.console.subject import Subject
from hotline.domain import anonymity, callbacks, cases, promises
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.parties import Meeting
from hotline.domain.promises import Promise


def awaited(act: Act, about: Subject) -> list[tuple[Promise, Case]]:
    """What the caller was promised before this conversation and it keeps; nothing of who stays unnamed (CMP-10)."""
    if about.call is None or about.customer is None or anonymity.told_in(about.call):
        return []
    spoke = select(func.max(Meeting.met_at)).where(Meeting.call_id == about.call.id)
    met_at = act.session.scalar(spoke)
    if met_at is None:
        return []
    owed = promises.callbacks(act, about.customer.id, about.company.id, before=met_at)
    return [(promise, case) for promise, case in owed if discretion.shows(act, asking.person(), case)]


def keep(act: Act, about: Subject, case_id: int, *, by: int) -> None:
    """The caller was served in this conversation: the callback is kept, its matter stays with its owner (OWN-5).

    Nothing changes where nothing of this kind is open (any more).
    """
    if about.call is None or case_id not in [case.id for _promise, case in awaited(act, about)]:
        return
    case = cases.get(act, case_id)
    callbacks.reached(act, case)
    act.remember(case.chain, "callback-served", call=about.call.id, by=by)

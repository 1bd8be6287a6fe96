"""How a matter stands, in plain words; without it a customer would hear its course and not our promise (OWN-7)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hotline.domain import complaint_forms, dispatches, promises, repairs, signatures
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.dispatches import RESPONDENT, Dispatch, Offer
from hotline.domain.promises import Promise, Verdict
from hotline.prompts import Prompts
from hotline.standard.calendar import day_ended

# What a caller is told of, by the rule that promised it: the word of prompts/ that says it. Beside what is owed to a
# complainant (`promises.TO_COMPLAINANT`), that the complaint is dealt with, and what other matters promise.
SPOKEN_AS = {
    "CMP-3": "reply",
    "CMP-4": "settle",
    "CMP-7": "result",
    "CMP-8": "visit",
    "CMP-9": "call",
    "CMP-11": "verified",
    "ANS-3": "call",
    "ANS-8": "call",
    "ANS-10": "call",
    "CBK-1": "reply",
    "CBK-2": "call",
    "CBK-3": "call",
    "FLT-5": "result",
    "SEC-3": "message",
    "VIS-1": "visit",
    "VIS-2": "visit",
    "VIS-3": "visit",
    "VIS-4": "reply",
}


def stage(act: Act, found: Case) -> str:
    """How far a matter is, as the key of the words that tell it: a repair's stage, or a complaint's."""
    complaint = complaint_forms.of(act, found.id) if found.kind == Kind.COMPLAINT else None
    order = repairs.of_case(act, found.id)
    if found.state == "closed":
        return "progress.closed"
    if complaint is None:
        return f"progress.{order.stage if order else 'open'}"
    if complaint.stage == complaint_forms.Stage.FILED and (complaint.department_id is None or complaint.refused_at):
        return "progress.complaint.unassigned"
    return f"progress.complaint.{complaint.stage}"


def promised(act: Act, call: Call, prompts: Prompts, found: Case) -> str:
    """What the customer was promised next and by when; of what is overdue an apology. "" where nothing is promised.

    An extension that was approved is told as one (CMP-5): the deadline before it is known to the caller.
    """
    made = [one for one in promises.of_case(act, found.id) if one.rule_id in SPOKEN_AS]
    waiting = [one for one in made if one.verdict in (Verdict.OPEN, Verdict.BROKEN)]
    if not waiting:
        return ""
    following = min(waiting, key=lambda one: (one.due_at, one.id))
    return prompts.text(
        f"promised.{_how(act, following, made)}",
        call.language,
        what=prompts.text(f"promised.what.{SPOKEN_AS[following.rule_id]}", call.language),
        due=instant(act, call, prompts, following.due_at),
    )


def instant(act: Act, call: Call, prompts: Prompts, at: datetime) -> str:
    """An instant as it is spoken, in the company's local time.

    Midnight is told as the end of its day, for "0:00" is taken for the night after.
    """
    local = at.astimezone(ZoneInfo(act.standard.timezone))
    ended = day_ended(local)
    if ended is not None:
        return prompts.text("due.midnight", call.language, month=ended.month, day=ended.day)
    return prompts.text(
        "due.at", call.language, month=local.month, day=local.day, hour=local.hour, minute=f"{local.minute:02d}"
    )


def is_complaint(act: Act, offer: Offer) -> bool:
    """Is a colleague asked to sign for a complaint, or for one that is passed up to them (CMP-1, CMP-2)?"""
    return dispatches.get(act, offer.dispatch_id).duty in signatures.KEEPS


def is_passed_up(act: Act, offer: Offer) -> bool:
    """Is the complaint passed up, so that the colleague has to know of it and not to deal with it (CMP-2)?"""
    return is_complaint(act, offer) and dispatches.get(act, offer.dispatch_id).duty != RESPONDENT


def grade(act: Act, call: Call, prompts: Prompts) -> str:
    """How grave the complaint is that a colleague is asked to sign for."""
    complaint = complaint_forms.of(act, _asked(act, call).case_id)
    graded = complaint.grade if complaint is not None else None
    return prompts.text(f"grade.{graded or 'none'}", call.language)


def sign_by(act: Act, call: Call, prompts: Prompts) -> str:
    """Until when a complaint is signed for, or seen by whom it is passed up to."""
    dispatch = _asked(act, call)
    kept = signatures.KEEPS[dispatch.duty]
    return _due(act, call, prompts, [one for one in promises.of_case(act, dispatch.case_id) if one.rule == kept])


def settle_by(act: Act, call: Call, prompts: Prompts) -> str:
    """Until when the complaint is dealt with (CMP-4)."""
    made = promises.of_case(act, _asked(act, call).case_id)
    return _due(act, call, prompts, [one for one in made if one.rule_id == "CMP-4"])


def _how(act: Act, following: Promise, made: list[Promise]) -> str:
    if following.verdict == Verdict.BROKEN or following.due_at < act.at:
        return "late"
    before = [one for one in made if one.rule_id == following.rule_id and one.id < following.id]
    return "longer" if any(one.verdict == Verdict.EXCUSED for one in before) else "by"


def _asked(act: Act, call: Call) -> Dispatch:
    offer = dispatches.of_call(act, call)
    assert offer is not None, "only a colleague who is asked to sign hears this"
    return dispatches.get(act, offer.dispatch_id)


def _due(act: Act, call: Call, prompts: Prompts, made: list[Promise]) -> str:
    waiting = [one for one in made if one.verdict != Verdict.EXCUSED]
    return instant(act, call, prompts, waiting[-1].due_at) if waiting else prompts.text("due.soon", call.language)

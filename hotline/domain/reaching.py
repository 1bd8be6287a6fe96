"""When a customer may be reached; without it news of ours would wake people at night (FLT-7)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, or_, select

from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case, Kind
from hotline.domain.visitors import Channel, Visitor
from hotline.standard.rules import Standard

AT_THE_DOOR = "repair-on-the-way"  # the text that says that somebody rings the bell soon


def awake_from(standard: Standard, at: datetime) -> datetime:
    """This instant, or the end of the customers' quiet hours where it lies in them (the company's local clock)."""
    return standard.callbacks.quiet.over(at.astimezone(ZoneInfo(standard.timezone)))


def texted_from(act: Act, case: Case, text: str) -> datetime:
    """From when on (an aware instant) the customer of a case gets a text, a key of prompts/; its standard is chosen.

    At night nobody gets what they do not wait for: an emergency, somebody at the door, and what follows at once from
    their own call or visit are waited for.
    """
    awaited = case.kind == Kind.EMERGENCY or text == AT_THE_DOOR or _was_here(act, case)
    return act.at if awaited else awake_from(act.standard, act.at)


def _was_here(act: Act, case: Case) -> bool:
    """Did the customer ring or come to us just now? As long as somebody who asked to be rung stays up for it."""
    since = act.at - act.standard.desk.longest_wait.span
    rang = exists().where(
        Call.customer_id == case.customer_id,
        Call.direction == "in",
        or_(Call.ended_at.is_(None), Call.ended_at >= since),
    )
    came = exists().where(Visitor.case_id == case.id, Visitor.channel == Channel.WALK_IN, Visitor.came_at >= since)
    return bool(act.session.scalar(select(or_(rang, came))))

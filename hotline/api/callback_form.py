"""A wish to be rung as another system sends it; without it we would promise a time at which nobody is there (CBK-3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Field

from hotline.api import fields
from hotline.api.fields import Instant, Long, Sent, Short, Strict, Telephone
from hotline.api.problems import Lack
from hotline.domain import promises, slots
from hotline.domain.slots import Kind, Window
from hotline.phones import PhoneNumber
from hotline.standard.kinds import FaultClass
from hotline.standard.rules import Standard

RULE = promises.AGREED_TIME


class Form(Strict):
    """Who wants to be rung, about what, and when; without `at` as soon as possible. `until` ends a window."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"phone": "13800138000", "question": "暖气费怎么交", "at": "2026-11-19T09:30:00+08:00"}]
        }
    )

    phone: Telephone
    name: Short | None = None
    question: Long | None = None
    matter: Annotated[FaultClass | None, Field(strict=False)] = None
    at: Instant | None = None
    until: Instant | None = None
    language: Short | None = None


def read(body: bytes) -> Sent[Form]:
    """The wish that was sent, and all that can be seen to be wrong with it. Raises as `fields.read`."""
    return fields.read(body, Form, needed={"phone": "13800138000"}, together=_wrong_together)


def _wrong_together(form: Form, wrong: set[str]) -> Iterable[Lack]:
    if form.until is not None and form.at is None and "at" not in wrong:
        yield Lack("until", "goes with at: the window begins then")


def wrong_times(sent: Sent[Form], standard: Standard, now: datetime) -> Iterable[Lack]:
    """What is wrong with the chosen time by a company's hours: nothing is promised that nobody could keep.

    Nor in the night of the number's place: whoever typed it in may be somebody else.
    """
    form, last = sent.form, standard.callbacks.chosen_within.deadline(now, standard.calendar).at
    if form.at is None:
        return
    begins, ends = _utc(form.at), _utc(form.until) if form.until is not None else None
    zone = PhoneNumber(form.phone).zone if sent.is_right("phone") else None
    kind = Kind(talk=True, zone=ZoneInfo(zone) if zone is not None else None)
    wrong = _wrong_time(begins, standard, now, last, kind)
    if wrong:
        yield Lack("at", wrong)
    last = last if wrong else min(last, slots.lasts_until(standard, begins))
    if ends is not None and not begins < ends <= last:
        yield Lack("until", f"lies after at, and no later than {_shown(last, standard)}")


def _wrong_time(at: datetime, standard: Standard, now: datetime, last: datetime, kind: Kind) -> str:
    if at <= now:
        return "must lie in the future: leave it out to be called as soon as possible"
    if at > last:
        return f"lies no later than {_shown(last, standard)}"
    possible = slots.earliest(standard, at, kind)
    return f"nobody calls then; the next time is {_shown(possible, standard)}" if possible > at else ""


def window_of(form: Form, standard: Standard) -> Window | None:
    """When they want to be rung (UTC); None: as soon as possible. Without an end it is the time itself (CBK-3)."""
    if form.at is None:
        return None
    begins = _utc(form.at)
    ends = standard.promise(RULE).limit.deadline(begins, standard.calendar).at if form.until is None else None
    return Window(slots.slot_of(standard, begins) or "", begins, ends or _utc(form.until or form.at))


def _utc(told: str) -> datetime:
    return datetime.fromisoformat(told).astimezone(UTC)


def _shown(at: datetime, standard: Standard) -> str:
    return at.astimezone(standard.calendar.timezone).isoformat(timespec="minutes")

"""A complaint as another system sends it; without it a complaint that contradicts itself would be filed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from hotline.api import fields
from hotline.api.fields import DayOrInstant, Happened, Long, Sent, Short, Strict, Telephone
from hotline.api.problems import Lack, Unfit
from hotline.domain import identity
from hotline.standard.calendar import Calendar
from hotline.standard.kinds import Grade

_NOON = 12  # of the day that is meant: there is one on every day, whatever the clocks do
_WORDS = ("happened", "where_when", "wanted", "why")
_UNNAMED = "names a telephone number: take out what says who it is, or leave anonymous out (CMP-10)"


class About(Strict):
    """Whom it is about, as far as the sender knows: by name, by agent number, by a sister company's code."""

    department: Short | None = None
    person: Short | None = None
    company: Short | None = None


class Form(Strict):
    """One complaint. `limit`: until when the customer wants it dealt with, a date or an instant with its offset."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"happened": "维修员上门后态度很差", "phone": "13800138000", "name": "李梅"}]}
    )

    happened: Happened
    about: About = About()
    where_when: Short | None = None
    wanted: Long | None = None
    grade: Annotated[Grade | None, Field(strict=False)] = None
    why: Long | None = None
    limit: DayOrInstant | None = None
    anonymous: bool = False
    name: Short | None = None
    phone: Telephone | None = None
    language: Short | None = None


def read(body: bytes) -> Sent[Form]:
    """The complaint that was sent, and all that can be seen to be wrong with it. Raises as `fields.read`."""
    return fields.read(body, Form, needed={"happened": "-"}, together=_wrong_together)


def _wrong_together(form: Form, wrong: set[str]) -> Iterable[Lack]:
    """What does not go together; of a field that is wrong by itself that is not asked."""
    for name in ("name", "phone"):
        if form.anonymous and getattr(form, name) is not None:
            yield Lack(name, "leave it out: of an anonymous complaint neither name nor number is kept (CMP-10)")
    for name in _saying_who(form):
        yield Lack(name, _UNNAMED)
    if (form.grade is None) != (form.why is None) and not wrong & {"grade", "why"}:
        yield Lack("why", "goes with grade: a grade is given with the reason for it, or not at all")


def _saying_who(form: Form) -> list[str]:
    """Which of the words name a number, though whoever complains stays unnamed (CMP-10)."""
    told = {name: getattr(form, name) for name in _WORDS} | {f"about.{name}": words for name, words in form.about}
    return [name for name, words in told.items() if form.anonymous and words and identity.says_who([words])]


def limit_of(form: Form, calendar: Calendar, at: datetime) -> datetime | None:
    """Until when the customer wants it dealt with (UTC); of a date alone the end of that day, as the company's days go.

    Raises Unfit for a day that there is not, and for what does not lie after `at`.
    """
    if form.limit is None:
        return None
    try:
        told = datetime.fromisoformat(form.limit)
        if told.tzinfo is None:
            told = calendar.end_of_day(told.replace(hour=_NOON, tzinfo=calendar.timezone))
        limit = told.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(Lack("limit", "names a day or a time that there is not")) from None
    if limit <= at:
        raise Unfit(Lack("limit", "must lie in the future"))
    return limit

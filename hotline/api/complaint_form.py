"""A complaint as another system sends it, read strictly; without it what is not understood would be lost in silence."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from hotline.api.problems import Lack, Unfit
from hotline.domain import identity
from hotline.errors import Invalid
from hotline.phones import PhoneNumber
from hotline.standard.calendar import Calendar
from hotline.standard.kinds import Grade

_BODY = "body"  # what is wrong with no field alone
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_LINES = "\n\r\t"
_NOON = 12  # of the day that is meant: there is one on every day, whatever the clocks do
_WORDS = ("happened", "where_when", "wanted", "why")
_UNNAMED = "names a telephone number: take out what says who it is, or leave anonymous out (CMP-10)"
_SHOWN, _MOST = 60, 20  # characters of a field's name, and fields, of which a refusal speaks


def _plain(text: str) -> str:
    """Without control characters and halves of characters: neither is anything that a person wrote."""
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in _LINES for one in text):
        raise ValueError("holds a control character or half a character")
    if not text.strip():
        raise ValueError("is empty: leave it out, or say it")
    return text.strip()


def _telephone(text: str) -> str:
    try:
        return PhoneNumber.parse(text).e164
    except Invalid:
        raise ValueError("is no telephone number: write it like +8613800138000, or 010-88880001") from None


Short = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
Long = Annotated[str, Field(max_length=2000), AfterValidator(_plain)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class About(_Strict):
    """Whom it is about, as far as the sender knows: by name, by agent number, by a sister company's code."""

    department: Short | None = None
    person: Short | None = None
    company: Short | None = None


class Form(_Strict):
    """One complaint. `limit`: until when the customer wants it dealt with, a date or an instant with its offset."""

    happened: Long
    about: About = About()
    where_when: Short | None = None
    wanted: Long | None = None
    grade: Annotated[Grade | None, Field(strict=False)] = None
    why: Long | None = None
    limit: str | None = None
    anonymous: bool = False
    name: Short | None = None
    phone: Annotated[Short, AfterValidator(_telephone)] | None = None
    language: Short | None = None

    @model_validator(mode="after")
    def _whole(self) -> Form:
        lacks = [
            Lack(name, "leave it out: of an anonymous complaint neither name nor number is kept (CMP-10)")
            for name in ("name", "phone")
            if self.anonymous and getattr(self, name) is not None
        ]
        lacks += [Lack(name, _UNNAMED) for name in self._saying_who()]
        if (self.grade is None) != (self.why is None):
            lacks.append(Lack("why", "goes with grade: a grade is given with the reason for it, or not at all"))
        if self.limit is not None and not (_DATE.fullmatch(self.limit) or _INSTANT.fullmatch(self.limit)):
            lacks.append(
                Lack("limit", "is a date, 2026-11-30, or an instant with its offset, 2026-11-30T18:00:00+08:00")
            )
        if lacks:
            raise Unfit(*lacks)
        return self

    def _saying_who(self) -> list[str]:
        """Which of the words name a number, though whoever complains stays unnamed (CMP-10)."""
        told = {name: getattr(self, name) for name in _WORDS} | {f"about.{name}": words for name, words in self.about}
        return [name for name, words in told.items() if self.anonymous and words and identity.says_who([words])]


def read(body: bytes) -> tuple[Form, str]:
    """A request's body as a form, and in the one spelling by which it is known again. Raises Unfit."""
    try:
        told = json.loads(body.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Unfit(Lack(_BODY, "is no JSON object in UTF-8 with each field once")) from None
    if not isinstance(told, dict):
        raise Unfit(Lack(_BODY, "is a JSON object with the fields of one complaint"))
    try:
        form = Form.model_validate(told)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        raise Unfit(*(_lack(one) for one in found[:_MOST])) from None
    return form, json.dumps(told, sort_keys=True, separators=(",", ":"))


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
        raise Unfit(Lack("limit", "lies ahead, or it is left out"))
    return limit


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _lack(error: Any) -> Lack:
    field = ".".join(str(part) for part in error["loc"])[:_SHOWN] or _BODY
    if error["type"] == "extra_forbidden":
        return Lack(field, f"is not known; there are {', '.join((About if '.' in field else Form).model_fields)}")
    return Lack(field, error["msg"].removeprefix("Value error, "))

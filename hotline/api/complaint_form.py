"""A complaint as another system sends it, read strictly; without it what is not understood would be lost in silence."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

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
_SHOWN = 60  # characters of a field's name of which a refusal speaks
_HAPPENED = "happened"  # the one field that has to be there


def _plain(text: str) -> str:
    """Without control characters and halves of characters: neither is anything that a person wrote."""
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in _LINES for one in text):
        raise ValueError("holds a control character or half a character")
    if not text.strip():
        raise ValueError("is empty: leave it out, or say it")
    return text.strip()


def _told(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: say what happened")
    return _plain(text)


def _day_or_instant(text: str) -> str:
    if not (_DATE.fullmatch(text) or _INSTANT.fullmatch(text)):
        raise ValueError("is a date, 2026-11-30, or an instant with its offset, 2026-11-30T18:00:00+08:00")
    return text


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

    happened: Annotated[str, Field(max_length=2000), AfterValidator(_told)]
    about: About = About()
    where_when: Short | None = None
    wanted: Long | None = None
    grade: Annotated[Grade | None, Field(strict=False)] = None
    why: Long | None = None
    limit: Annotated[str, AfterValidator(_day_or_instant)] | None = None
    anonymous: bool = False
    name: Short | None = None
    phone: Annotated[Short, AfterValidator(_telephone)] | None = None
    language: Short | None = None


@dataclass(frozen=True)
class Sent:
    """A request's body: the form as far as it is understood, what is wrong, and the one spelling it is known by again.

    Where anything is wrong the form is good for finding what else is, and for nothing else; it has no spelling.
    """

    form: Form
    lacks: tuple[Lack, ...]
    spelling: str


def read(body: bytes) -> Sent:
    """What was sent, and all that can be seen to be wrong with it. Raises Unfit for what is no form at all."""
    try:
        told = json.loads(body.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Unfit(Lack(_BODY, "is no JSON object in UTF-8 with each field once")) from None
    if not isinstance(told, dict):
        raise Unfit(Lack(_BODY, "is a JSON object with the fields of one complaint"))
    found = _wrong_alone(told)
    form = Form.model_validate({_HAPPENED: "-"} | _understood(told, {one["loc"] for one in found}))
    lacks = (*_wrong_together(form, {part for one in found for part in one["loc"][:1]}), *map(_lack, found))
    return Sent(form, lacks, "" if lacks else json.dumps(told, sort_keys=True, separators=(",", ":")))


def _wrong_alone(told: dict[str, Any]) -> list[Any]:
    try:
        Form.model_validate(told)
    except ValidationError as error:
        return list(error.errors(include_input=False, include_url=False, include_context=False))
    return []


def _understood(told: dict[str, Any], wrong: set[tuple[Any, ...]]) -> dict[str, Any]:
    """The known fields of a form, and of `about` within it, that are not wrong by themselves."""
    known = {name: told[name] for name in Form.model_fields if name in told and (name,) not in wrong}
    if "about" in known:
        about = known["about"]
        known["about"] = {one: about[one] for one in About.model_fields if one in about and ("about", one) not in wrong}
    return known


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


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    "".join(found).encode()  # half a character is no name of a field: ValueError
    return found


def _lack(error: Any) -> Lack:
    field = ".".join(str(part) for part in error["loc"])[:_SHOWN] or _BODY
    if error["type"] == "extra_forbidden":
        return Lack(field, f"is not known; there are {', '.join((About if '.' in field else Form).model_fields)}")
    return Lack(field, error["msg"].removeprefix("Value error, "))

"""What other systems send, read strictly; without it what is not understood would be lost in silence."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hotline.api.problems import Lack, Unfit
from hotline.errors import Invalid
from hotline.phones import PhoneNumber

_BODY = "body"  # what is wrong with no field alone
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_LINES = "\n\r\t"
_SHOWN = 60  # characters of a field's name of which a refusal speaks


def _plain(text: str) -> str:
    """Without control characters and halves of characters: neither is anything that a person wrote."""
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in _LINES for one in text):
        raise ValueError("holds a control character or half a character")
    if not text.strip():
        raise ValueError("is empty: leave it out, or say it")
    return text.strip()


def _happened(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: say what happened")
    return _plain(text)


def _day_or_instant(text: str) -> str:
    if not (_DATE.fullmatch(text) or _INSTANT.fullmatch(text)):
        raise ValueError("is a date, 2026-11-30, or an instant with its offset, 2026-11-30T18:00:00+08:00")
    return text


def _instant(text: str) -> str:
    try:
        if _INSTANT.fullmatch(text) and datetime.fromisoformat(text).astimezone(UTC):
            return text
    except (ValueError, OverflowError):
        raise ValueError("names a day or a time that there is not") from None
    raise ValueError("is an instant with its offset, 2026-11-30T09:30:00+08:00")


def _telephone(text: str) -> str:
    try:
        return PhoneNumber.parse(text).e164
    except Invalid:
        raise ValueError("is no telephone number: write it like +8613800138000, or 010-88880001") from None


Short = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
Long = Annotated[str, Field(max_length=2000), AfterValidator(_plain)]
Happened = Annotated[str, Field(max_length=2000), AfterValidator(_happened)]
DayOrInstant = Annotated[str, AfterValidator(_day_or_instant)]
Instant = Annotated[str, AfterValidator(_instant)]
Telephone = Annotated[Short, AfterValidator(_telephone)]


class Strict(BaseModel):
    """A form, or a part of one, in which nothing is guessed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


Form = TypeVar("Form", bound=Strict)


@dataclass(frozen=True)
class Sent(Generic[Form]):
    """A request's body: the form as far as it is understood, what is wrong, and the one spelling it is known by again.

    Where anything is wrong the form is good for finding what else is, and for nothing else; it has no spelling.
    """

    form: Form
    lacks: tuple[Lack, ...]
    spelling: str

    def is_right(self, *names: str) -> bool:
        """Is nothing found wrong with these fields, so that more can be asked of them?"""
        return not {one.field for one in self.lacks}.intersection(names)


def read(
    body: bytes, kind: type[Form], *, needed: Mapping[str, str], together: Callable[[Form, set[str]], Iterable[Lack]]
) -> Sent[Form]:
    """What was sent, and all that can be seen to be wrong with it. Raises Unfit for what is no form at all.

    `needed` stands in for fields that have to be there; `together` finds what does not go together in a form, and is
    told which fields are wrong by themselves.
    """
    try:
        told = json.loads(body.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Unfit(Lack(_BODY, "is no JSON object in UTF-8 with each field once")) from None
    if not isinstance(told, dict):
        raise Unfit(Lack(_BODY, "is a JSON object with the fields of one request"))
    found = _wrong_alone(kind, told)
    form = kind.model_validate(dict(needed) | _understood(kind, told, {one["loc"] for one in found}, ()))
    wrong = {str(part) for one in found for part in one["loc"][:1]}
    lacks = (*together(form, wrong), *(_lack(kind, one) for one in found))
    return Sent(form, lacks, "" if lacks else json.dumps(told, sort_keys=True, separators=(",", ":")))


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands there twice")
    "".join(found).encode()  # half a character is no name of a field: ValueError
    return found


def _wrong_alone(kind: type[Strict], told: dict[str, Any]) -> list[Any]:
    try:
        kind.model_validate(told)
    except ValidationError as error:
        return list(error.errors(include_input=False, include_url=False, include_context=False))
    return []


def _understood(
    kind: type[Strict], told: Mapping[str, Any], wrong: set[tuple[Any, ...]], path: tuple[str, ...]
) -> dict[str, Any]:
    """The known fields of a form, and of the parts within it, that are not wrong by themselves."""
    known = {}
    for name in kind.model_fields:
        here, part = (*path, name), _part(kind, name)
        if name in told and here not in wrong:
            known[name] = _understood(part, told[name], wrong, here) if part is not None else told[name]
    return known


def _part(kind: type[Strict], name: str) -> type[Strict] | None:
    """The form within a form that stands under this name; None for a plain field."""
    inner = kind.model_fields[name].annotation
    return inner if isinstance(inner, type) and issubclass(inner, Strict) else None


def _lack(kind: type[Strict], error: Any) -> Lack:
    field = ".".join(str(part) for part in error["loc"])[:_SHOWN] or _BODY
    if error["type"] != "extra_forbidden":
        return Lack(field, error["msg"].removeprefix("Value error, "))
    within = _part(kind, error["loc"][0]) if len(error["loc"]) > 1 else kind
    return Lack(field, f"is not known; there are {', '.join((within or kind).model_fields)}")

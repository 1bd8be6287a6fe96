"""What a form asks is done, or it stands there again as it was typed; without it a refusal would lose the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import redirect, request
from flask.typing import ResponseReturnValue

from hotline.console import asking, refused, words
from hotline.domain.act import Act
from hotline.errors import Conflict, Invalid, Refused

LONGEST = 2000  # characters of what is typed into one field


class Amiss(Invalid):
    """A field is wrong; `said` says in the reader's words what would be right."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.said = words.text(key, **values)


def does(
    here: str, page: Callable[..., str], do: Callable[[Act], str | None], *, part: str, fields: Sequence[str]
) -> ResponseReturnValue:
    """Do what the form asks, in one act, and go back to the page at `here`; what `do` returns is told there.

    Refused, the page shows `fields` again as they were typed, and why: the words of `<part>.problem.<what went wrong>`.
    """
    try:
        with asking.runtime().act(asking.actor()) as act:
            told = do(act)
    except (Invalid, Conflict, Refused) as error:
        typed = {name: request.form.get(name, "")[:LONGEST] for name in (*fields, "form")}
        again = {"problem": said(part, error), "typed": typed}
        return refused.back_to(here, **again) or (page(**again), 409)
    return (told and refused.back_to(here, told=told)) or redirect(here, 303)


def text(name: str) -> str:
    """What was typed into a field."""
    return request.form.get(name, "").strip()[:LONGEST]


def number(name: str, key: str, **values: object) -> int:
    """A whole number that was typed. Raises Amiss, with the words of `key`, for what is none."""
    typed = text(name)
    if not (typed.isascii() and typed.isdigit()) or len(typed) > len("999999999"):
        raise Amiss(key, **values)
    return int(typed)


def moment(name: str, zone: str, key: str) -> datetime:
    """A day and a time that was typed, by the company's clock. Raises Amiss for another zone's, and what is none."""
    try:
        local = datetime.fromisoformat(text(name))
    except ValueError:
        raise Amiss(key) from None
    if local.tzinfo is not None or local.year not in asking.YEARS:
        raise Amiss(key)
    return local.replace(tzinfo=ZoneInfo(zone))


def said(part: str, error: Invalid | Conflict | Refused) -> str:
    """Why a form was refused, in the words of a part of the pages."""
    if isinstance(error, Amiss):
        return error.said
    why = getattr(error, "why", type(error).__name__.lower())
    return words.text(f"{part}.problem.{why}")

"""Without this file a wrong value in a profile would surface during a call, not by name at the start."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hotline.errors import Invalid
from hotline.standard.figures import Figure
from hotline.standard.limits import Limit
from hotline.standard.spans import MonthDay, Span

Path = tuple[str, ...]


class Misfit(Invalid):
    """A value that does not fit: where it stands, and what would be right."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def read(kind: Any, value: object, path: Path = ()) -> Any:
    """A value from TOML as `kind` wants it: a dataclass, a tuple, a mapping, a Limit, an enum member ...

    Raises Misfit at the first value that does not fit; unknown keys are never ignored.
    """
    shape = get_origin(kind)
    if shape is Annotated:
        return _figure(kind, value, path)
    if shape is tuple:
        return _list(get_args(kind)[0], value, path)
    if shape is Mapping:
        key_kind, item_kind = get_args(kind)
        return _mapping(key_kind, item_kind, value, path)
    if shape in (Union, types.UnionType):
        return read(get_args(kind)[0], value, path)
    if is_dataclass(kind) and kind not in _PLAIN:
        return _record(kind, value, path)
    return _plain(kind, value, path)


def nearest(word: str, known: list[str]) -> str:
    """' (is rings meant?)' for a misspelt word, or nothing."""
    close = get_close_matches(word, known, n=1)
    return f" (is {close[0]} meant?)" if close else ""


def _record(kind: Any, value: object, path: Path) -> Any:
    table = _table(value, path)
    known = {item.name: item for item in fields(kind)}
    for key in table:
        if key not in known:
            raise Misfit((*path, key), f"is not known here{nearest(key, list(known))}")
    hints = get_type_hints(kind, include_extras=True)
    given = {key: read(hints[key], item, (*path, key)) for key, item in table.items()}
    for name, item in known.items():
        if name not in given and item.default is MISSING and item.default_factory is MISSING:
            raise Misfit((*path, name), "is missing")
    return kind(**given)


def _table(value: object, path: Path) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise Misfit(path, f"{value!r} is not a table")
    return value


def _list(kind: Any, value: object, path: Path) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise Misfit(path, f"{value!r} is not a list")
    return tuple(read(kind, item, (*path, str(place))) for place, item in enumerate(value, start=1))


def _mapping(key_kind: Any, item_kind: Any, value: object, path: Path) -> Mapping[Any, Any]:
    found = {}
    for key, item in _table(value, path).items():
        here = (*path, str(key))
        # TOML and JSON write every key as text, a year too
        name = int(key) if key_kind is int and str(key).isdecimal() else key
        found[read(key_kind, name, here)] = read(item_kind, item, here)
    return types.MappingProxyType(found)


def _figure(kind: Any, value: object, path: Path) -> Any:
    inner, figure = get_args(kind)
    if get_origin(inner) is Mapping:
        key_kind, item_kind = get_args(inner)
        return _mapping(key_kind, Annotated[item_kind, figure], value, path)
    return _number(inner, value, path, figure) if inner in _NUMBERS else read(inner, value, path)


def _number(kind: Any, value: object, path: Path, figure: Figure) -> Any:
    word = _NUMBERS[kind]
    right = f"{word} from {figure.low:g} to {figure.high:g}" if figure.high is not None else word
    fits = isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
    if not fits or not _within(value, figure):
        raise Misfit(path, f"{value!r} is not {right}")
    return kind(value)


def _within(value: Any, figure: Figure) -> bool:
    return (figure.low is None or value >= figure.low) and (figure.high is None or value <= figure.high)


def _plain(kind: Any, value: object, path: Path) -> Any:
    if kind in _NUMBERS:
        return _number(kind, value, path, Figure(""))
    try:
        return _enum(kind, value) if issubclass(kind, StrEnum) else _PLAIN[kind](value)
    except Invalid as wrong:
        raise Misfit(path, str(wrong)) from None


def _enum(kind: type[StrEnum], value: object) -> StrEnum:
    members = [str(member) for member in kind]
    if value not in members:
        raise Invalid(f"{value!r} is not one of {', '.join(members)}")
    return kind(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Invalid(f"{value!r} is not a text")
    return value


def _bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{value!r} is neither true nor false")
    return value


def _date(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(_text(value))
    except ValueError:
        raise Invalid(f"{value!r} is not a date such as 2027-01-01") from None


def _zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(_text(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(f"{value!r} is not a time zone such as 'Asia/Shanghai'") from None


_NUMBERS = {int: "a whole number", float: "a number"}
_PLAIN: dict[Any, Callable[[object], Any]] = {
    str: _text,
    bool: _bool,
    date: _date,
    ZoneInfo: _zone,
    Limit: lambda value: Limit.parse(_text(value)),
    Span: lambda value: Span.parse(_text(value)),
    MonthDay: lambda value: MonthDay.parse(_text(value)),
}

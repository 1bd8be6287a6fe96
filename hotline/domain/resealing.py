"""Values sealed with an older key of ours, sealed anew; without it a key that leaked could never be taken away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, String, cast, func, literal, or_, select, update
from sqlalchemy.orm import Session

from hotline.domain import old_keys, sealed_columns
from hotline.domain.act import Act
from hotline.domain.sealed_columns import AS_LOGGED, Sealed
from hotline.domain.tables import metadata
from hotline.errors import Conflict, Invalid, Refused
from hotline.sealing import Sealer

_SEALED = "{name}.%"  # how a value begins that the key of this name sealed
_WITHIN = '%"{name}.%'  # the same of one that lies in a JSON value, or in an entry of the log


def older(act: Act) -> list[str]:
    """The names of every key of ours but the one that seals."""
    _current, *others = act.sealer.names
    return list(dict.fromkeys([*others, *old_keys.names(act.session)]))


def reseal(act: Act, one: Sealed, *, most: int) -> int:
    """Seal up to so many of a column's values with the key that seals now; how many were.

    A row that another act holds is passed over, and found the next time; nobody waits long for this one.
    """
    keys, names = list(one.of.primary_key.columns), older(act)
    query = select(*keys, one.values).where(_like(one.values, names)).order_by(*keys).limit(most)
    rows = act.session.execute(query.with_for_update(skip_locked=True)).all()
    for *key, value in rows:
        same = [column == part for column, part in zip(keys, key, strict=True)]
        anew = _resealed(act.sealer, names, value)
        act.session.execute(update(one.of).where(*same).values({one.column: anew}))
    return len(rows)


def left(session: Session, names: Iterable[str]) -> dict[str, int]:
    """How many values these keys seal that could be sealed anew, by "table.column"; looked for in every column.

    Also in those that no list names: what was forgotten there is found here, before its key is gone.
    """
    logged = {f"{one.table}.{one.column}" for one in AS_LOGGED}
    found = {str(column): count(session, column, names) for column in sealed_columns.roomy()}
    return {name: n for name, n in found.items() if n and name not in logged and name != "audit_entries.body"}


def logged(session: Session, names: Iterable[str]) -> int:
    """How many entries of the log hold a value that these keys seal; they are never rewritten."""
    return count(session, metadata.tables["audit_entries"].c.body, names)


def retire(act: Act, name: str) -> int:
    """Take a key away from everything but the log, which it opens on: it is kept, sealed with the key that seals now.

    How many entries of the log need it. Raises Invalid for a key that is not set, Refused for the one that seals,
    Conflict while any value needs it.
    """
    current, *others = act.sealer.names
    if name == current:
        raise Refused(f"{name} is the key that seals: set another before it and `hotline keys reseal`")
    if name not in others:
        raise Invalid(f"SEALING_KEYS has no key {name}; it has {', '.join(act.sealer.names)}")
    needed = left(act.session, [name])
    if needed:
        where = ", ".join(f"{column} {n}" for column, n in sorted(needed.items()))
        raise Conflict(f"{sum(needed.values())} values are sealed with {name} still ({where}): `hotline keys reseal`")
    old_keys.keep(act, name)
    return logged(act.session, [name])


def _resealed(sealer: Sealer, names: Iterable[str], value: Any) -> Any:
    """The same value, with everything in it sealed anew that one of these keys sealed."""
    if isinstance(value, dict):
        return {name: _resealed(sealer, names, one) for name, one in value.items()}
    if isinstance(value, list):
        return [_resealed(sealer, names, one) for one in value]
    is_theirs = isinstance(value, str) and value.partition(".")[0] in names and "." in value
    return sealer.resealed(value) if is_theirs else value


def _like(column: Column[Any], names: Iterable[str]) -> ColumnElement[bool]:
    if isinstance(column.type, String):
        return or_(False, *(column.like(_SEALED.format(name=_literal(name))) for name in names))
    return or_(False, *(cast(column, String).like(_WITHIN.format(name=_literal(name))) for name in names))


def count(session: Session, column: Column[Any], names: Iterable[str]) -> int:
    """How many values of a column these keys seal."""
    condition = _like_bytes(session, column, names) if isinstance(column.type, LargeBinary) else _like(column, names)
    return int(session.scalar(select(func.count()).select_from(column.table).where(condition)) or 0)


def _like_bytes(session: Session, column: Column[Any], names: Iterable[str]) -> ColumnElement[bool]:
    """Byte by byte: what somebody wrote over may be no text at all, which is the log's check to tell."""
    patterns = [_WITHIN.format(name=_literal(name)) for name in names]
    if session.get_bind().dialect.name == "sqlite":
        return or_(False, *(cast(column, String).like(pattern) for pattern in patterns))
    like = column.op("LIKE", is_comparison=True)
    return or_(False, *(like(literal(pattern.encode(), column.type)) for pattern in patterns))


def _literal(name: str) -> str:
    """A key's name in a pattern; its own rule allows letters and digits alone."""
    if not re.fullmatch(r"[^\W_]+", name):
        raise Invalid(f"{name!r} is no name of a key")
    return name

"""Without this file a company's own figures could not be laid over a profile, nor a wrong one be refused."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zoneinfo import ZoneInfo

from hotline.errors import Invalid
from hotline.standard.checks import check
from hotline.standard.engine import Engine
from hotline.standard.reading import Misfit, Path, nearest, read
from hotline.standard.rules import Standard

DEFAULT = "property"
OVERRIDES = "overrides"
_GROUND = ("platform.toml", "promises.toml", "wording.toml")
_ROOM = files("hotline.standard")


def profiles(room: Traversable = _ROOM) -> list[str]:
    """The names of the profiles that ship, in alphabetical order."""
    return sorted(entry.name.removesuffix(".toml") for entry in (room / "profiles").iterdir())


def load(profile: str, overrides: Mapping[str, Any] | None = None, *, room: Traversable = _ROOM) -> Standard:
    """The standard of a company: a profile, and over it the company's own figures as a nested mapping.

    Raises Invalid with file, key and reason: "profiles/heating.toml: answering.rings: 'four' is not a whole
    number from 1 to 10"; a company's own values are called "overrides". `room` is the folder of the files.
    """
    layers = _Layers(f"profiles/{profile}.toml")
    for name in _GROUND:
        layers.lay(name, _file(room, name))
    known_promises = set(layers.merged["promise_rules"])
    _lay_profile(layers, room, profile, ())
    layers.lay(OVERRIDES, overrides or {})
    try:
        _refuse_unknown_promises(layers.merged, known_promises)
        standard: Standard = read(Standard, _completed(layers.merged, profile))
        check(standard)
    except Misfit as wrong:
        raise Invalid(f"{layers.source_of(wrong.path)}: {'.'.join(wrong.path)}: {wrong.reason}") from None
    return standard


@cache
def default() -> Standard:
    """The default profile, for rooms that serve no single company."""
    return load(DEFAULT)


def platform() -> Engine:
    """The platform's own figures, for rooms that serve no single company: dispatch, database, sign-in."""
    return default().engine


@dataclass
class _Layers:
    """Tables laid over each other, and which file had the last word on each key; what none has, `profile` lacks."""

    profile: str
    merged: dict[str, Any] = field(default_factory=dict)
    sources: dict[Path, str] = field(default_factory=dict)

    def lay(self, source: str, table: Mapping[str, Any]) -> None:
        if not isinstance(table, Mapping):
            raise Invalid(f"{source}: {table!r} is not a table")
        self._merge(self.merged, table, source, ())

    def _merge(self, under: dict[str, Any], over: Mapping[str, Any], source: str, path: Path) -> None:
        for key, value in over.items():
            here = (*path, str(key))
            self.sources[here] = source
            if not isinstance(value, Mapping):
                under[key] = value
                continue
            below = under.get(key)
            under[key] = below if isinstance(below, dict) else {}
            self._merge(under[key], value, source, here)

    def source_of(self, path: Path) -> str:
        while path and path not in self.sources:
            path = path[:-1]
        return self.sources.get(path, self.profile)


def _lay_profile(layers: _Layers, room: Traversable, profile: str, seen: Path) -> None:
    known = profiles(room)
    if profile not in known:
        raise Invalid(f"no profile is called {profile!r}; there are {', '.join(known)}")
    if profile in seen:
        raise Invalid(f"profiles/{profile}.toml: extends: the profiles {', '.join(seen)} extend one another")
    name = f"profiles/{profile}.toml"
    table = dict(_file(room, name))
    extends = table.pop("extends", None)
    if extends is not None:
        if not isinstance(extends, str):
            raise Invalid(f"{name}: extends: {extends!r} is not a text")
        _lay_profile(layers, room, extends, (*seen, profile))
    layers.lay(name, table)


def _file(room: Traversable, name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads((room / name).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as wrong:
        raise Invalid(f"{name}: is not TOML: {wrong}") from None


def _refuse_unknown_promises(merged: Mapping[str, Any], known: set[str]) -> None:
    rules = merged["promise_rules"]
    for key in rules if isinstance(rules, Mapping) else ():
        if key not in known:
            raise Misfit(("promise_rules", key), f"is not known here{nearest(key, sorted(known))}")


def _completed(merged: Mapping[str, Any], profile: str) -> dict[str, Any]:
    """What a file does not repeat: a rule's key inside the rule, the time zone inside the calendar."""
    if "timezone" not in merged:
        raise Misfit(("timezone",), "is missing")
    zone = read(ZoneInfo, merged["timezone"], ("timezone",))
    whole = {**merged, "profile": profile}
    if isinstance(rules := merged.get("promise_rules"), Mapping):
        whole["promise_rules"] = {
            key: {**rule, "key": key} if isinstance(rule, Mapping) else rule for key, rule in rules.items()
        }
    if isinstance(days := merged.get("calendar"), Mapping):
        whole["calendar"] = {**days, "timezone": zone.key}
    return whole

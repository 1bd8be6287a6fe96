"""Without this file the compliance report could not say which rule a figure or a breach belongs to."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class RuleText:
    """A rule of the standard, with a figure or without; `source` names the documents it comes from."""

    id: str
    title_zh: str
    title_en: str
    subject: str
    source: str


def _read() -> Mapping[str, RuleText]:
    text = (files("hotline.standard") / "rules.toml").read_text(encoding="utf-8")
    subjects: dict[str, dict[str, Any]] = tomllib.loads(text)
    return MappingProxyType(
        {
            id_: RuleText(id_, subject=subject, **rule)
            for subject, rules in subjects.items()
            for id_, rule in rules.items()
        }
    )


RULES = _read()

"""Without this file a prompt or an agent could say what is forbidden, and nobody would notice (PPL-3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SILENT = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Wording:
    """Phrases of section 10: those that must be heard, what they mean in English, those never said, by their fault."""

    required: tuple[str, ...]
    required_en: tuple[str, ...]
    forbidden: Mapping[str, tuple[str, ...]]

    def offences(self, text: str) -> tuple[str, ...]:
        """The forbidden phrases in a text, whatever its punctuation and spacing."""
        heard = _bare(text)
        return tuple(phrase for group in self.forbidden.values() for phrase in group if _bare(phrase) in heard)


def _bare(text: str) -> str:
    return _SILENT.sub("", text)

"""Characters of a name read in several ways, to be confirmed kindly; without it people are misnamed (REC-8)."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.console import asking

_READINGS = "console.reading."


@dataclass(frozen=True)
class Hint:
    """One character of a name, and its readings: (how it sounds, neutral or kind words that tell which it is)."""

    character: str
    readings: list[tuple[str, str]]


def of(name: str) -> list[Hint]:
    """The hints for a name, in its order, each character once."""
    prompts, language = asking.runtime().prompts, asking.language()
    keys = sorted(key for key in prompts.keys(language) if key.startswith(_READINGS))
    hints = []
    for character in dict.fromkeys(name):
        found = [key for key in keys if key.startswith(f"{_READINGS}{character}.")]
        if found:
            hints.append(Hint(character, [(key.rpartition(".")[2], prompts.text(key, language)) for key in found]))
    return hints

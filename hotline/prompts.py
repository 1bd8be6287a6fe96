"""Every spoken and written word, by key, language and company; words in code could not be checked or re-voiced."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any

from hotline.errors import Invalid, NotFound

SILENT = ("console.", "texts.")  # words that are read, not heard
FOLDER = Path(__file__).resolve().parent.parent / "prompts"


@dataclass(frozen=True)
class Voice:
    """How a language is spoken and heard by the carrier (contract 5.3: Say and Gather name languages differently)."""

    say_language: str
    say_voice: str
    gather_language: str
    slow_rate: str
    characters_per_second: str


@dataclass(frozen=True)
class Line:
    """A sentence as the flow names it: its prompt key, the key to press it names, the language if not the call's."""

    key: str
    press: str
    language: str | None

    @classmethod
    def read(cls, text: str) -> Line:
        """From "menu.intro", "menu.item.fault#3" ({key} is 3) or "menu.language@en" (said in English)."""
        rest, _, language = text.partition("@")
        key, _, press = rest.partition("#")
        return cls(key, press, language or None)


class Prompts:
    """The words of every language found in a folder of <language>.toml and <subject>.<language>.toml files."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def _words(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for path in sorted(self._folder.glob("*.toml")):
            language = path.stem.rpartition(".")[2]
            try:
                _flatten(tomllib.loads(path.read_text("utf-8")), "", found.setdefault(language, {}))
            except (tomllib.TOMLDecodeError, Invalid) as error:
                raise Invalid(f"{path.name}: {error}") from error
        if not found:
            raise Invalid(f"no words in {self._folder}: the prompts folder belongs beside the program")
        return found

    @property
    def languages(self) -> list[str]:
        """The languages there are words in."""
        return sorted(self._words)

    def keys(self, language: str) -> set[str]:
        """Every key of a language, of spoken text and of words listened for."""
        return set(self._words[language])

    @cached_property
    def version(self) -> str:
        """A short name of the present spoken wording; the version a caller heard stands on the call."""
        digest = hashlib.sha256()
        for path in sorted(self._folder.glob("*.toml")):
            if not path.stem.startswith(SILENT):
                digest.update(path.read_bytes())
        return digest.hexdigest()[:12]

    def text(self, key: str, language: str, own: Mapping[str, Any] | None = None, /, **values: object) -> str:
        """The sentence for a key, its variables filled; a company's own words come first.

        Raises NotFound for an unknown key, Invalid when a variable is missing.
        """
        template = (own or {}).get(language, {}).get(key) or self._leaf(key, language)
        if not isinstance(template, str):
            raise Invalid(f"{key} is a list of words to listen for, not a sentence")
        try:
            return template.format_map(values)
        except KeyError as error:
            raise Invalid(f"{key} ({language}) needs the variable {error}") from error

    def variables(self, key: str, language: str) -> set[str]:
        """The variables a sentence wants."""
        template = self._leaf(key, language)
        return {name for _, name, _, _ in Formatter().parse(template) if name} if isinstance(template, str) else set()

    def listen_for(self, key: str, language: str) -> tuple[str, ...]:
        """The words that mean an answer when they are spoken; none where the key is unknown."""
        words = self._words.get(language, {})
        found = words.get(key, words.get(f"{key}.words"))
        return tuple(found) if isinstance(found, list) else ()

    def voice(self, language: str) -> Voice:
        """How the carrier speaks and hears a language. Raises NotFound."""
        return Voice(**{one.name: str(self._leaf(f"voice.{one.name}", language)) for one in fields(Voice)})

    def seconds(self, text: str, language: str, *, slow: bool = False) -> float:
        """How many seconds saying a text takes at most: by its characters, at the careful pace of the language."""
        voice = self.voice(language)
        pace = float(voice.characters_per_second) * (int(voice.slow_rate.rstrip("%")) / 100 if slow else 1)
        return len("".join(text.split())) / pace

    def _leaf(self, key: str, language: str) -> Any:
        try:
            return self._words[language][key]
        except KeyError:
            raise NotFound(f"prompts/{language}.toml has no {key}") from None


def _flatten(table: Mapping[str, Any], above: str, into: dict[str, Any]) -> None:
    for name, value in table.items():
        key = f"{above}.{name}" if above else name
        if isinstance(value, dict) and "text" in value:
            into[key] = value["text"]
            _flatten({rest: value[rest] for rest in value if rest not in ("text", "note", "audio")}, key, into)
        elif isinstance(value, dict):
            _flatten(value, key, into)
        elif isinstance(value, (str, list)):
            into[key] = value
        else:
            raise Invalid(f"{key} is neither a sentence nor a list of words")

"""The console's labels in one language, whoever asks; without it a file made by a worker had other words (CMP-13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hotline.errors import NotFound
from hotline.prompts import Prompts
from hotline.standard.catalogue import RULES


@dataclass(frozen=True)
class Tongue:
    """The words of prompts/ in a reader's language."""

    prompts: Prompts
    language: str

    def text(self, key: str, **values: object) -> str:
        """The label for a key of prompts/console.<language>.toml. Raises NotFound for an unknown key."""
        return self.prompts.text(f"console.{key}", self.language, **values)

    def named(self, group: str, name: str) -> str:
        """The label of one of a group's names, such as ("kind", "fault"); the bare name where no label is known."""
        return self._label(f"console.{group}.{name}") or name

    def matter(self, name: str) -> str:
        """What a case is about, in the words that callers hear."""
        return self._label(f"matter.{name}") or name

    def rule_title(self, rule_id: str) -> str:
        """The title of a rule of the service standard."""
        rule = RULES.get(rule_id)
        return rule_id if rule is None else self.chosen(rule.title_zh, rule.title_en)

    def figure_title(self, rule: str) -> str:
        """What a figure of the line counts: the title of its rule, and what of two that the rule has."""
        title, which = (
            self.rule_title(rule.partition(".")[0]),
            self._label(f"console.measured.{rule.replace('.', '-')}"),
        )
        return self.text("colon").join((title, which)) if which else title

    def chosen(self, chinese: str, english: str) -> str:
        """Of what is written in both languages, the reader's."""
        return chinese if self.language.startswith("zh") else english

    def span(self, length: timedelta) -> str:
        """A length of time in its two largest units: 3 s, 2 min 5 s, 1 h 20 min, 2 days 3 h."""
        seconds = int(length.total_seconds())
        minutes, seconds = divmod(max(seconds, 0), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        units = [(days, "span.days"), (hours, "span.hours"), (minutes, "span.minutes"), (seconds, "span.seconds")]
        first = next((place for place, (amount, _key) in enumerate(units) if amount), len(units) - 1)
        shown = [unit for place, unit in enumerate(units[first : first + 2]) if unit[0] or place == 0]
        return " ".join(self.text(key, n=amount) for amount, key in shown)

    def _label(self, key: str) -> str | None:
        try:
            return self.prompts.text(key, self.language)
        except NotFound:
            return None

"""The console's labels, times and spans in the reader's language; without it pages would mix tongues and time zones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import g, request

from hotline.console import asking, rights
from hotline.domain.cases import Case, Kind
from hotline.papers.moments import clock_time as clock_time
from hotline.papers.moments import due_short as due_short
from hotline.papers.moments import due_when as due_when
from hotline.papers.moments import short as short
from hotline.papers.moments import when as when
from hotline.papers.tongue import Tongue
from hotline.standard.limits import Limit

# By kind: matters that say no more than the kind does.
_ADDS_NOTHING = {str(Kind.FAULT): ("unclear",), str(Kind.CALLBACK): ("agent", "abandoned")}


def tongue() -> Tongue:
    """The words in the reader's language."""
    return Tongue(asking.runtime().prompts, asking.language())


def text(key: str, **values: object) -> str:
    """The label for a key of prompts/console.<language>.toml. Raises NotFound for an unknown key."""
    return tongue().text(key, **values)


def named(group: str, name: str, language: str = "") -> str:
    """The label of one of a group's names, such as ("kind", "fault"); the bare name where no label is known.

    In the reader's language, or in `language` where a sentence in that one is retold.
    """
    return _in(language).named(group, name)


def matter(name: str, language: str = "") -> str:
    """What a case is about, in the words that callers hear; in the reader's language, or in `language`."""
    return _in(language).matter(name)


def about(case: Case) -> str:
    """A case's kind and matter; the kind alone where the matter adds nothing to it."""
    kind = named("kind", case.kind)
    return kind if case.matter in (case.kind, *_ADDS_NOTHING.get(case.kind, ())) else f"{kind} · {matter(case.matter)}"


def _in(language: str) -> Tongue:
    return Tongue(asking.runtime().prompts, language) if language else tongue()


def rule_title(rule_id: str) -> str:
    """The title of a rule of the service standard."""
    return tongue().rule_title(rule_id)


def figure_title(rule: str) -> str:
    """What a figure of the line counts: the title of its rule, and what of two that the rule has."""
    return tongue().figure_title(rule)


def span(length: timedelta) -> str:
    """A length of time in its two largest units: 3 s, 2 min 5 s, 1 h 20 min, 2 days 3 h."""
    return tongue().span(length)


def limit(length: Limit) -> str:
    """A length of time as the standard words it: 10 min, 2 days, the same day."""
    unit = str(length).partition(" ")[2] if length.amount else str(length)
    return text(f"limit.{unit.replace(' ', '-')}", n=length.amount)


def running(length: timedelta) -> str:
    """A length of time as a clock shows it while it runs: 0:07, 12:30, 1:05:00."""
    minutes, seconds = divmod(abs(int(length.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def millis(at: datetime) -> int:
    """An instant as scripts count it: milliseconds since 1970."""
    return int(at.timestamp() * 1000)


def here(language: str) -> str:
    """This page in another language; after a form was sent, the page it belongs to."""
    if "here" in g:
        return f"{g.here}?{urlencode({'lang': language})}"
    return f"{request.path}?{urlencode({**request.args, 'lang': language})}"


def for_templates() -> dict[str, Any]:
    """What every template may use."""
    return {
        "t": text,
        "named": named,
        "matter": matter,
        "about": about,
        "rule_title": rule_title,
        "figure_title": figure_title,
        "when": when,
        "clock_time": clock_time,
        "short": short,
        "due_short": due_short,
        "due_when": due_when,
        "span": span,
        "running": running,
        "millis": millis,
        "here": here,
        "beat_every": asking.runtime().figures.desk.presence_every.seconds,
        "may_open": rights.may_open,
        "may_see_group": rights.whole_group,
        "language": asking.language(),
        "languages": asking.LANGUAGES,
    }

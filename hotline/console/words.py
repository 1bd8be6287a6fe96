"""The console's labels, times and spans in the reader's language; without it pages would mix tongues and time zones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import g, request

from hotline.console import asking, rights
from hotline.domain.cases import Case, Kind
from hotline.errors import NotFound
from hotline.standard.calendar import day_ended
from hotline.standard.catalogue import RULES
from hotline.standard.limits import Limit

# By kind: matters that say no more than the kind does.
_ADDS_NOTHING = {str(Kind.FAULT): ("unclear",), str(Kind.CALLBACK): ("agent", "abandoned")}


def text(key: str, **values: object) -> str:
    """The label for a key of prompts/console.<language>.toml. Raises NotFound for an unknown key."""
    return asking.runtime().prompts.text(f"console.{key}", asking.language(), **values)


def named(group: str, name: str, language: str = "") -> str:
    """The label of one of a group's names, such as ("kind", "fault"); the bare name where no label is known.

    In the reader's language, or in `language` where a sentence in that one is retold.
    """
    return _label(f"console.{group}.{name}", language) or name


def matter(name: str, language: str = "") -> str:
    """What a case is about, in the words that callers hear; in the reader's language, or in `language`."""
    return _label(f"matter.{name}", language) or name


def about(case: Case) -> str:
    """A case's kind and matter; the kind alone where the matter adds nothing to it."""
    kind = named("kind", case.kind)
    return kind if case.matter in (case.kind, *_ADDS_NOTHING.get(case.kind, ())) else f"{kind} · {matter(case.matter)}"


def _label(key: str, language: str) -> str | None:
    try:
        return asking.runtime().prompts.text(key, language or asking.language())
    except NotFound:
        return None


def rule_title(rule_id: str) -> str:
    """The title of a rule of the service standard."""
    rule = RULES.get(rule_id)
    if rule is None:
        return rule_id
    return rule.title_zh if asking.language().startswith("zh") else rule.title_en


def when(at: datetime | None, zone: str) -> str:
    """Day and time in a company's zone, to the second."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S") if at else "—"


def clock_time(at: datetime | None, zone: str) -> str:
    """The time of day in a company's zone, to the second."""
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S") if at else "—"


def short(at: datetime | None, zone: str) -> str:
    """Month, day and time in a company's zone, to the minute."""
    return at.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M") if at else "—"


def due_short(at: datetime | None, zone: str) -> str:
    """A deadline as `short` writes it; a midnight as the end of its day: 11-23 24:00, never 11-24 00:00."""
    return _due(at, zone, "%m-%d %H:%M", "%m-%d 24:00")


def due_when(at: datetime | None, zone: str) -> str:
    """A deadline with its year, to the minute; a midnight as the end of its day."""
    return _due(at, zone, "%Y-%m-%d %H:%M", "%Y-%m-%d 24:00")


def _due(at: datetime | None, zone: str, style: str, of_day: str) -> str:
    if at is None:
        return "—"
    local = at.astimezone(ZoneInfo(zone))
    ended = day_ended(local)
    return local.strftime(style) if ended is None else ended.strftime(of_day)


def span(length: timedelta) -> str:
    """A length of time in its two largest units: 3 s, 2 min 5 s, 1 h 20 min, 2 days 3 h."""
    seconds = int(length.total_seconds())
    minutes, seconds = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "span.days"), (hours, "span.hours"), (minutes, "span.minutes"), (seconds, "span.seconds")]
    first = next((place for place, (amount, _key) in enumerate(units) if amount), len(units) - 1)
    shown = [unit for place, unit in enumerate(units[first : first + 2]) if unit[0] or place == 0]
    return " ".join(text(key, n=amount) for amount, key in shown)


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

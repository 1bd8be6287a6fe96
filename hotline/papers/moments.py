"""Instants as people read them in a company's zone; without it a page and a file would end a day elsewhere."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hotline.standard.calendar import day_ended


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

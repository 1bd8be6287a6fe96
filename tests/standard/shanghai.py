"""Without this file each test of the calendar would build its own office and its own clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hotline.standard import loader
from hotline.standard.calendar import Calendar


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """The instant (UTC, as the clock gives it) of a local time such as "2026-02-14 09:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local(instant: datetime, zone: str = "Asia/Shanghai") -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def calendar(zone: str = "Asia/Shanghai", **own: Any) -> Calendar:
    """The default profile's calendar, Monday to Friday 08:30-17:30, with a company's own days."""
    return loader.load("property", {"timezone": zone, "calendar": own}).calendar


def abroad(zone: str, **own: Any) -> Calendar:
    return calendar(zone, country="none", **own)

"""The web server is killed while people wait and talk; if this broke, a restart would lose callers (ANS-10, rule 9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.domain import audit
from hotline.domain.calls import Call
from hotline.domain.outbox import OutboxEntry, State
from hotline.simulator.clock import RealClock
from tests import reckoning
from tests.crowd import Day
from tests.desk import Desk
from tests.served import Served, served

CALLERS = 10
SOME = CALLERS // 3
HURRY = 5.0
QUIET, SETTLED = 180.0, 60.0  # seconds


class Hurried(RealClock):
    """Whoever telephones speaks, thinks and lets it ring five times as fast; the product's own clock is as ever."""

    def due(self, seconds: float) -> datetime:
        """When what is wanted in so many seconds will be done."""
        return self.now() + timedelta(seconds=seconds / HURRY)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_nobody_is_lost_when_the_web_server_is_killed_while_people_wait_and_talk(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    with served(database_url, redis_url, tmp_path) as line:
        day = Day(line, Desk(line), callers=CALLERS, talk=8, faults=False, again=0)
        with line.exchange.timetable.changed:
            line.exchange.timetable.clock = Hurried()
            day.opens()
        kills_web_once(lambda: somebody_waits(line), line)
        kills_web_once(lambda: somebody_waits(line) and somebody_talks(line), line)
        kills_web_once(lambda: somebody_talks(line) and len(day.watch.met) > SOME, line)
        line.until(lambda: is_over(day, line), QUIET, lambda: what_stands(day, line))
        line.until(lambda: not complaints(day, line), SETTLED, lambda: what_stands(day, line))


def complaints(day: Day, line: Served) -> list[str]:
    """What such a day must not leave behind. What was lost on the way is owed for a while: the carrier is asked."""
    with line.look() as act:
        return reckoning.complaints(line.exchange, day.watch, act)


def kills_web_once(reached: Callable[[], bool], line: Served) -> None:
    """Wait until it is so, kill whatever serves the web, and wait until it answers again."""
    line.until(reached)
    line.kills_web()
    line.until(line.answers)


def is_over(day: Day, line: Served) -> bool:
    """Has everybody who rang been served or gone, and is no leg open?"""
    return not day.is_busy() and all(leg.over for leg in line.exchange.board.calls.values())


def what_stands(day: Day, line: Served) -> str:
    """Whatever there is to complain of; of every call that goes on what the log, what is owed and its telephone say."""
    said = complaints(day, line)
    with line.look() as act:
        for call in act.session.scalars(select(Call).where(Call.ended_at.is_(None))):
            entries = audit.entries(act.session, call.chain)
            said += [f"{one.at:%T} {one.chain} {one.kind} {one.fields}" for one in entries]
        owed = act.session.scalars(select(OutboxEntry).where(OutboxEntry.state == State.DUE))
        said += [f"owed: {one.kind} {one.about} {one.problem}" for one in owed]
    with line.exchange.timetable.changed:
        legs = [leg for leg in line.exchange.board.calls.values() if not leg.over]
        said += [f"{one.at:%T} {leg.line.number} heard {one.text}" for leg in legs for one in leg.line.captions]
    return "\n".join(said)


def somebody_waits(line: Served) -> bool:
    """Is anybody in the carrier's queue?"""
    with line.exchange.timetable.changed:
        return any(queue.members for queue in line.exchange.board.queues.values())


def somebody_talks(line: Served) -> bool:
    """Are two in one conference?"""
    with line.exchange.timetable.changed:
        return any(len(room.participants) > 1 for room in line.exchange.board.rooms.values())

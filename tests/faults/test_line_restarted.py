"""The web server is killed while people wait and talk; if this broke, a restart would lose callers (ANS-10, rule 9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hotline.domain.seats import Seat
from hotline.domain.waits import Wait
from hotline.simulator.clock import RealClock
from tests import reckoning
from tests.crowd import Day
from tests.desk import Desk
from tests.served import Served, served

CALLERS = 10
SOME = CALLERS // 3
HURRY = 5.0
QUIET = 90.0  # seconds


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
        day = Day(line, Desk(line), callers=CALLERS, talk=8, faults=False)
        with line.exchange.timetable.changed:
            line.exchange.timetable.clock = Hurried()
            day.opens()
        kills_web_once(lambda: somebody_waits(line), line)
        kills_web_once(lambda: somebody_waits(line) and somebody_talks(line), line)
        kills_web_once(lambda: somebody_talks(line) and len(day.watch.met) > SOME, line)
        line.until(lambda: is_over(day, line), QUIET, lambda: what_stands(line))
        line.passes(seconds=2)
        with line.look() as act:
            found = reckoning.complaints(line.exchange, day.watch, act)
        assert not found, "\n".join([*found, line.said])


def kills_web_once(reached: Callable[[], bool], line: Served) -> None:
    """Wait until it is so, kill whatever serves the web, and wait until it answers again."""
    line.until(reached)
    line.kills_web()
    line.until(line.answers)


def is_over(day: Day, line: Served) -> bool:
    """Has everybody who rang been served or gone, and is no leg open?"""
    return not day.is_busy() and all(leg.over for leg in line.exchange.board.calls.values())


def what_stands(line: Served) -> str:
    """Whoever waits, sits or is on the line still, for whoever asks why it was not over in time."""
    with line.look() as act:
        rows = [*act.session.scalars(select(Wait)), *act.session.scalars(select(Seat))]
        said = [f"{row!r} {vars(row)}" for row in rows]
    with line.exchange.timetable.changed:
        legs = [leg for leg in line.exchange.board.calls.values() if not leg.over]
        return "\n".join([*said, *(f"{leg} {leg.line.captions[-3:]}" for leg in legs)])


def somebody_waits(line: Served) -> bool:
    """Is anybody in the carrier's queue?"""
    with line.exchange.timetable.changed:
        return any(queue.members for queue in line.exchange.board.queues.values())


def somebody_talks(line: Served) -> bool:
    """Are two in one conference?"""
    with line.exchange.timetable.changed:
        return any(len(room.participants) > 1 for room in line.exchange.board.rooms.values())

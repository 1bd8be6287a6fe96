"""The web server is killed while people wait and talk; if this broke, a restart would lose callers (ANS-10, rule 9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import reckoning
from tests.crowd import Day
from tests.desk import Desk
from tests.served import served

CALLERS = 10
SOON, QUIET = 12.0, 90.0  # seconds


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_nobody_is_lost_when_the_web_server_is_killed_while_people_wait_and_talk(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    with served(database_url, redis_url, tmp_path) as line:
        day = Day(line, Desk(line), callers=CALLERS, talk=8, faults=False)
        with line.exchange.timetable.changed:
            day.opens()
        for _ in range(3):
            line.passes(seconds=SOON)
            line.kills_web()
        line.until(lambda: not day.is_busy() and all(leg.over for leg in line.exchange.board.calls.values()), QUIET)
        line.passes(seconds=2)
        with line.look() as act:
            found = reckoning.complaints(line.exchange, day.watch, act)
        assert len(day.watch.met) > CALLERS / 3
        assert not found, "\n".join([*found, line.said])

"""Two companies of a group close at different hours, and one desk answers for both (OWN-4, ANS-8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import talks_with
from tests.world import SHANGHAI

AFTERNOON = datetime(2026, 11, 18, 17, 20, tzinfo=SHANGHAI)  # the property managers close at half past five
AFTER_CLOSING = datetime(2026, 11, 18, 17, 45, tzinfo=SHANGHAI)
OF_HEAT = "+8613900000501"


def is_at(line: Line, at: datetime) -> None:
    line.passes(seconds=(at - line.at.now).total_seconds())


def test_whoever_may_not_be_rung_any_more_today_keeps_nobody_of_the_other_company_waiting(
    line: Line, desk: Desk
) -> None:
    lin = line.cast.lin
    is_at(line, AFTERNOON)
    desk.sits(lin)
    talking = talks_with(line, desk, "chen")
    line.rings("unknown", "home").hears("请问有什么可以帮您").hangs_up()
    line.passes(seconds=5)
    assert [wait.company_id for wait in desk.waits() if wait.callback_id is not None] == [line.cast.home.id]
    is_at(line, AFTER_CLOSING)
    line.rings(OF_HEAT).hears("找工作人员请按0").hangs_up()
    talking.hangs_up()
    desk.wraps_up(lin)
    desk.takes(lin)
    rung = line.phone(OF_HEAT).rings().answers().hears("您好，安心热力").hears("方便通话请按1").presses("1")
    assert line.phone("unknown").state == "idle", "their company is closed"
    rung.hears("♪ beep").hangs_up()
    desk.wraps_up(lin)
    desk.goes_home(lin)
    is_at(line, AFTERNOON.replace(hour=8, minute=40) + timedelta(days=1))
    assert line.phone("unknown").state == "idle"
    desk.sits(lin)
    desk.takes(lin)
    line.phone("unknown").rings().answers().hears("方便通话请按1")

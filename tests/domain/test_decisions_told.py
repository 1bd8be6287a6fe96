"""Who hears what was asked and decided, and when; if this broke, an answer would be given to an empty desk (CMP-5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.chats import Address, Kind
from hotline.domain import leaving, robots, staff
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.domain.notices import Notice
from hotline.domain.outbox import OutboxEntry
from hotline.domain.staff import Duty
from hotline.errors import Invalid
from hotline.jobs import routine
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import complaining, deciding, given
from tests.deciding import asks_time, decides, due, state
from tests.world import SHANGHAI, Cast, HandClock

DAY = timedelta(days=1)
NIGHT = datetime(2026, 11, 19, 1, tzinfo=SHANGHAI)
MORNING = datetime(2026, 11, 19, 8, tzinfo=SHANGHAI)
ROBOT = Address(Kind.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0a1b2c3d-4e5f")


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    """A minor complaint of Chen's that Lin took."""
    return deciding.complaint(runtime, cast)


@pytest.mark.parametrize("text", ["decision-made", "decision-lapsed"])
def test_where_who_asked_left_whoever_answers_for_the_matter_now_hears_what_became_of_it(
    runtime: Runtime, cast: Cast, case_id: int, at: HandClock, text: str
) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    with runtime.act(COMMAND) as act:
        leaving.dismiss(act, cast.lin.id, by=None)
    if text == "decision-made":
        decides(runtime, cast.qian, asked)
    else:
        at.set(due(runtime, case_id) + timedelta(seconds=1))
        routine.lapse_requests(runtime)
    with runtime.look(COMMAND) as act:
        assert act.session.scalars(select(Notice.staff_id).where(Notice.text == text)).all() == [cast.sun.id]


@pytest.mark.parametrize(
    ("filed", "heard"), [(NIGHT - 15 * timedelta(hours=1), MORNING), (NIGHT - 47 * DAY / 24, NIGHT)]
)
def test_at_night_the_group_hears_of_a_request_only_what_cannot_wait_though_who_decides_is_awake(
    runtime: Runtime, cast: Cast, at: HandClock, filed: datetime, heard: datetime
) -> None:
    """It falls due after two days: in the afternoon after, or before the morning comes."""
    at.set(filed)
    case_id = deciding.complaint(runtime, cast)
    at.set(NIGHT)
    with runtime.act(COMMAND) as act:
        robots.add(act, cast.heat.id, "值班群", ROBOT)
        if heard == MORNING:
            staff.roster(act, given.person(act, cast.qian), Duty.REPAIR, at.now, at.now + DAY)
    asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    with runtime.look(COMMAND) as act:
        query = select(OutboxEntry.due_at).where(OutboxEntry.about["text"].as_string() == "extension-asked")
        assert act.session.scalars(query).all() == [heard]


def test_a_company_whose_figures_do_not_load_keeps_no_request_of_another_from_lapsing(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    """It is named afterwards."""
    broken = deciding.complaint(runtime, cast)
    whole = complaining.filed(runtime, cast, firm=cast.home, owner=cast.wu, grade=Grade.MINOR).id
    wanted = [(cast.lin, broken), (cast.wu, whole)]
    asked = [asks_time(runtime, who, case_id, due(runtime, case_id) + DAY) for who, case_id in wanted]
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {"answering": {"rings": 0}}
    at.passes(3 * DAY)
    with pytest.raises(Invalid):
        routine.lapse_requests(runtime)
    assert [state(runtime, one) for one in asked] == ["asked", "lapsed"]

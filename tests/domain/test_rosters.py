"""The roster: who can be put on it, where it has gaps, what copying a week does (PPL-1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import absences, audit, companies, outbox, rosters, staff
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.outbox import OutboxEntry
from hotline.domain.rosters import Clash, Gap, Why
from hotline.domain.staff import Duty, Shift
from hotline.errors import Invalid, Refused
from hotline.runtime import Runtime
from tests.world import SHANGHAI, Cast, HandClock, Person

HOUR = timedelta(hours=1)


def on(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def bare(runtime: Runtime, cast: Cast) -> Runtime:
    """Nobody of the heating company is on the roster."""
    with runtime.act(COMMAND) as act:
        for shift in act.session.scalars(select(Shift).where(Shift.company_id == cast.heat.id)):
            act.session.delete(shift)
    return runtime


def puts(runtime: Runtime, who: Person, begins: datetime, ends: datetime, duty: Duty = Duty.FRONT) -> int:
    with runtime.act(COMMAND) as act:
        return rosters.put(act, staff.get(act, who.id), duty, begins, ends).id


def gaps(act: Act, cast: Cast, begins: datetime, ends: datetime) -> list[Gap]:
    return [gap for gap in rosters.gaps(act, cast.heat.id, begins, ends) if gap.duty == Duty.FRONT]


def told(runtime: Runtime) -> list[OutboxEntry]:
    with runtime.look(CLOCK) as act:
        return list(act.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == rosters.TELLS)))


def test_nobody_is_put_on_duty_who_is_there_already_on_leave_gone_or_in_the_past(bare: Runtime, cast: Cast) -> None:
    puts(bare, cast.lin, on(20, 8), on(20, 20))
    with bare.act(COMMAND) as act:
        absences.note(act, staff_id=cast.zhou.id, receiver_id=cast.lin.id, starts_at=on(21, 0), ends_at=on(22, 0))
        staff.get(act, cast.wang.id).active = False
    for who, begins, ends, why in (
        (cast.lin, on(20, 19), on(20, 23), Why.TWICE),
        (cast.zhou, on(21, 8), on(21, 20), Why.ON_LEAVE),
        (cast.wang, on(21, 8), on(21, 20), Why.LEFT),
        (cast.lin, on(17, 8), on(17, 20), Why.PAST),
    ):
        with pytest.raises(Clash) as refused:
            puts(bare, who, begins, ends)
        assert refused.value.why == why
    with pytest.raises(Invalid):
        puts(bare, cast.lin, on(21, 8), on(21, 8))
    puts(bare, cast.lin, on(20, 20), on(20, 23), Duty.LEAD)  # one after the other is no two at once


def test_every_change_stands_in_the_log(bare: Runtime, cast: Cast, at: HandClock) -> None:
    ahead, under_way = puts(bare, cast.lin, on(20, 8), on(20, 20)), puts(bare, cast.lin, on(18, 10), on(18, 20))
    at.passes(HOUR)
    with bare.act(COMMAND) as act:
        for id_ in (ahead, under_way):
            rosters.strike(act, rosters.get(act, id_))
    with bare.look(CLOCK) as act:
        assert act.session.get(Shift, ahead) is None
        assert act.session.get_one(Shift, under_way).ends_at == at.now, "what was worked stays worked"
        with pytest.raises(Refused):
            rosters.strike(act, rosters.get(act, under_way))
        log = [one.kind for one in audit.entries(act.session, "house")]
    assert log[-4:] == ["shift-put", "shift-put", "shift-struck", "shift-struck"]


def test_a_gap_is_what_no_shift_covers_while_somebody_has_to_be_there(bare: Runtime, cast: Cast) -> None:
    puts(bare, cast.lin, on(20, 0), on(20, 12))
    puts(bare, cast.zhou, on(20, 10), on(20, 18))
    puts(bare, cast.sun, on(20, 18), on(21, 0), Duty.LEAD)  # leads, and answers no call
    with bare.look(CLOCK) as act:
        assert gaps(act, cast, on(20, 0), on(21, 0)) == [Gap(Duty.FRONT, on(20, 18), on(21, 0))]
        assert {gap.duty for gap in rosters.gaps(act, cast.heat.id, on(20, 0), on(21, 0))} == {Duty.FRONT, Duty.REPAIR}
    with bare.act(COMMAND) as act:
        staff.get(act, cast.zhou.id).active = False
    with bare.look(CLOCK) as act:
        assert gaps(act, cast, on(20, 0), on(21, 0)) == [Gap(Duty.FRONT, on(20, 12), on(21, 0))], "who left is gone"


def test_out_of_hours_nobody_of_a_company_that_is_closed_then_has_to_be_there(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        for shift in act.session.scalars(select(Shift).where(Shift.company_id == cast.home.id)):
            act.session.delete(shift)
    with runtime.look(CLOCK) as act:
        companies.get(act, cast.home.id)
        found = rosters.gaps(act, cast.home.id, on(20, 0), on(23, 0))  # Friday to Sunday
        opens, closes = act.standard.calendar.next_opening(on(20, 0)), found[0].ends_at
        assert found[0].starts_at == opens
        assert act.standard.calendar.open_until(opens) == closes
        assert all(act.standard.is_staffed(gap.starts_at) for gap in found)


def test_a_gap_is_told_once_to_who_leads_and_in_time(bare: Runtime, cast: Cast, at: HandClock) -> None:
    puts(bare, cast.wang, on(18, 10), on(25, 0), Duty.REPAIR)
    puts(bare, cast.lin, on(18, 10), on(19, 18))
    puts(bare, cast.lin, on(19, 20), on(25, 0))

    def looks() -> int:
        with bare.act(CLOCK) as act:
            rosters.tell_gaps(act, cast.heat.id)
        return len(told(bare))

    assert looks() == 0, "more than a day ahead"
    at.set(on(18, 19))
    assert [looks(), looks()] == [1, 1]
    at.set(on(19, 19))
    assert looks() == 1, "it lasts, and was told"
    assert {entry.about["who"] for entry in told(bare)} == {cast.sun.id}
    with bare.look(CLOCK) as act:
        row = act.session.get_one(rosters.RosterGap, told(bare)[0].about["gap"])
        assert rosters.stands(act, row)
    puts(bare, cast.zhou, on(19, 19), on(19, 20))
    with bare.look(CLOCK) as act:
        assert not rosters.stands(act, row), "somebody is there now"
    assert told(bare)[0].state == outbox.State.DUE


def test_a_week_is_copied_to_the_same_local_times_and_who_cannot_be_there_is_named(bare: Runtime, cast: Cast) -> None:
    puts(bare, cast.lin, on(20, 8), on(20, 20))
    puts(bare, cast.zhou, on(20, 20), on(21, 8))
    with bare.act(COMMAND) as act:
        absences.note(act, staff_id=cast.zhou.id, receiver_id=cast.lin.id, starts_at=on(27, 0), ends_at=on(29, 0))
    with bare.act(COMMAND) as act:
        copied = rosters.copy_week(act, cast.heat.id, date(2026, 11, 16))
    assert (copied.shifts, [(one.staff_id, why) for one, why in copied.left]) == (1, [(cast.zhou.id, Why.ON_LEAVE)])
    with bare.act(COMMAND) as act:
        assert [one.starts_at for one in rosters.between(act, cast.heat.id, on(23, 0), on(30, 0))] == [on(27, 8)]
        again = rosters.copy_week(act, cast.heat.id, date(2026, 11, 16))
    assert again.shifts == 0

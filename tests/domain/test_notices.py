"""Who is told what; if this broke, people would be told too often, at night, of what is not theirs, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.domain import audit, cases, companies, notices, promises, staff
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.cases import Case, Kind
from hotline.domain.complaint_forms import Complaint
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry
from hotline.domain.staff import Duty, Role, StaffRole
from hotline.domain.verifying import What
from hotline.runtime import Runtime
from tests import given
from tests.domain.test_agreeing import changed, found
from tests.tampering import forging
from tests.world import SHANGHAI, Cast, HandClock, Person

NIGHT = datetime(2026, 11, 18, 22, tzinfo=SHANGHAI)
MORNING = datetime(2026, 11, 19, 8, tzinfo=SHANGHAI)
SECOND = timedelta(seconds=1)


@pytest.fixture
def case(runtime: Runtime, cast: Cast) -> Case:
    """A question of Chen's, owned by Lin."""
    with runtime.act(COMMAND) as act:
        return given.case(act, cast)


def tell(runtime: Runtime, case: Case, who: Person, text: str = "recording-lost", **how: Any) -> None:
    with runtime.act(CLOCK) as act:
        notices.tell(act, given.person(act, who), Occasion(case, text, **{"about": "1", **how}))


def tell_role(runtime: Runtime, case: Case, role: str, **how: Any) -> None:
    with runtime.act(CLOCK) as act:
        notices.tell_role(act, role, Occasion(act.session.merge(case), "recording-lost", **{"about": "1", **how}))


def told(runtime: Runtime) -> list[Notice]:
    with runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(Notice).order_by(Notice.id)))


def owed(runtime: Runtime, kind: str = "tell-staff") -> list[OutboxEntry]:
    with runtime.look(COMMAND) as act:
        query = select(OutboxEntry).where(OutboxEntry.kind == kind).order_by(OutboxEntry.id)
        return list(act.session.scalars(query))


def who_was_told(runtime: Runtime) -> set[int]:
    return {one.staff_id for one in told(runtime)}


def test_a_person_is_told_once_of_an_occasion_and_again_of_the_next(runtime: Runtime, cast: Cast, case: Case) -> None:
    for about in ("1", "1", "2"):
        tell(runtime, case, cast.sun, about=about)
    tell(runtime, case, cast.sun, "outbox-failed")
    assert [(one.text, one.about) for one in told(runtime)] == [
        ("recording-lost", "1"), ("recording-lost", "2"), ("outbox-failed", "1"),
    ]  # fmt: skip
    assert len(owed(runtime)) == 3


def test_what_one_act_tells_a_person_is_owed_as_one_text_a_moment_later(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    with runtime.act(CLOCK) as act:
        sun, qian = given.person(act, cast.sun), given.person(act, cast.qian)
        for n in range(5):
            notices.tell(act, sun, Occasion(case, "recording-lost", str(n)))
        notices.tell(act, qian, Occasion(case, "recording-lost", "1"))
    assert [entry.about["who"] for entry in owed(runtime)] == [cast.sun.id, cast.qian.id]
    assert {entry.due_at for entry in owed(runtime)} == {at.now + 5 * SECOND}
    assert all("陈" not in str(entry.about) for entry in owed(runtime))


def test_what_presses_is_owed_at_once_and_apart(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    with runtime.act(CLOCK) as act:
        sun = given.person(act, cast.sun)
        notices.tell(act, sun, Occasion(case, "recording-lost", "1"))
        notices.tell(act, sun, Occasion(case, "nobody-signed", "1", urgent=True))
    assert [(entry.queue, entry.due_at) for entry in owed(runtime)] == [
        ("routine", at.now + 5 * SECOND), ("urgent", at.now),
    ]  # fmt: skip


def test_an_emergency_always_presses(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        burst = given.case(act, cast, kind=Kind.EMERGENCY, matter="burst_pipe")
    at.set(NIGHT)
    tell(runtime, burst, cast.sun)
    assert [(one.urgent, entry.due_at) for one, entry in zip(told(runtime), owed(runtime), strict=True)] == [
        (True, NIGHT)
    ]


@pytest.mark.parametrize(
    ("hour", "minute", "due"),
    [
        (20, 59, datetime(2026, 11, 18, 20, 59, 5, tzinfo=SHANGHAI)),
        (21, 0, MORNING),
        (23, 59, MORNING),
        (31, 59, MORNING),
        (32, 0, MORNING + 5 * SECOND),
    ],
)
def test_in_quiet_hours_only_what_presses_is_told(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock, hour: int, minute: int, due: datetime
) -> None:
    at.set(datetime(2026, 11, 18, tzinfo=SHANGHAI) + timedelta(hours=hour, minutes=minute))
    tell(runtime, case, cast.sun)
    tell(runtime, case, cast.sun, "nobody-signed", urgent=True)
    assert [entry.due_at for entry in owed(runtime)] == [due, at.now]


def test_whoever_is_on_duty_at_night_is_told_at_night(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    at.set(NIGHT)
    for person in (cast.lin, cast.sun):
        tell(runtime, case, person)
    assert [entry.due_at for entry in owed(runtime)] == [NIGHT + 5 * SECOND, MORNING]


def test_a_shift_that_is_over_when_the_text_would_go_keeps_nobody_awake(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    at.set(NIGHT)
    with runtime.act(COMMAND) as act:
        staff.roster(act, given.person(act, cast.sun), Duty.LEAD, NIGHT - timedelta(hours=8), NIGHT + SECOND)
    tell(runtime, case, cast.sun)
    assert [entry.due_at for entry in owed(runtime)] == [MORNING]


def test_the_quiet_hours_are_those_of_the_company_whose_matter_it_is(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id).overrides = {"notices": {"quiet": "09:00-11:00"}}
    tell(runtime, case, cast.sun)
    assert [entry.due_at for entry in owed(runtime)] == [datetime(2026, 11, 18, 11, tzinfo=SHANGHAI)]


def test_nobody_is_written_to_twice_within_a_minute_nor_at_night(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    def soonest(*, urgent: bool) -> datetime:
        with runtime.look(CLOCK) as act:
            return notices.may_be_texted(act, given.person(act, cast.sun), cast.heat.id, urgent=urgent)

    tell(runtime, case, cast.sun)
    assert soonest(urgent=False) == at.now
    with runtime.act(CLOCK) as act:
        notices.told(act, act.session.merge(told(runtime)[0]))
    assert (soonest(urgent=False), soonest(urgent=True)) == (at.now + timedelta(minutes=1), at.now)
    at.set(NIGHT)
    assert (soonest(urgent=False), soonest(urgent=True)) == (MORNING, NIGHT)


def test_whoever_has_no_telephone_has_it_on_the_page(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        given.person(act, cast.sun).phone = None
    tell(runtime, case, cast.sun, by_call=True)
    assert (who_was_told(runtime), owed(runtime), owed(runtime, "ring-notice")) == ({cast.sun.id}, [], [])


def test_the_page_shows_what_is_new_until_it_was_looked_at(runtime: Runtime, cast: Cast, case: Case) -> None:
    for about in ("1", "2", "3"):
        tell(runtime, case, cast.sun, about=about)
    tell(runtime, case, cast.qian)
    with runtime.act(COMMAND) as act:
        newest, *_, oldest = notices.of(act, cast.sun.id, before=None, most=9)
        assert [newest.about, oldest.about] == ["3", "1"]
        assert [one.about for one in notices.of(act, cast.sun.id, before=newest.id, most=1)] == ["2"]
        notices.seen(act, given.person(act, cast.sun), [newest.id, told(runtime)[-1].id])
    with runtime.look(COMMAND) as act:
        assert (notices.unseen(act, cast.sun.id), notices.unseen(act, cast.qian.id)) == (2, 1)


@pytest.mark.parametrize("change", ["told", "seen"])
def test_an_open_page_learns_of_it(runtime: Runtime, cast: Cast, case: Case, change: str) -> None:
    tell(runtime, case, cast.sun)
    with runtime.act(COMMAND) as act:
        if change == "told":
            notices.tell(act, given.person(act, cast.sun), Occasion(case, "outbox-failed", "1"))
        else:
            notices.seen(act, given.person(act, cast.sun), [told(runtime)[0].id])
        assert f"staff:{cast.sun.id}" in act.news


def test_the_owner_is_told_or_who_stands_above(runtime: Runtime, cast: Cast, case: Case) -> None:
    tell_role(runtime, case, "owner")
    with runtime.act(COMMAND) as act:
        given.person(act, cast.lin).phone = None
    tell_role(runtime, case, "owner", about="2")
    assert [(one.about, one.staff_id) for one in told(runtime)] == [("1", cast.lin.id), ("2", cast.sun.id)]


def heads(act: Act, cast: Cast) -> int:
    """Zhou heads the department that repairs, Lin the one at the front; the first one's id."""
    heat = companies.get(act, cast.heat.id)
    for person, name in ((cast.zhou, "维修部"), (cast.lin, "客服部")):
        row = given.person(act, person)
        row.department_id = companies.add_department(act, heat, name).id
        row.roles.append(StaffRole(role=Role.DEPARTMENT_HEAD))
    act.session.flush()
    return int(given.person(act, cast.zhou).department_id or 0)


def complaint(runtime: Runtime, cast: Cast, about: Callable[[Act, int], dict[str, Any]]) -> Case:
    with runtime.act(COMMAND) as act:
        department = heads(act, cast)
        case = given.case(act, cast, kind=Kind.COMPLAINT, matter="complaint", owner=cast.sun)
        of_whom = {"about_company_id": cast.heat.id, "filed_at": act.at, **about(act, department)}
        act.session.add(Complaint(case_id=case.id, stage="filed", **of_whom))
        return case


def test_of_the_heads_of_departments_the_one_it_is_about_is_told(runtime: Runtime, cast: Cast) -> None:
    case = complaint(runtime, cast, lambda act, department: {"department_id": department})
    tell_role(runtime, case, "department_head")
    assert who_was_told(runtime) == {cast.zhou.id}


def test_before_a_department_is_named_the_supervisors_are_told(runtime: Runtime, cast: Cast) -> None:
    case = complaint(runtime, cast, lambda act, department: {})
    tell_role(runtime, case, "department_head")
    assert who_was_told(runtime) == {cast.sun.id}


@pytest.mark.parametrize("role", ["owner", "supervisor"])
def test_whom_a_complaint_is_about_is_never_told_of_it(runtime: Runtime, cast: Cast, role: str) -> None:
    case = complaint(runtime, cast, lambda act, department: {"about_staff_id": cast.sun.id})
    tell_role(runtime, case, role)
    assert who_was_told(runtime) == {cast.qian.id}


def ring_of(runtime: Runtime, case: Case, who: Person, **how: Any) -> list[OutboxEntry]:
    with runtime.act(CLOCK) as act:
        companies.get(act, case.company_id)
        made = promises.of_case(act, case.id) or [promises.make(act, "FLT-2.sign", cases.get(act, case.id))]
        promise = made[0].id
    tell(runtime, case, who, "promise-broken", promise=promise, urgent=True, **how)
    return owed(runtime, "ring-notice")


def test_a_step_by_telephone_rings_once_even_of_what_was_told_by_text_before(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    assert ring_of(runtime, case, cast.feng) == []
    for _ in range(2):
        (ring,) = ring_of(runtime, case, cast.feng, by_call=True)
    assert (ring.about["ring"], ring.due_at, ring.queue) == (1, at.now, "urgent")
    assert [(one.by_call, one.staff_id) for one in told(runtime)] == [(True, cast.feng.id)]
    assert len(owed(runtime)) == 1


def test_whom_it_passes_on_the_log_says(runtime: Runtime, cast: Cast, case: Case) -> None:
    tell(runtime, case, cast.zhou, about="7")
    with runtime.act(CLOCK) as act:
        notices.pass_on(act, act.session.merge(told(runtime)[0]))
    assert [(one.staff_id, one.about) for one in told(runtime)] == [(cast.zhou.id, "7"), (cast.sun.id, "7")]
    with runtime.look(COMMAND) as act:
        last = audit.entries(act.session, case.chain)[-1]
    assert (last.kind, last.fields["staff"]) == ("notice-passed-on", cast.zhou.id)


@pytest.mark.parametrize("column", ["staff_id", "told_at", "text"])
def test_who_was_told_of_what_and_when_is_held_against_the_log(
    runtime: Runtime, cast: Cast, case: Case, column: str
) -> None:
    tell(runtime, case, cast.sun)
    with runtime.act(CLOCK) as act:
        notices.told(act, act.session.merge(told(runtime)[0]))
    with forging(runtime) as session:
        assert found(session) == []
        changed(session, "notices", told(runtime)[0].id, column)
        assert found(session) == [f"case:{case.id}: {What.ROW}: notices {told(runtime)[0].id} {column}"]

"""What one act tells many people is what telling them one by one would tell, whoever they are and whatever of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from hotline.chats import Address
from hotline.chats import Kind as Platform
from hotline.domain import cases, companies, complaint_forms, notice_batches, notices, promises, robots
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case, Kind
from hotline.domain.notice_batches import Telling
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.domain.outbox import OutboxEntry
from hotline.runtime import Runtime
from hotline.standard.kinds import Role
from tests import given
from tests.world import Cast

TEXT = "promise-broken"
ROLES = (Role.OWNER, Role.SUPERVISOR, Role.MANAGER, Role.DEPARTMENT_HEAD)
Tells = Callable[[Act, list[Telling]], None]


def at_once(act: Act, tellings: list[Telling]) -> None:
    notice_batches.tell_all(act, tellings)


def one_by_one(act: Act, tellings: list[Telling]) -> None:
    for one in tellings:
        notices.tell_role(act, one.role, one.what)


def matters(act: Act, cast: Cast) -> list[Case]:
    """An enquiry of Lin's, an emergency of Zhou's, one of an owner without a telephone, and one of another company."""
    enquiry = given.case(act, cast)
    emergency = given.case(act, cast, kind=Kind.EMERGENCY, owner=cast.zhou)
    unreached = given.case(act, cast, owner=cast.he)
    given.person(act, cast.he).phone = None
    home = companies.get(act, cast.home.id)
    theirs = cases.open(act, home, kind=Kind.ENQUIRY, matter="lift", owner_id=cast.wu.id)
    return [enquiry, emergency, unreached, theirs]


def tellings(act: Act, found: list[Case]) -> list[Telling]:
    made = []
    for place, case in enumerate(found):
        companies.get(act, case.company_id)
        promise = promises.make(act, "CBK-1.answer", case)
        what = Occasion(case, TEXT, str(promise.id), promise.id, urgent=place == 1)
        made += [Telling(role, what) for role in ROLES]
    return made


def owed(act: Act) -> list[object]:
    """Every notice, and the texts and calls owed for them; what is numbered, by its place."""
    rows = act.session.scalars(select(Notice)).all()
    places = {case_id: place for place, case_id in enumerate(sorted({row.case_id for row in rows}))}
    told = [(row.staff_id, places[row.case_id], row.text, row.urgent, row.by_call, row.at) for row in rows]
    entries = [(e.kind, e.queue, e.due_at, e.about.get("who", 0)) for e in act.session.scalars(select(OutboxEntry))]
    return [sorted(told), sorted(entries)]


def outcome(runtime: Runtime, cast: Cast, tells: Tells, *, robot: bool = False) -> list[object]:
    """What stands in the tables after everybody was told; none of it is kept."""
    with runtime.look(COMMAND) as act:
        if robot:
            robots.add(
                act,
                cast.heat.id,
                "group",
                Address(Platform.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=12345678", None),
            )
        tells(act, tellings(act, matters(act, cast)))
        return owed(act)


@pytest.mark.parametrize("robot", [False, True])
def test_told_at_once_or_one_by_one_the_same_people_are_told_the_same(
    runtime: Runtime, cast: Cast, robot: bool
) -> None:
    told = outcome(runtime, cast, at_once, robot=robot)
    assert told == outcome(runtime, cast, one_by_one, robot=robot)
    assert told[0]


def test_of_a_complaint_whom_it_is_about_hears_nothing_in_a_batch_either(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        case = given.case(act, cast, kind=Kind.COMPLAINT)
        act.session.add(
            complaint_forms.Complaint(
                case_id=case.id,
                about_company_id=case.company_id,
                about_staff_id=cast.sun.id,
                stage=complaint_forms.Stage.FILED,
                filed_at=act.at,
            )
        )
        act.session.flush()
        at_once(act, tellings(act, [case, given.case(act, cast)]))
        told = {(one.case_id == case.id, one.staff_id) for one in act.session.scalars(select(Notice))}
    assert (True, cast.sun.id) not in told
    assert {(False, cast.sun.id), (True, cast.qian.id)} <= told


def test_told_twice_of_one_occasion_a_person_has_one_notice_and_is_rung_if_either_says_so(
    runtime: Runtime, cast: Cast
) -> None:
    with runtime.look(COMMAND) as act:
        case = given.case(act, cast)
        promise = promises.make(act, "FLT-2.sign", case)
        broken = Occasion(case, TEXT, str(promise.id), promise.id, urgent=True)
        at_once(act, [Telling(Role.GENERAL_MANAGER, broken._replace(by_call=rung)) for rung in (False, True, False)])
        (notice,) = act.session.scalars(select(Notice))
        kinds = sorted(act.session.scalars(select(OutboxEntry.kind)))
    assert (notice.staff_id, notice.by_call) == (cast.feng.id, True)
    assert kinds == ["ring-notice", "tell-staff"]


def test_who_knows_of_it_already_is_told_no_more_and_rung_after_all(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        case = given.case(act, cast)
        promise = promises.make(act, "FLT-2.sign", case)
        broken = Occasion(case, TEXT, str(promise.id), promise.id, urgent=True)
        for by_call in (False, True, True):
            at_once(act, [Telling(Role.GENERAL_MANAGER, broken._replace(by_call=by_call))])
        assert len(act.session.scalars(select(Notice)).all()) == 1
        assert sorted(act.session.scalars(select(OutboxEntry.kind))) == ["ring-notice", "tell-staff"]


def test_nobody_to_tell_writes_nothing(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        at_once(act, [])
        assert act.session.scalars(select(Notice)).all() == []

"""Companies, staff and customers: who is there, who answers, and what is secret."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from hotline.domain import companies, customers, staff
from hotline.domain.act import CALLER, COMMAND, Act
from hotline.domain.companies import Company
from hotline.domain.customers import Customer, CustomerPhone
from hotline.domain.staff import Duty, Role
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from tests import given, world
from tests.world import ADDRESS, AGREEMENT, Cast, HandClock


def found(act: Act, **how: object) -> Company:
    usual = {
        "code": "new",
        "name_zh": "新",
        "name_en": "New",
        "profile": "property",
        "numbers": [world.number(3000).e164],
    }
    return companies.found(act, **{**usual, **how})  # type: ignore[arg-type]


def test_a_company_is_found_by_its_number_and_speaks_its_name(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(CALLER) as act:
        heat = companies.called_at(act, cast.heat.number)
        assert (heat.id, heat.name("zh-CN"), heat.name("en")) == (cast.heat.id, "安心热力", "Anxin Heating")
        assert companies.number_of(act, heat) == cast.heat.number
        with pytest.raises(NotFound):
            companies.called_at(act, "+8613900009999")
        with pytest.raises(NotFound):
            companies.get(act, 99)


def test_each_company_keeps_its_own_standard(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(CALLER) as act:
        with pytest.raises(Invalid, match="no company's standard"):
            _ = act.standard
        companies.get(act, cast.heat.id)
        assert act.standard.answering.rings == 4
        companies.get(act, cast.home.id)
        assert act.standard.answering.rings == 3


def test_a_companys_own_figure_comes_before_its_profiles(runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        own = found(act, overrides={"answering": {"rings": 2}})
    with runtime.look(COMMAND) as act:
        companies.get(act, own.id)
        assert act.standard.answering.rings == 2


@pytest.mark.parametrize(
    ("how", "refusal"),
    [
        ({"code": "heat"}, Conflict),
        ({"numbers": [world.number(1000).e164]}, Conflict),
        ({"profile": "circus"}, Invalid),
        ({"overrides": {"answering": {"rings": 0}}}, Invalid),
    ],
)
def test_a_company_that_cannot_be_is_refused(
    runtime: Runtime, cast: Cast, how: dict[str, object], refusal: type[Exception]
) -> None:
    with runtime.act(COMMAND) as act, pytest.raises(refusal):
        found(act, **how)


def test_a_company_without_a_number_cannot_call_out(runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        quiet = found(act, numbers=[])
        companies.add_department(act, quiet, "维修部")
        with pytest.raises(NotFound):
            companies.number_of(act, quiet)


def test_who_is_on_duty_stands_in_the_order_of_the_roster(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    with runtime.act(COMMAND) as act:
        staff.roster(act, given.person(act, cast.wang), Duty.REPAIR, at.now, at.now + timedelta(hours=1))
        again = staff.on_duty(act, cast.heat.id, Duty.REPAIR)
        assert [person.id for person in again] == [cast.wang.id, cast.zhao.id]  # Wang once, though in two shifts
        assert [person.id for person in staff.on_duty(act, cast.home.id, Duty.REPAIR)] == []
        given.person(act, cast.wang).active = False
        act.session.flush()
        assert [person.id for person in staff.on_duty(act, cast.heat.id, Duty.REPAIR)] == [cast.zhao.id]


def test_a_shift_begins_at_its_first_instant_and_ends_before_its_last(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        begins, ends = at.now + timedelta(days=100), at.now + timedelta(days=101)
        staff.roster(act, given.person(act, cast.lin), Duty.LEAD, begins, ends)
        with pytest.raises(Invalid):
            staff.roster(act, given.person(act, cast.lin), Duty.LEAD, ends, begins)
    second = timedelta(seconds=1)
    for moment, there in ((begins - second, 0), (begins, 1), (ends - second, 1), (ends, 0)):
        at.set(moment)
        with runtime.look(COMMAND) as act:
            assert len(staff.on_duty(act, cast.heat.id, Duty.LEAD)) == there


def test_the_ladder_goes_level_by_level(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        ladder = [person.id for person in staff.up_the_ladder(act, cast.heat.id)]
        assert ladder == [cast.sun.id, cast.qian.id, cast.feng.id]
        assert [person.id for person in staff.up_the_ladder(act, cast.home.id)] == [cast.hu.id]
        assert given.person(act, cast.sun).has(Role.AGENT, Role.SUPERVISOR)
        assert not given.person(act, cast.sun).has(Role.MANAGER)


def test_the_ladder_is_the_companys_own(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        own = {"ownership": {"ladder": ["agent", "manager", "supervisor"]}}
        act.session.get_one(companies.Company, cast.heat.id).overrides = own
    with runtime.look(COMMAND) as act:
        assert [person.id for person in staff.up_the_ladder(act, cast.heat.id)] == [cast.qian.id, cast.sun.id]
        assert staff.from_level(act, cast.heat.id, Role.MANAGER) == [Role.MANAGER, Role.SUPERVISOR]
        assert staff.from_level(act, cast.home.id, Role.MANAGER) == [Role.MANAGER, Role.GENERAL_MANAGER]


def test_what_concerns_a_role_is_told_to_the_next_who_can_be_told(runtime: Runtime, cast: Cast) -> None:
    for role, gone, told in (
        (Role.SUPERVISOR, None, cast.sun),
        (Role.DEPARTMENT_HEAD, None, cast.sun),
        (Role.SUPERVISOR, cast.sun, cast.qian),
        (Role.GENERAL_MANAGER, cast.feng, cast.qian),
        (Role.GENERAL_MANAGER, cast.qian, cast.lin),
    ):
        with runtime.act(COMMAND) as act:
            if gone is not None:
                given.person(act, gone).active = False
        with runtime.look(COMMAND) as act:
            assert staff.told(act, cast.heat.id, role)[0].id == told.id


def test_a_colleague_is_known_by_telephone_and_the_number_is_sealed(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        wang = staff.by_phone(act, cast.wang.number)
        assert wang is not None
        assert wang.id == cast.wang.id
        assert staff.by_phone(act, cast.unknown) is None
        assert cast.wang.number.national not in f"{wang.phone}{wang.phone_blind}"


def test_a_log_in_belongs_to_one(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        with pytest.raises(Conflict):
            staff.hire(act, heat, name="林", login="lin", roles=[], agent_number="9")
        nobody = staff.hire(act, heat, name="林", login="lin2", roles=[Role.AGENT, Role.AGENT], agent_number="9")
        assert len(nobody.roles) == 1
        with pytest.raises(NotFound):
            staff.phone_of(act, nobody)
        with pytest.raises(NotFound):
            staff.get(act, 99)


def test_a_customer_is_known_again_by_the_number(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(CALLER) as act:
        assert customers.find(act, cast.unknown) is None
        new = customers.with_number(act, cast.unknown)
        assert customers.with_number(act, cast.unknown).id == new.id
        assert customers.with_number(act, cast.chen.number).id == cast.chen.id
        assert customers.phone_of(act, new) == cast.unknown


def test_two_calls_at_once_from_one_number_are_one_customer(runtime: Runtime) -> None:
    def rings(_: int) -> int:
        with runtime.act(CALLER) as act:
            return customers.with_number(act, world.number(55)).id

    with ThreadPoolExecutor(8) as callers:
        assert len(set(callers.map(rings, range(8)))) == 1
    with runtime.look(COMMAND) as act:
        assert act.session.scalar(select(func.count()).select_from(Customer)) == 1


def test_what_is_known_of_a_customer_is_sealed(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        chen = customers.get(act, cast.chen.id)
        place = customers.place_with(act, chen.id, cast.heat.id)
        assert place is not None
        assert (place.agreement, act.sealer.open_for(chen.key, place.address)) == (AGREEMENT, ADDRESS)
        row = act.session.scalars(select(CustomerPhone)).one()
        stored = f"{chen.name}{place.address}{row.number}{row.blind}"
        assert not any(secret in stored for secret in ("陈", ADDRESS, cast.chen.number.national))
        assert customers.place_with(act, chen.id, 99) is None


def test_an_erased_customer_is_a_stranger(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        customers.erase(act, customers.get(act, cast.chen.id))
    with runtime.act(CALLER) as act:
        assert customers.find(act, cast.chen.number) is None
        gone = customers.get(act, cast.chen.id)
        assert (gone.key, gone.name, customers.place_with(act, gone.id, cast.heat.id)) == (None, None, None)
        with pytest.raises(NotFound):
            customers.phone_of(act, gone)
        assert customers.with_number(act, cast.chen.number).id != cast.chen.id
        with pytest.raises(NotFound):
            customers.get(act, 99)


def test_a_nuisance_is_refused_only_once_a_supervisor_confirmed_and_until_it_expires(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    number, ends = cast.unknown, datetime(2026, 12, 18, tzinfo=UTC)
    with runtime.act(COMMAND) as act:
        flag = customers.flag_nuisance(act, number, reason="骚扰", flagged_by=cast.lin.id, expires_at=ends)
        assert not customers.is_nuisance(act, number)
        customers.confirm_nuisance(act, flag.id, cast.sun.id)
        assert customers.is_nuisance(act, number)
        assert not customers.is_nuisance(act, cast.chen.number)
        assert [row.id for row in customers.nuisances(act)] == [flag.id]
        assert "骚扰" not in flag.reason
        with pytest.raises(NotFound):
            customers.confirm_nuisance(act, 99, cast.sun.id)
    at.set(ends)
    with runtime.look(COMMAND) as act:
        assert not customers.is_nuisance(act, number)
        assert customers.nuisances(act) == []

"""The demo group: whole, on duty around the clock, with a password of its own, and never on top of real companies."""

from __future__ import annotations

import stat
from datetime import timedelta

import phonenumbers
import pytest
from sqlalchemy import select

from hotline import demo
from hotline.console import passwords
from hotline.domain import companies, customers, staff
from hotline.domain.act import COMMAND
from hotline.domain.staff import Duty, Role, Staff
from hotline.errors import Refused
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from tests.operator import Operator
from tests.world import HandClock


@pytest.fixture
def log_ins(runtime: Runtime) -> list[demo.LogIn]:
    return demo.load(runtime)


@pytest.mark.usefixtures("log_ins")
def test_two_companies_keep_different_standards(runtime: Runtime) -> None:
    with runtime.look(COMMAND) as act:
        assert [(one.code, one.profile) for one in companies.listed(act)] == [
            ("heat", "heating"),
            ("home", "property"),
        ]
        assert companies.called_at(act, "+864100000001").name("en") == "Huaze Heating"
        assert companies.called_at(act, "+862100000001").name("zh-CN") == "安居物业"


@pytest.mark.usefixtures("log_ins")
def test_somebody_is_on_duty_for_everything_at_every_hour(runtime: Runtime, at: HandClock) -> None:
    for _look in range(3 * 24):
        with runtime.look(COMMAND) as act:
            for company in companies.listed(act):
                assert all(staff.on_duty(act, company.id, duty) for duty in Duty)
                assert len(staff.on_duty(act, company.id, Duty.REPAIR)) == 2  # one, and a backup
        at.passes(timedelta(hours=1))


@pytest.mark.usefixtures("log_ins")
def test_the_roster_reaches_two_months_ahead(runtime: Runtime, at: HandClock) -> None:
    at.passes(timedelta(days=59))
    with runtime.look(COMMAND) as act:
        assert staff.on_duty(act, 1, Duty.FRONT)


@pytest.mark.usefixtures("log_ins")
def test_every_role_is_held_in_each_company(runtime: Runtime) -> None:
    with runtime.look(COMMAND) as act:
        for company in companies.listed(act):
            assert all(staff.holding(act, company.id, role) for role in Role)


@pytest.mark.usefixtures("log_ins")
def test_the_customers_differ_as_real_ones_do(runtime: Runtime) -> None:
    with runtime.look(COMMAND) as act:
        known = [customers.find(act, PhoneNumber(f"+86154000000{last}")) for last in range(51, 56)]
        chen, liu, huang, carter, zhou = [one for one in known if one is not None]
        assert act.sealer.open_for(chen.key, chen.name or "") == "陈秀兰"
        assert customers.place_with(act, huang.id, 1) is None
        expired = customers.place_with(act, liu.id, 1)
        assert expired is not None
        assert expired.agreement_ends is not None
        assert expired.agreement_ends < act.at.date()
        assert (carter.language, zhou.slow, chen.slow) == ("en", True, False)


def test_the_password_fits_and_only_the_owner_can_read_it(runtime: Runtime, log_ins: list[demo.LogIn]) -> None:
    path = runtime.settings.hotline_var / demo.LOG_INS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert demo.kept_log_ins(runtime.settings.hotline_var) == log_ins
    with runtime.look(COMMAND) as act:
        for log_in in log_ins:
            person = act.session.scalars(select(Staff).where(Staff.login == log_in.login)).one()
            assert person.name == log_in.name
        assert passwords.fits(person.password_hash, log_in.password)


@pytest.mark.usefixtures("log_ins")
def test_no_network_has_the_numbers(runtime: Runtime) -> None:
    numbers = demo.customers_by_key(runtime).values()
    with runtime.look(COMMAND) as act:
        people = [staff.phone_of(act, person).e164 for person in act.session.scalars(select(Staff))]
    assert numbers
    assert all(number.startswith("+86154") for number in [*numbers, *people])
    assert not any(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in [*numbers, *people])


def test_whoever_may_not_open_the_console_has_no_log_in(runtime: Runtime, log_ins: list[demo.LogIn]) -> None:
    with runtime.look(COMMAND) as act:
        people = list(act.session.scalars(select(Staff)))
    without = {person.login for person in people if person.password_hash is None}
    assert without == {person.login for person in people} - {one.login for one in log_ins}
    guards, engineers = {"he", "ma", "yuan", "cheng"}, {"wang", "zhao", "li", "deng", "cao"}
    assert without == guards | engineers


@pytest.mark.usefixtures("cast")
def test_it_never_joins_companies_that_are_there(runtime: Runtime) -> None:
    with pytest.raises(Refused, match="empty database only"):
        demo.load(runtime)
    assert not (runtime.settings.hotline_var / demo.LOG_INS).exists()
    assert "empty database only" in Operator.of(runtime.settings).refused("demo")


def test_the_command_loads_it_and_shows_the_log_ins(runtime: Runtime) -> None:
    said = Operator.of(runtime.settings).answered("demo")
    assert demo.kept_log_ins(runtime.settings.hotline_var)[0].password in said
    assert not demo.is_empty(runtime)

"""The demo group: whole, on duty around the clock, with a password of its own, and never on top of real companies."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta

import phonenumbers
import pytest
from sqlalchemy import select

from hotline import clock, demo, migrations
from hotline.console import passwords
from hotline.domain import companies, customers, staff
from hotline.domain.act import COMMAND
from hotline.domain.staff import Duty, Role, Staff
from hotline.errors import Refused
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime, make
from hotline.settings import load
from tests import world
from tests.operator import Operator
from tests.world import HandClock


@pytest.fixture(scope="module")
def _loaded(_redis_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    var = tmp_path_factory.mktemp("demo")
    made = make(load(world.environment(database_url=f"sqlite:///{var}/demo.db", redis_url=_redis_server, var=var)))
    migrations.upgrade(made.engine)
    with clock.turned_by(HandClock(world.START)):
        demo.load(made)
    yield made
    made.engine.dispose()
    made.redis.close()


@pytest.fixture
def group(_loaded: Runtime, at: HandClock) -> Runtime:
    """The demo group, loaded once for everybody who only looks at it; that both databases take it is tried below."""
    return _loaded


def test_two_companies_keep_different_standards(group: Runtime) -> None:
    with group.look(COMMAND) as act:
        assert [(one.code, one.profile) for one in companies.listed(act)] == [
            ("heat", "heating"),
            ("home", "property"),
        ]
        assert companies.called_at(act, "+864100000001").name("en") == "Huaze Heating"
        assert companies.called_at(act, "+862100000001").name("zh-CN") == "安居物业"


def test_somebody_is_on_duty_for_everything_at_every_hour(group: Runtime, at: HandClock) -> None:
    for _look in range(3 * 24):
        with group.look(COMMAND) as act:
            for company in companies.listed(act):
                assert all(staff.on_duty(act, company.id, duty) for duty in Duty)
                assert len(staff.on_duty(act, company.id, Duty.REPAIR)) == 2  # one, and a backup
        at.passes(timedelta(hours=1))


def test_the_roster_reaches_two_months_ahead(group: Runtime, at: HandClock) -> None:
    at.passes(timedelta(days=59))
    with group.look(COMMAND) as act:
        assert staff.on_duty(act, 1, Duty.FRONT)


def test_every_role_is_held_in_each_company(group: Runtime) -> None:
    with group.look(COMMAND) as act:
        for company in companies.listed(act):
            assert all(staff.holding(act, company.id, role) for role in Role)


def test_the_customers_differ_as_real_ones_do(group: Runtime) -> None:
    with group.look(COMMAND) as act:
        known = [customers.find(act, PhoneNumber(f"+86154000000{last}")) for last in range(51, 56)]
        chen, liu, huang, carter, zhou = [one for one in known if one is not None]
        assert act.sealer.open_for(chen.key, chen.name or "") == "陈秀兰"
        assert customers.place_with(act, huang.id, 1) is None
        expired = customers.place_with(act, liu.id, 1)
        assert expired is not None
        assert expired.agreement_ends is not None
        assert expired.agreement_ends < act.at.date()
        assert (carter.language, zhou.slow, chen.slow) == ("en", True, False)


def test_the_password_fits_and_only_the_owner_can_read_it(group: Runtime) -> None:
    path = group.settings.hotline_var / demo.LOG_INS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    log_ins = demo.kept_log_ins(group.settings.hotline_var)
    with group.look(COMMAND) as act:
        for log_in in log_ins:
            person = act.session.scalars(select(Staff).where(Staff.login == log_in.login)).one()
            assert person.name == log_in.name
        assert passwords.fits(person.password_hash, log_in.password)


def test_no_network_has_the_numbers(group: Runtime) -> None:
    numbers = demo.customers_by_key(group).values()
    with group.look(COMMAND) as act:
        people = [staff.phone_of(act, person).e164 for person in act.session.scalars(select(Staff))]
    assert numbers
    assert all(number.startswith("+86154") for number in [*numbers, *people])
    assert not any(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in [*numbers, *people])


def test_whoever_may_not_open_the_console_has_no_log_in(group: Runtime) -> None:
    with group.look(COMMAND) as act:
        people = list(act.session.scalars(select(Staff)))
    without = {person.login for person in people if person.password_hash is None}
    log_ins = demo.kept_log_ins(group.settings.hotline_var)
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
    kept = demo.kept_log_ins(runtime.settings.hotline_var)
    assert kept[0].password in said
    assert all(f"\n{one.login} " in said for one in kept)
    assert not demo.is_empty(runtime)

"""When a customer is rung: never at night, on no day off unless it was agreed, each time at another hour (FLT-7)."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain import slots
from hotline.domain.slots import Kind
from hotline.errors import Invalid
from hotline.standard import loader
from hotline.standard.rules import Standard
from hotline.standard.spans import Span
from tests.standard.shanghai import at, local

TALK, ASKS, AGREED = Kind(talk=True), Kind(talk=False), Kind(talk=True, agreed=True)
LONDON, TOKYO = ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo")
ABROAD = (Kind(talk=True, zone=LONDON), Kind(talk=False, zone=TOKYO), Kind(talk=True, agreed=True, zone=LONDON))
KINDS = (TALK, ASKS, AGREED, *ABROAD)


def house(zone: str = "Asia/Shanghai", profile: str = "property", **own: Any) -> Standard:
    country = {} if zone == "Asia/Shanghai" else {"calendar": {"country": "none"}}
    return loader.load(profile, {"timezone": zone, **country, **own})


def heat(**own: Any) -> Standard:
    """Somebody is on duty at any hour of the heating season."""
    return house(profile="heating", **own)


HOUSES = [
    house(),
    heat(),
    house("America/New_York"),
    house("Europe/Berlin", callbacks={"quiet": "21:00-02:30"}),
    house("Europe/Berlin", callbacks={"quiet": "22:30-02:15"}, answering={"staffing": "always"}),
]
instants = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001
    max_value=datetime(2027, 6, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)
houses, kinds = st.sampled_from(HOUSES), st.sampled_from(KINDS)


def may_be_rung(standard: Standard, instant: datetime, kind: Kind) -> bool:
    """The rule in other words than the module's."""
    here = instant.astimezone(standard.calendar.timezone)
    places = [here, instant.astimezone(kind.zone)] if kind.zone is not None else [here]
    if any(standard.callbacks.quiet.contains(place.time()) for place in places):
        return False
    day = standard.calendar.is_worked(here.date()) or standard.calendar.is_open(instant)
    return kind.agreed or (day and (not kind.talk or standard.is_staffed(instant)))


@given(houses, instants, kinds)
def test_nobody_is_ever_rung_when_they_may_not_be(standard: Standard, after: datetime, kind: Kind) -> None:
    found = slots.earliest(standard, after, kind)
    assert found >= after
    assert may_be_rung(standard, found, kind)


@given(houses, instants, kinds, st.floats(0, 1, exclude_max=True))
def test_nobody_waits_longer_than_they_must(standard: Standard, after: datetime, kind: Kind, part: float) -> None:
    before = after + (slots.earliest(standard, after, kind) - after) * part
    assert before == slots.earliest(standard, after, kind) or not may_be_rung(standard, before, kind)


@given(houses, instants, kinds, st.timedeltas(timedelta(), timedelta(days=9)))
def test_who_asks_later_is_never_rung_sooner(standard: Standard, after: datetime, kind: Kind, later: timedelta) -> None:
    assert slots.earliest(standard, after, kind) <= slots.earliest(standard, after + later, kind)


@given(houses, instants, st.sampled_from((TALK, ASKS)), st.integers(1, 5))
def test_attempts_keep_apart_and_come_in_no_slot_of_a_day_twice(
    standard: Standard, first: datetime, kind: Kind, more: int
) -> None:
    tried = [slots.earliest(standard, first, kind)]
    for _ in range(more):
        again = slots.next_try(standard, tried, kind)
        assert again - tried[-1] >= standard.callbacks.between.span
        assert may_be_rung(standard, again, kind)
        days = [one.astimezone(standard.calendar.timezone).date() for one in (*tried, again)]
        where = [(day, slots.slot_of(standard, one)) for day, one in zip(days, (*tried, again), strict=True)]
        assert where[-1][1] is not None
        assert where[-1] not in where[:-1]
        tried.append(again)


def attempts(standard: Standard, first: str, many: int, kind: Kind = TALK, zone: str = "Asia/Shanghai") -> list[str]:
    """When the customer is rung, by the clock on the wall, where nobody ever answers."""
    tried = [at(first, zone)]
    while len(tried) < many:
        tried.append(slots.next_try(standard, tried, kind))
    return [local(one, zone) for one in tried]


def test_three_attempts_fall_into_three_slots() -> None:
    assert attempts(heat(), "2026-11-18 10:00", 4) == [
        "2026-11-18 10:00",
        "2026-11-18 12:00",
        "2026-11-18 18:00",
        "2026-11-19 09:00",
    ]


def test_where_nobody_is_on_duty_in_the_evening_the_next_day_is_tried() -> None:
    assert attempts(house(), "2026-11-18 13:30", 4) == [
        "2026-11-18 13:30",
        "2026-11-19 09:00",
        "2026-11-19 12:00",
        "2026-11-20 09:00",
    ]


def test_an_attempt_outside_every_slot_leaves_all_three_to_try() -> None:
    assert attempts(heat(), "2026-11-18 15:00", 4) == [
        "2026-11-18 15:00",
        "2026-11-18 18:00",
        "2026-11-19 09:00",
        "2026-11-19 12:00",
    ]


def test_a_holiday_is_passed_over_and_a_make_up_sunday_is_not() -> None:
    assert local(slots.earliest(house(), at("2026-02-13 17:31"), TALK)) == "2026-02-14 08:30"  # a Saturday, worked
    assert local(slots.earliest(house(), at("2026-02-14 17:31"), TALK)) == "2026-02-24 08:30"  # after Spring Festival


def test_what_was_agreed_is_kept_on_a_holiday_and_after_hours_but_not_at_night() -> None:
    for agreed in ("2026-02-18 09:30", "2026-11-18 20:59", "2026-11-21 08:00"):
        assert local(slots.earliest(house(), at(agreed), AGREED)) == agreed
    assert local(slots.earliest(house(), at("2026-11-18 21:00"), AGREED)) == "2026-11-19 08:00"


def test_a_machine_asks_in_the_evening_too_and_a_person_only_while_on_duty() -> None:
    evening = at("2026-11-18 19:00")
    assert slots.earliest(house(), evening, ASKS) == evening
    assert local(slots.earliest(house(), evening, TALK)) == "2026-11-19 08:30"
    assert slots.earliest(heat(), evening, TALK) == evening


def test_whoever_is_open_on_a_saturday_rings_on_it() -> None:
    open_on_saturday = house(calendar={"hours": {"sat": ["09:00-12:00"]}})
    assert local(slots.earliest(open_on_saturday, at("2026-11-21 07:00"), TALK)) == "2026-11-21 09:00"
    assert local(slots.earliest(open_on_saturday, at("2026-11-21 12:00"), TALK)) == "2026-11-23 08:30"


@pytest.mark.parametrize(
    ("zone", "changed"),
    [
        ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"),
        ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"),
    ],
)
def test_a_change_of_clocks_moves_nothing_on_the_wall(zone: str, changed: str) -> None:
    standard = house(zone)
    sunday, monday = datetime.fromisoformat(changed), datetime.fromisoformat(changed) + timedelta(days=1)
    friday = f"{sunday - timedelta(days=2):%Y-%m-%d}"
    assert local(slots.earliest(standard, at(f"{friday} 22:00", zone), ASKS), zone) == f"{monday:%Y-%m-%d} 08:00"
    assert attempts(standard, f"{friday} 18:30", 3, ASKS, zone)[1:] == [
        f"{monday:%Y-%m-%d} 09:00",
        f"{monday:%Y-%m-%d} 12:00",
    ]
    asked = at(f"{changed} 09:30", zone)
    assert slots.earliest(standard, asked, AGREED) == asked


def test_where_the_night_ends_in_the_hour_that_comes_twice_the_second_end_counts() -> None:
    standard = house("Europe/Berlin", callbacks={"quiet": "21:00-02:30"})
    first_time = datetime(2026, 10, 25, 0, 35, tzinfo=UTC)  # 02:35 in summer time: the night seems over
    assert slots.earliest(standard, first_time, AGREED) == first_time
    second_time = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 again
    assert slots.earliest(standard, second_time, AGREED) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_night_that_never_ends_is_refused_and_not_searched_for_ever() -> None:
    callbacks = dataclasses.replace(house().callbacks, quiet=Span.parse("08:00-08:00"))
    with pytest.raises(Invalid, match="quiet hours"):
        slots.earliest(dataclasses.replace(house(), callbacks=callbacks), at("2026-11-18 10:00"), TALK)


def test_where_the_office_is_open_in_no_slot_the_next_attempt_comes_as_soon_as_allowed() -> None:
    afternoons = house(calendar={"hours": {day: ["15:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}})
    assert attempts(afternoons, "2026-11-18 16:00", 3) == [
        "2026-11-18 16:00",
        "2026-11-19 15:00",
        "2026-11-20 15:00",
    ]


def test_the_slot_of_an_instant_is_that_of_the_companys_own_clock() -> None:
    instant = at("2026-11-18 12:30")
    assert slots.slot_of(house(), instant) == "noon"
    assert slots.slot_of(house("Europe/Berlin"), instant) is None
    assert slots.slot_of(house(), at("2026-11-18 16:00")) is None


def choices(standard: Standard, after: str, zone: str = "Asia/Shanghai") -> list[tuple[str, str, str]]:
    """What a customer may choose from, by the clock on the wall."""
    found = slots.windows(standard, at(after, zone))
    return [(one.slot, local(one.begins, zone), local(one.ends, zone)) for one in found]


def test_a_customer_chooses_from_the_next_of_each_slot_that_has_not_begun() -> None:
    assert choices(heat(), "2026-11-18 10:00") == [
        ("noon", "2026-11-18 12:00", "2026-11-18 14:00"),
        ("evening", "2026-11-18 18:00", "2026-11-18 20:30"),
        ("morning", "2026-11-19 09:00", "2026-11-19 11:30"),
    ]


def test_nobody_chooses_an_evening_in_which_nobody_is_on_duty() -> None:
    assert [slot for slot, _begins, _ends in choices(house(), "2026-11-18 10:00")] == ["noon", "morning"]


def test_what_is_offered_ends_with_the_office_or_with_the_night() -> None:
    short = house(calendar={"hours": {"wed": ["08:30-18:45"]}})
    assert ("evening", "2026-11-18 18:00", "2026-11-18 18:45") in choices(short, "2026-11-18 10:00")
    early = heat(callbacks={"quiet": "20:00-08:00"})
    assert ("evening", "2026-11-18 18:00", "2026-11-18 20:00") in choices(early, "2026-11-18 10:00")


def test_nothing_is_offered_on_a_holiday_nor_beyond_what_the_profile_says() -> None:
    assert [begins for _slot, begins, _ends in choices(house(), "2026-09-30 20:00")] == [
        "2026-10-08 09:00",
        "2026-10-08 12:00",
    ]
    assert choices(house(callbacks={"chosen_within": "1 day"}), "2026-09-30 20:00") == []


@given(houses, instants)
def test_whatever_is_offered_may_be_rung_from_beginning_to_end(standard: Standard, after: datetime) -> None:
    for one in slots.windows(standard, after):
        assert after < one.begins < one.ends
        for part in range(8):
            instant = one.begins + (one.ends - one.begins) * part / 8
            assert may_be_rung(standard, instant, TALK)
            assert slots.slot_of(standard, instant) == one.slot


def test_nobody_is_rung_in_the_night_of_their_own_place() -> None:
    """At nine in Shanghai it is one in the night in London: they are rung when it is eight there."""
    nine = at("2026-11-18 09:00")
    assert slots.earliest(house(), nine, TALK) == nine
    assert local(slots.earliest(house(), nine, ABROAD[0])) == "2026-11-18 16:00"


def test_where_we_are_open_by_their_night_alone_they_are_rung_all_the_same() -> None:
    nine = at("2026-11-18 09:00")
    assert slots.earliest(house(), nine, Kind(talk=True, zone=ZoneInfo("America/Sao_Paulo"))) == nine

"""However a number is written, it is the same number; shown, it is masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import Invalid
from hotline.phones import PhoneNumber


@pytest.mark.parametrize(
    "written",
    ["13900000088", "+86 139 0000 0088", "+8613900000088", "139-0000-0088", "008613900000088", " 13900000088 "],
)
def test_one_number_written_in_many_ways_is_one(written: str) -> None:
    assert PhoneNumber.parse(written) == PhoneNumber("+8613900000088")


def test_a_land_line_keeps_its_area_code() -> None:
    number = PhoneNumber.parse("010-62000001")
    assert (number.e164, number.national) == ("+861062000001", "01062000001")
    assert PhoneNumber.parse("(212) 555-0100", "US").e164 == "+12125550100"


@pytest.mark.parametrize("written", ["", "119", "abc", "+", "1", "139000000881390000008813900000088"])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        PhoneNumber.parse(written)


@pytest.mark.parametrize(
    "told",
    ["anonymous", "Anonymous", "+266696687", "", "  ", "unknown", "restricted", "sip:a@b.c", "client:lin", "+", "x1"],
)
def test_a_withheld_number_is_nobodys(told: str) -> None:
    assert PhoneNumber.from_carrier(told) is None


def test_what_the_carrier_tells_is_read() -> None:
    assert PhoneNumber.from_carrier("+8613900000088") == PhoneNumber("+8613900000088")


def test_a_number_is_shown_masked_and_spoken_digit_by_digit() -> None:
    number = PhoneNumber("+8613900000088")
    assert (number.masked, str(number), f"{number}") == ("139****0088",) * 3
    assert number.spoken == "1 3 9 0 0 0 0 0 0 8 8"
    assert PhoneNumber("+8695588").masked == "***88"


@pytest.mark.parametrize(
    ("number", "what"),
    [
        ("+8613900000088", "mobile"),
        ("+861062000001", "land line"),
        ("+8615400000021", "a range that nobody has yet"),
        ("+85263000000", "mobile of another region that is allowed"),
    ],
)
def test_an_ordinary_line_of_an_allowed_region_is_one(number: str, what: str) -> None:
    assert PhoneNumber(number).is_ordinary_in(["CN", "HK"]), what


@pytest.mark.parametrize(
    ("number", "what"),
    [
        ("+8616812345", "premium rate"),
        ("+864001234567", "shared cost"),
        ("+868001234567", "free for the caller: no person's"),
        ("+881612345678", "satellite"),
        ("+882161234567", "a network of no country"),
        ("+12125550100", "another region"),
        ("+18765551234", "another region behind the same code"),
        ("+85290012345678", "not possible there"),
        ("+8612345", "a service number of somebody else"),
        ("+861380013", "a mobile number that lacks digits"),
        ("+861380013800", "the last digit is missing"),
        ("+447012345678", "a personal number"),
    ],
)
def test_what_costs_more_lies_elsewhere_or_is_not_whole_is_none(number: str, what: str) -> None:
    assert not PhoneNumber(number).is_ordinary_in(["CN", "HK"]), what


def test_a_number_that_earns_its_holder_money_is_not_ordinary_in_its_own_region_either() -> None:
    assert not PhoneNumber("+447012345678").is_ordinary_in(["GB"])
    assert not PhoneNumber("+19005551234").is_ordinary_in(["US"])
    assert PhoneNumber("+12125550100").is_ordinary_in(["US"])


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    number = PhoneNumber.from_carrier(text)
    assert number is None or number.e164.startswith("+")


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+8613800001111", "Asia/Shanghai"),
        ("+85291234567", "Asia/Hong_Kong"),
        ("+12125551234", "America/New_York"),
        ("+18005551234", None),
        ("+61412345678", None),
        ("+8615400000001", None),
    ],
)
def test_a_number_tells_the_time_zone_of_its_place_or_none(number: str, zone: str | None) -> None:
    assert PhoneNumber(number).zone == zone

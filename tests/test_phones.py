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


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    number = PhoneNumber.from_carrier(text)
    assert number is None or number.e164.startswith("+")

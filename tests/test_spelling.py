"""A number is found however it was typed; else a kept search would go on naming whoever was erased."""

from __future__ import annotations

import pytest

from hotline import spelling
from hotline.phones import PhoneNumber

MOBILE = (
    "13912345678", "139 1234 5678", "139-1234-5678", "139–1234–5678", "139—1234—5678", "139\u30001234\u30005678",
    "139\u00a01234\u00a05678", "139  1234  5678", "139/1234/5678", "(139)12345678", "（139）1234-5678",
    "+86 139 1234 5678",
    "１３９ 1234 5678",
)  # fmt: skip
LANDLINE = ("0432 62123456", "(0432) 6212-3456", "（0432）62123456", "0432 - 62123456", "+86 432 6212 3456")


@pytest.mark.parametrize("typed", MOBILE)
def test_a_mobile_number_is_found_as_people_type_it(typed: str) -> None:
    assert PhoneNumber.parse(typed) == PhoneNumber("+8613912345678"), "it is one at all"
    assert spelling.says([f"找 {typed} 的来电"], ["+8613912345678", "13912345678"])
    assert not spelling.says([typed], ["+8613912345679", "13912345679"])


@pytest.mark.parametrize("typed", LANDLINE)
def test_a_landline_is_found_as_people_type_it(typed: str) -> None:
    assert PhoneNumber.parse(typed) == PhoneNumber("+8643262123456")
    assert spelling.says([typed], ["+8643262123456", "043262123456"])

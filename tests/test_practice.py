"""What the practice phone shows of our group: names in both languages, and callers nobody knows."""

from __future__ import annotations

import pytest

from hotline import practice
from hotline.domain import customers
from hotline.domain.act import CALLER
from hotline.phones import PhoneNumber
from hotline.runtime import Runtime
from tests.world import Cast


@pytest.mark.usefixtures("cast")
def test_companies_are_named_in_both_languages(runtime: Runtime) -> None:
    assert [one.label for one in practice.numbers(runtime)] == ["安心热力 Anxin Heating", "安心物业 Anxin Homes"]
    people = practice.phones(runtime)
    assert {"安心热力 003号 王强", "安心热力 001号 林晓"} <= {phone.label for phone in people}
    assert {"Anxin Heating no. 003 王强", "Anxin Heating no. 001 林晓"} <= {phone.label_en for phone in people}


def test_a_stranger_and_somebody_who_hides_are_among_the_callers(runtime: Runtime, cast: Cast) -> None:
    chen, stranger, hidden = [phone for phone in practice.phones(runtime) if phone.role == "customer"]
    assert chen.number == cast.chen.number.e164
    assert (stranger.label, stranger.label_en) == ("陌生号码", "Unknown number")
    assert (hidden.number, PhoneNumber.from_carrier(hidden.number)) == ("anonymous", None)


@pytest.mark.usefixtures("cast")
def test_whoever_has_rung_is_no_stranger_any_more(runtime: Runtime) -> None:
    before = _stranger(runtime)
    with runtime.act(CALLER) as act:
        customers.with_number(act, PhoneNumber.parse(before))
    after = _stranger(runtime)
    assert after != before
    assert before in [phone.number for phone in practice.phones(runtime)]


def _stranger(runtime: Runtime) -> str:
    return next(phone.number for phone in practice.phones(runtime) if phone.label_en == "Unknown number")

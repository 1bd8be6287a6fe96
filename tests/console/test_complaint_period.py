"""Which days a table counts, as its address says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from hotline.console import complaint_period
from hotline.console.complaint_period import Period
from hotline.errors import Invalid
from hotline.standard import loader

TODAY = date(2026, 11, 18)


@pytest.fixture
def reading(app: Flask) -> Iterator[None]:
    """Somebody reads a page in Chinese."""
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        yield


def read(**args: str) -> Period:
    return Period.read(MultiDict(args), TODAY)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_month_a_quarter_and_a_year_begin_and_end_with_their_days(name: str, first: date, last: date) -> None:
    period = Period.named(name)
    assert period is not None
    assert (period.first, period.last) == (first, last)
    assert period.query == {"period": name}


@pytest.mark.parametrize("given", [{}, {"period": ""}, {"from": "", "to": " "}])
def test_where_nothing_is_typed_it_is_this_month(given: dict[str, str]) -> None:
    assert read(**given).query == {"period": "2026-11"}


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        *(
            ({"period": name}, f"“{name}”不是期间")
            for name in ("2026-13", "2026-Q5", "0001", "9999-12", "now", "2026-1")
        ),
        ({"from": "abc", "to": "2026-11-02"}, "“abc”不是日期：请写成 2026-11-18"),
        ({"from": "2026-10-03", "to": "2026-02-30"}, "“2026-02-30”不是日期"),
        ({"to": "0001-01-01"}, "“0001-01-01”不是日期"),
        ({"from": "2026-11-02", "to": "2026-10-03"}, "结束日 2026-10-03 早于开始日 2026-11-02"),
        ({"period": "2999"}, "2999年还没有到来"),
        ({"from": "2026-11-20", "to": "2026-11-21"}, "还没有到来"),
    ],
)
def test_what_is_no_period_is_said_with_what_would_be_right(given: dict[str, str], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read(**given)


def test_two_days_are_a_period() -> None:
    period = read(**{"from": "2026-10-03", "to": "2026-11-02"})
    assert (period.first, period.last) == (date(2026, 10, 3), date(2026, 11, 2))
    assert period.query == {"from": "2026-10-03", "to": "2026-11-02"}


def test_one_day_alone_is_a_period_of_one_day() -> None:
    assert read(to="2026-10-03").query == {"from": "2026-10-03", "to": "2026-10-03"}


@pytest.mark.parametrize(
    ("given", "before", "after"),
    [
        ({"period": "2026-01"}, {"period": "2025-12"}, {"period": "2026-02"}),
        ({"period": "2026-Q4"}, {"period": "2026-Q3"}, {"period": "2027-Q1"}),
        ({"period": "2026"}, {"period": "2025"}, {"period": "2027"}),
        (
            {"from": "2026-10-01", "to": "2026-10-07"},
            {"from": "2026-09-24", "to": "2026-09-30"},
            {"from": "2026-10-08", "to": "2026-10-14"},
        ),
    ],
)
def test_beside_a_period_stand_those_before_and_after(
    given: dict[str, str], before: dict[str, str], after: dict[str, str]
) -> None:
    period = read(**given)
    earlier, later = period.beside(-1), period.beside(1)
    assert earlier is not None
    assert later is not None
    assert (earlier.query, later.query) == (before, after)


@pytest.mark.parametrize(
    "given", [{"period": "1970-01"}, {"period": "1970"}, {"from": "1970-01-01", "to": "1971-01-01"}]
)
def test_before_the_first_year_stands_nothing(given: dict[str, str]) -> None:
    assert read(**given).beside(-1) is None


def test_a_period_lasts_from_midnight_to_midnight_of_its_company() -> None:
    calendar = loader.default().calendar
    span = read(period="2026-11").span(calendar)
    assert span == (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))


def test_this_month_quarter_and_year_are_offered_first() -> None:
    offered = complaint_period.choices(TODAY)
    assert [(kind, found[0].name, len(found)) for kind, found in offered] == [
        ("month", "2026-11", 13),
        ("quarter", "2026-Q4", 8),
        ("year", "2026", 3),
    ]


def test_the_months_of_a_drawing_end_with_the_period() -> None:
    months = complaint_period.last_months(read(period="2026-Q1"), 4)
    assert [month.name for month in months] == ["2025-12", "2026-01", "2026-02", "2026-03"]

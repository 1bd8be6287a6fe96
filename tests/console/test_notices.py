"""Somebody's own notices: what they were told, what is new of it, how much waits behind the link to it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from hotline.domain import cases, companies, notices, promises
from hotline.domain.act import CLOCK
from hotline.domain.occasions import Occasion
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from tests import given
from tests.console import complaining, matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast, HandClock, Person

PAGE = "/console/notices"
PROMPTS = Prompts()
PARTS = ("when", "since", "soon", "urgent", "summary")  # of other texts, or of many: their keys begin so


def tells(runtime: Runtime, cast: Cast, case_id: int, text: str = "promise-broken", *, who: Person, n: int = 1) -> None:
    """Somebody is told of a promise in a case, on `n` occasions."""
    with runtime.act(CLOCK) as act:
        companies.get(act, cast.heat.id)
        case = cases.get(act, case_id)
        promise = promises.make(act, "CBK-1.answer", case)
        for occasion in range(n):
            what = Occasion(case, text, f"{promise.id}-{occasion}", promise.id)
            notices.tell(act, given.person(act, who), what)


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    return matters.enquiry(runtime, cast)


def waiting(visitor: Visitor) -> str:
    """The number beside the link, as the reader sees it."""
    page = visitor.opens("/console/cases").text
    found = re.search(r'id="waits-console-notice_list"( hidden)?>(\d+)<', page)
    assert found, page
    return "" if found[1] else found[2]


def test_what_somebody_was_told_stands_on_their_page_with_its_promise_and_a_link(
    sun: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    tells(runtime, cast, case_id, who=cast.sun)
    answer = sun.opens(PAGE)
    page = text_of(answer)
    assert "承诺超期 新 未能当场答复的咨询回电 CBK-1" in page
    assert "单号 261118001 · 咨询" in page
    assert f'href="/console/cases/{case_id}"' in answer.text


def test_another_persons_notices_are_not_there(lin: Visitor, runtime: Runtime, cast: Cast, case_id: int) -> None:
    tells(runtime, cast, case_id, who=cast.sun)
    assert "没有通知" in lin.opens(PAGE).text
    assert waiting(lin) == ""


def test_to_open_the_page_changes_nothing_and_to_say_so_does(
    sun: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    tells(runtime, cast, case_id, who=cast.sun, n=2)
    page = sun.opens(PAGE).text
    assert waiting(sun) == "2"
    ids = re.findall(r'name="id" value="(\d+)"', page)
    assert sun.sends(f"{PAGE}/seen", page=PAGE, id=ids[0]).location == PAGE
    assert waiting(sun) == "1"
    assert sun.sends(f"{PAGE}/seen", page=PAGE, id=ids[1]).location == PAGE
    assert waiting(sun) == ""


def test_nobody_sees_a_notice_for_somebody_else(
    lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    tells(runtime, cast, case_id, who=cast.sun)
    lin.sends(f"{PAGE}/seen", page="/console/cases", id="1")
    assert waiting(sun) == "1"


def test_what_is_seen_for_the_first_time_stays_marked_until_the_page_is_left(
    sun: Visitor, runtime: Runtime, cast: Cast, case_id: int, at: HandClock
) -> None:
    tells(runtime, cast, case_id, who=cast.sun)
    page = sun.opens(PAGE).text
    refreshed = re.search(r'hx-get="(/console/notices\?opened=\d+)"', page)
    assert refreshed
    at.passes(timedelta(seconds=1))
    sun.sends(f"{PAGE}/seen", page=PAGE, id="1")
    at.passes(timedelta(seconds=1))
    assert 'class="new"' in sun.opens(refreshed[1]).text
    assert 'class="new"' not in sun.opens(PAGE).text


def test_older_notices_stand_on_the_next_page(sun: Visitor, runtime: Runtime, cast: Cast, case_id: int) -> None:
    tells(runtime, cast, case_id, who=cast.sun, n=51)
    first = sun.opens(PAGE).text
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = sun.opens(f"{PAGE}{older[1]}").text
    assert (first.count("<li class="), second.count("<li class=")) == (50, 1)
    assert "hx-sse:connect" not in second, "a page of the past does not change"


@pytest.mark.parametrize(
    "query", ["opened=x", "opened=99999999999999999999", "before=x", "before=99999999999999999999"]
)
def test_a_query_that_names_no_moment_and_no_notice_is_passed_over(
    sun: Visitor, runtime: Runtime, cast: Cast, case_id: int, query: str
) -> None:
    tells(runtime, cast, case_id, who=cast.sun)
    assert "承诺超期" in sun.opens(f"{PAGE}?{query}").text


def test_the_page_of_the_case_says_who_was_told_and_who_has_seen_it(
    sun: Visitor, runtime: Runtime, cast: Cast, case_id: int
) -> None:
    tells(runtime, cast, case_id, who=cast.sun)
    here = f"/console/cases/{case_id}"
    assert f"承诺超期 · 未能当场答复的咨询回电 → {cast.sun.name}" in text_of(sun.opens(here))
    assert "已看到" not in sun.opens(here).text
    sun.sends(f"{PAGE}/seen", page=PAGE, id="1")
    assert "已看到" in sun.opens(here).text


def test_every_text_to_a_customer_or_a_colleague_has_a_word_on_the_page() -> None:
    keys = PROMPTS.keys("zh-CN")
    texts = {key.removeprefix("texts.") for key in keys if key.startswith("texts.") and key.count(".") == 1}
    assert {text for text in texts if not text.startswith(PARTS) and f"console.sent.{text}" not in keys} == set()


def test_whom_a_complaint_is_about_no_longer_finds_what_they_were_told_of_it(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    complaint = complaining.filed(runtime, cast, about_staff_id=cast.qian.id)
    tells(runtime, cast, complaint, who=cast.qian)
    qian = logged_in(app, cast.qian)
    page = qian.opens(PAGE).text
    assert "261118001" not in page
    assert 'name="id" value=' in page, "it does not wait behind the link for ever"


def test_the_head_of_a_department_is_led_to_the_inbox_and_not_to_the_case(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    department_id, head = complaining.department(runtime, cast)
    complaint = complaining.filed(runtime, cast, department_id=department_id)
    tells(runtime, cast, complaint, who=head)
    visitor = logged_in(app, head)
    page = visitor.opens(PAGE).text
    assert f'href="/console/inbox/{complaint}"' in page
    assert f'href="/console/cases/{complaint}"' not in page


def test_an_engineer_has_no_page_of_notices(app: Flask, cast: Cast) -> None:
    wang = logged_in(app, cast.wang)
    assert wang.opens(PAGE).status_code == 403


def test_whoever_left_the_page_open_is_told_by_the_stream_of_new_ones(sun: Visitor, cast: Cast) -> None:
    assert f"about=staff:{cast.sun.id}" in sun.opens(PAGE).text.replace("%3A", ":")

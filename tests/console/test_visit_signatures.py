"""The department finds what was said on a return visit in its inbox, and signs; the list says who has not (VIS-4)."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import staff
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests.console.departments import Departments
from tests.console.visitor import Visitor, logged_in, text_of
from tests.visiting import UNHAPPY, Mended, mended
from tests.world import Cast

LIST, FORM, INBOX = "/console/visits", "/console/visits/1", "/console/inbox"
SIGN = f"{FORM}/signed"
UNSIGNED = "维修部未签收"


@pytest.fixture
def done(runtime: Runtime, cast: Cast, firm: Departments) -> Mended:
    """Wang, of the repair department, mended it; the customer waited for three days and said so."""
    with runtime.act(COMMAND) as act:
        staff.get(act, cast.wang.id).department_id = firm.repair
    done = mended(runtime, cast)
    done.records(cast.lin, UNHAPPY)
    return done


@pytest.fixture
def xu(app: Flask, firm: Departments) -> Visitor:
    """Xu, the head of repair, is logged in."""
    return logged_in(app, firm.xu)


def waiting(visitor: Visitor) -> str:
    """What stands in the inbox's part of return visits."""
    return visitor.opens(INBOX).text.partition('id="inbox-visits"')[2].partition("</section>")[0]


def test_the_head_finds_it_in_the_inbox_signs_and_it_is_gone(done: Mended, xu: Visitor, firm: Departments) -> None:
    inbox = xu.opens(INBOX).text
    assert 'id="waits-console-inbox">1' in inbox
    assert f'href="{FORM}"' in waiting(xu)
    page = xu.opens(FORM).text
    assert UNSIGNED in page
    assert xu.sends(SIGN).status_code == 303
    assert done.visits[0].signed_by_id == firm.xu.id
    assert FORM not in waiting(xu)
    assert 'id="waits-console-inbox" hidden>0' in xu.opens(INBOX).text
    page = xu.opens(FORM).text
    assert UNSIGNED not in page
    assert "维修部 · 徐峰" in page
    assert SIGN not in page


def test_the_customers_words_are_opened_by_the_head_for_a_reason(done: Mended, xu: Visitor) -> None:
    here = f"/console/cases/{done.id}"
    for path in (FORM, INBOX, here):
        assert UNHAPPY.words not in xu.opens(path).text
    [visit] = done.visits
    what = xu.opens(here).text.partition('value="visit-')[2].partition('"')[0]
    shown = xu.sends(f"{here}/reveal", page=here, what=f"visit-{what}", reason="签收回访意见").text
    assert UNHAPPY.words in shown
    assert visit.is_unsigned


def test_the_list_says_who_has_not_signed_and_how_many_have(done: Mended, lin: Visitor, xu: Visitor) -> None:
    assert UNSIGNED in lin.opens(LIST).text
    assert "0/1" in text_of(lin.opens(LIST))
    xu.sends(SIGN)
    page = lin.opens(LIST)
    assert UNSIGNED not in page.text
    assert "1/1" in text_of(page)


def test_nobody_else_signs_and_a_superior_may(
    done: Mended, app: Flask, firm: Departments, lin: Visitor, sun: Visitor, cast: Cast
) -> None:
    ma = logged_in(app, firm.ma)
    assert FORM not in waiting(ma)
    for other in (ma, lin):
        assert SIGN not in other.opens(FORM).text
        assert other.sends(SIGN).status_code == 403
    assert logged_in(app, firm.yang).sends(SIGN).status_code == 404, "of another company"
    assert FORM in waiting(sun)
    assert sun.sends(SIGN).status_code == 303
    assert done.visits[0].signed_by_id == cast.sun.id


def test_what_is_signed_for_is_not_signed_again(done: Mended, xu: Visitor, sun: Visitor) -> None:
    xu.sends(SIGN)
    again = sun.sends(SIGN)
    assert again.status_code == 409
    assert "已经有人签收" in again.text


def test_the_page_is_in_english_when_asked(done: Mended, xu: Visitor) -> None:
    assert "Said on return visits, to sign for" in text_of(xu.opens(f"{INBOX}?lang=en"))
    page = text_of(xu.opens(FORM))
    assert "not signed by: 维修部" in page
    assert "Sign for it" in page

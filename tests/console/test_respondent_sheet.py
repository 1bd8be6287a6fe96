"""The link of a complaint: what it shows, what its buttons do, and whom it concerns no longer."""

from __future__ import annotations

import pytest

from hotline.domain import redirecting, staff
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.runtime import Runtime
from tests.console import departments, matters
from tests.console.departments import HAPPENED, Departments
from tests.console.visitor import Visitor, text_of
from tests.world import Cast

FOUND = "派单时间抄错了"


@pytest.fixture
def case(runtime: Runtime, cast: Cast, firm: Departments) -> Case:
    """Chen's complaint about repair."""
    return departments.complains(runtime, cast, department_id=firm.repair, grade="important", why="约好又没来")


@pytest.fixture
def sheet(runtime: Runtime, cast: Cast, firm: Departments, case: Case) -> str:
    """Xu's link to it."""
    return departments.link(runtime, cast, case, firm.xu)


def test_the_sheet_tells_what_happened_and_hides_who_complained(stranger: Visitor, case: Case, sheet: str) -> None:
    page = stranger.opens(sheet).text
    for shown in (case.number, "重要", "维修部", HAPPENED, "未留姓名"):
        assert shown in page
    for hidden in ("陈**", "139****0088", "13900000088", "/reveal", "show-number"):
        assert hidden not in page


def test_the_department_does_all_of_it_by_the_link(
    stranger: Visitor, runtime: Runtime, firm: Departments, case: Case, sheet: str
) -> None:
    for doing, text in (("sign", ""), ("sign", ""), ("settle", FOUND), ("give-back", "")):
        assert stranger.sends(f"{sheet}/{doing}", page=sheet, text=text).location == sheet
    assert "投诉单已交回" in stranger.opens(sheet).text
    found = departments.of(runtime, case)
    assert (found.stage, found.returned_by_id) == ("returned", firm.xu.id)
    assert {one["actor"] for one in matters.entries(runtime, case.chain, "complaint-returned")} == {
        f"link:{firm.xu.id}"
    }


def test_not_ours_wants_a_reason_and_goes_back(stranger: Visitor, runtime: Runtime, case: Case, sheet: str) -> None:
    assert "请写明理由" in stranger.is_refused(f"{sheet}/refuse", page=sheet, text="").text
    stranger.sends(f"{sheet}/refuse", page=sheet, text="是客服约的时间")
    assert departments.of(runtime, case).refused_at is not None


def test_what_was_typed_is_kept_when_it_is_refused(stranger: Visitor, sheet: str) -> None:
    refused = stranger.is_refused(f"{sheet}/settle", page=sheet, text=FOUND)
    assert "请先签收" in refused.text


def test_no_button_of_a_repair_is_there(stranger: Visitor, sheet: str) -> None:
    for action in ("decline", "on-the-way", "arrived", "done", "show-number", "show-address"):
        assert stranger.sends(f"{sheet}/{action}", page=sheet).status_code == 404, action


def test_the_link_ends_once_the_complaint_is_with_another_department(
    stranger: Visitor, runtime: Runtime, cast: Cast, firm: Departments, case: Case, sheet: str
) -> None:
    with runtime.act(COMMAND) as act:
        redirecting.redirect(act, act.session.get_one(Case, case.id), firm.care, by=staff.get(act, cast.sun.id))
    gone = stranger.opens(sheet)
    assert (gone.status_code, "链接已经失效" in gone.text) == (404, True)
    assert stranger.sends(f"{sheet}/sign").status_code == 404


def test_the_link_of_who_left_shows_nothing(stranger: Visitor, runtime: Runtime, firm: Departments, sheet: str) -> None:
    with runtime.act(COMMAND) as act:
        staff.get(act, firm.xu.id).active = False
    assert stranger.opens(sheet).status_code == 404


def test_whom_it_is_passed_up_to_says_by_the_link_that_they_have_seen_it(
    stranger: Visitor, runtime: Runtime, cast: Cast, case: Case
) -> None:
    sheet = departments.link(runtime, cast, case, cast.qian, duty="manager")
    assert "重要投诉上报主管经理" in stranger.opens(sheet).text
    assert stranger.sends(f"{sheet}/seen", page=sheet).location == sheet
    assert "已阅" not in text_of(stranger.opens(sheet))
    assert departments.of(runtime, case).signed_at is None


def test_the_sheet_is_in_english_when_asked(stranger: Visitor, sheet: str) -> None:
    page = text_of(stranger.opens(f"{sheet}?lang=en"))
    assert "Sign for it" in page
    assert "What happened" in page

"""What was told of a complaint: open to whoever deals with it, masked where it says who complained."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import cases
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.runtime import Runtime
from tests.console import departments
from tests.console.departments import HAPPENED, Departments
from tests.console.visitor import logged_in, text_of
from tests.world import Cast, Person


@pytest.fixture
def case(runtime: Runtime, cast: Cast, firm: Departments) -> Case:
    """Chen's complaint about repair, which nobody graded yet; Lin answers for it."""
    return departments.complains(runtime, cast, department_id=firm.repair)


def tells(runtime: Runtime, case: Case, **told: str) -> None:
    """More was told of it."""
    with runtime.act(COMMAND) as act:
        kept = act.session.get_one(Case, case.id)
        kept.details = {**kept.details, **{f"sealed_{name}": cases.seal(act, kept, told[name]) for name in told}}


def page_of(app: Flask, who: Person, case: Case, path: str = "/console/cases") -> str:
    """A page of the case, as somebody sees it."""
    visitor = logged_in(app, who)
    return visitor.opens(f"{path}/{case.id}").text


def test_who_answers_for_it_or_leads_reads_what_was_told_without_asking_for_each_field(
    app: Flask, runtime: Runtime, cast: Cast, case: Case
) -> None:
    tells(runtime, case, where_when="昨天上午", wanted="赔礼道歉", respondent="两位师傅")
    for who in (cast.lin, cast.sun):
        page = page_of(app, who, case)
        for told in (HAPPENED, "昨天上午", "赔礼道歉", "两位师傅"):
            assert told in page, (who.name, told)
        for name in ("happened", "where_when", "wanted", "respondent"):
            assert f'name="what" value="{name}"' not in page, name
        assert 'name="what" value="number"' in page


def test_another_agent_still_opens_one_field_at_a_time(app: Flask, cast: Cast, case: Case) -> None:
    page = page_of(app, cast.zhou, case)
    assert HAPPENED not in page
    assert 'name="what" value="happened"' in page


def test_words_that_say_who_it_was_are_masked_and_can_be_opened_with_a_reason(
    app: Flask, runtime: Runtime, cast: Cast, case: Case
) -> None:
    tells(runtime, case, happened="师傅没来，打13812345678找我")
    page = page_of(app, cast.lin, case)
    assert "师傅没来，打***找我" in page
    assert "13812345678" not in page
    assert 'name="what" value="happened"' in page


def test_whom_it_is_about_is_told_where_it_says_more_than_the_department(
    app: Flask, runtime: Runtime, firm: Departments, case: Case
) -> None:
    for told, shown in (("维修部", False), ("两位师傅", True)):
        tells(runtime, case, respondent=told)
        assert ("被投诉的人或部门" in page_of(app, firm.xu, case, "/console/inbox")) is shown, told


def test_the_department_is_not_shown_a_grade_that_nobody_gave(app: Flask, firm: Departments, case: Case) -> None:
    assert "投诉 定级前按重要计时" in text_of_page(app, firm.xu, case)


def text_of_page(app: Flask, who: Person, case: Case) -> str:
    """The words of the department's page."""
    visitor = logged_in(app, who)
    return text_of(visitor.opens(f"/console/inbox/{case.id}"))

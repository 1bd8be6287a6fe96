"""What is half typed into the form: it survives, it is seen by nobody else, and it is saved once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from hotline.domain import companies, drafts
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.domain.drafts import Draft
from hotline.jobs import routine
from hotline.runtime import Runtime
from tests.console import forms
from tests.console.forms import LEAK, SAID
from tests.console.visitor import Visitor, logged_in
from tests.world import Cast, HandClock

TYPED = "师傅来晚了两小时"


@pytest.fixture
def form(runtime: Runtime, cast: Cast) -> str:
    """The form of Chen's call."""
    return forms.ringing(runtime, cast, who=cast.chen)


def test_what_is_half_typed_survives_a_reload_and_a_log_out(app: Flask, lin: Visitor, cast: Cast, form: str) -> None:
    forms.sends(lin, form, kind="complaint", happened=TYPED)
    assert f"{TYPED}</textarea>" in lin.opens(form).text
    lin.sends("/console/logout", page=form)
    assert TYPED not in lin.opens(form).text
    elsewhere = logged_in(app, cast.lin)
    assert f"{TYPED}</textarea>" in elsewhere.opens(form).text


def test_nobody_else_sees_it_and_it_lies_sealed(sun: Visitor, lin: Visitor, runtime: Runtime, form: str) -> None:
    forms.sends(lin, form, kind="complaint", happened=TYPED)
    assert TYPED not in sun.opens(form).text
    [draft] = forms.rows(runtime, Draft)
    assert TYPED not in str(draft.typed)
    with runtime.look(COMMAND) as act:
        bodies = act.session.scalars(text("SELECT body FROM audit_entries")).all()
    assert not any(TYPED in bytes(body).decode() for body in bodies)


def test_another_kind_of_matter_and_back_loses_no_words(lin: Visitor, form: str) -> None:
    forms.sends(lin, form, kind="complaint", happened=TYPED)
    assert TYPED not in lin.opens(forms.sends(lin, form, kind="enquiry").location).text
    assert f"{TYPED}</textarea>" in lin.opens(forms.sends(lin, form, kind="complaint").location).text


def test_a_script_that_keeps_it_is_answered_in_place(lin: Visitor, form: str) -> None:
    lin.client.environ_base["HTTP_HX_REQUEST"] = "true"
    answer = forms.sends(lin, form, kind="complaint", happened=TYPED)
    assert answer.status_code == 200
    assert f"{TYPED}</textarea>" in answer.text


def test_a_form_sent_twice_is_saved_once_and_news_that_comes_late_brings_nothing_back(
    lin: Visitor, runtime: Runtime, form: str
) -> None:
    page = lin.opens(form).text
    name = page.partition('name="sheet" value="')[2].partition('"')[0]
    both = [lin.sends(form, page=form, sheet=name, do="save", **LEAK).location for _ in range(2)]
    assert both[0] == both[1] == "/console/cases/1/opened"
    assert forms.case_count(runtime) == 1
    lin.sends(form, page=form, sheet=name, kind="complaint", happened=TYPED)
    assert TYPED not in lin.opens(form).text
    forms.saves(lin, form, **SAID)
    assert forms.case_count(runtime) == 2, "a second matter of the same call"


def test_a_form_sent_twice_at_the_same_moment_is_saved_once(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, form: str
) -> None:
    name = lin.opens(form).text.partition('name="sheet" value="')[2].partition('"')[0]
    hands = [Visitor(app) for _ in range(4)]
    for hand in hands:
        hand.logs_in(cast.lin)
    with ThreadPoolExecutor(len(hands)) as at_once:
        sent = [at_once.submit(hand.sends, form, page=form, sheet=name, do="save", **LEAK) for hand in hands]
    assert {one.result().location for one in sent} == {"/console/cases/1/opened"}
    assert forms.case_count(runtime) == 1


def test_it_is_cleared_when_it_is_not_wanted(lin: Visitor, runtime: Runtime, form: str) -> None:
    forms.sends(lin, form, kind="complaint", happened=TYPED)
    forms.sends(lin, form, do="discard")
    assert forms.rows(runtime, Draft) == []


def test_what_lies_too_long_by_the_figures_of_their_own_company_goes_though_nobody_types(
    lin: Visitor, runtime: Runtime, cast: Cast, form: str, at: HandClock
) -> None:
    forms.sends(lin, form, kind="complaint", happened=TYPED)
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.home.id).overrides = {"records": {"retention": {"drafts": "3 days"}}}
        companies.get(act, cast.home.id)
        drafts.locked(act, cast.wu.id, "visitor", "form-1")
    left = []
    for days in (3, 1, 2, 2):
        at.passes(timedelta(days=days))
        routine.dispose_of_news(runtime)
        left.append({draft.staff_id for draft in forms.rows(runtime, Draft)})
    assert left == [{cast.lin.id, cast.wu.id}, {cast.lin.id}, {cast.lin.id}, set()]


def test_the_draft_of_an_anonymous_complaint_does_not_say_what_came_of_it(
    lin: Visitor, runtime: Runtime, form: str
) -> None:
    forms.saves(lin, form, **SAID, anonymous="yes")
    [draft] = forms.rows(runtime, Draft)
    assert (draft.about, draft.typed) == ("call:1", None)
    assert draft.opened is not None
    assert not draft.opened.isdigit()


def window(visitor: Visitor, form: str) -> dict[str, str]:
    """The form is opened by a script in a window of its own; what it sends with everything."""
    visitor.client.environ_base["HTTP_HX_REQUEST"] = "true"
    return forms.hidden(visitor, form)


def test_typed_in_two_windows_neither_is_lost_and_both_say_so(lin: Visitor, runtime: Runtime, form: str) -> None:
    first, second = window(lin, form), window(lin, form)
    for words in ("师傅来晚了", TYPED):
        answer = lin.sends(form, page=form, **first, kind="complaint", happened=words)
        assert "另一个窗口" not in answer.text, "one window alone"
    for wish in ("keep", "save", "discard"):
        late = lin.sends(form, page=form, **second, do=wish, kind="complaint", happened="态度不好", read_back="yes")
        assert "这张单子在另一个窗口改过" in late.text
        assert f"<dd>{TYPED}</dd>" in late.text
        assert "态度不好</textarea>" in late.text
    assert forms.case_count(runtime) == 0
    theirs = lin.sends(form, page=form, **second, do="theirs", kind="complaint", happened="态度不好")
    for page in (theirs.text, lin.opens(form).text):
        assert f"{TYPED}</textarea>" in page
        assert "<dd>态度不好</dd>" in page


def test_a_window_that_insists_is_kept_and_the_others_words_stand_beside_it(
    lin: Visitor, runtime: Runtime, form: str
) -> None:
    first, second = window(lin, form), window(lin, form)
    lin.sends(form, page=form, **first, kind="complaint", happened=TYPED)
    mine = lin.sends(form, page=form, **second, do="mine", kind="complaint", happened="态度不好").text
    assert "态度不好</textarea>" in mine
    assert f"<dd>{TYPED}</dd>" in mine
    told_now = lin.sends(form, page=form, **first, kind="complaint", happened=TYPED)
    assert "这张单子在另一个窗口改过" in told_now.text
    lin.sends(
        form, page=form, **second, do="save", kind="complaint", happened="态度不好", number="none", read_back="yes"
    )
    assert forms.told(runtime, forms.opened(runtime))["sealed_happened"] == "态度不好"


def test_a_window_opened_afterwards_goes_on_with_what_was_typed(lin: Visitor, form: str) -> None:
    lin.sends(form, page=form, **window(lin, form), kind="complaint", happened="师傅来晚了")
    later = lin.sends(form, page=form, **window(lin, form), kind="complaint", happened=TYPED)
    assert "另一个窗口" not in later.text


def test_a_matter_that_was_saved_in_another_window_is_not_opened_twice(
    lin: Visitor, runtime: Runtime, form: str
) -> None:
    first, second = window(lin, form), window(lin, form)
    assert "261118001" in lin.sends(form, page=form, **first, do="save", **LEAK).text
    for wish in ("keep", "discard", "save"):
        late = lin.sends(form, page=form, **second, do=wish, **LEAK).text
        assert "已在另一个窗口保存" in late
        assert "261118001 报修</a>" in late
    assert forms.case_count(runtime) == 1
    assert "已在另一个窗口" not in lin.sends(form, page=form, **second, do="theirs").text
    later = lin.sends(form, page=form, **window(lin, form), do="save", **SAID).text
    assert "261118002" in later, "a window opened afterwards is of another matter"


def test_in_an_older_window_another_matter_is_saved_when_one_says_that_it_is_one(
    lin: Visitor, runtime: Runtime, form: str
) -> None:
    first, second = window(lin, form), window(lin, form)
    lin.sends(form, page=form, **first, do="save", **LEAK)
    mine = lin.sends(form, page=form, **second, do="mine", **SAID).text
    assert f"{SAID['happened']}</textarea>" in mine
    assert "已在另一个窗口" not in mine
    assert "261118002" in lin.sends(form, page=form, **second, do="save", **SAID).text
    assert forms.case_count(runtime) == 2


def test_without_scripts_what_was_typed_stays_on_the_page_that_was_late(
    lin: Visitor, runtime: Runtime, form: str
) -> None:
    second = forms.hidden(lin, form)
    forms.saves(lin, form, **LEAK)
    late = lin.sends(form, page=form, **second, do="save", **SAID)
    assert late.status_code == 200
    assert "已在另一个窗口保存" in late.text
    assert f"{SAID['happened']}</textarea>" in late.text
    assert forms.case_count(runtime) == 1


def test_the_older_window_does_not_name_an_anonymous_matter(lin: Visitor, runtime: Runtime, form: str) -> None:
    second = window(lin, form)
    lin.sends(form, page=form, **window(lin, form), do="save", **SAID, anonymous="yes")
    late = lin.sends(form, page=form, **second, do="save", **SAID).text
    assert "已在另一个窗口保存" in late
    assert "261118001" not in late

"""The pages of return visits: who is to be asked, the form and what follows from it, the coverage; nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.domain import callbacks, calls, cases, companies, parties, promises, staff, visit_figures, visits
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.visits import State
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import given
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.console import matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.visiting import BROKEN, GOOD, Mended, mended, told, wants_no_calls
from tests.world import PASSWORD_HASH, Cast, HandClock

LIST, FORM = "/console/visits", "/console/visits/1"
SAID = {"mended": "yes", "mark": "4", "words": "师傅很好"}
DAY = timedelta(days=1)


@pytest.fixture
def done(runtime: Runtime, cast: Cast) -> Mended:
    """Chen's radiator is mended, and a visit is owed."""
    return mended(runtime, cast)


def records(who: Visitor, **typed: str) -> None:
    """The form is filled in, and its page shows what was noted."""
    assert who.sends(FORM, **{**SAID, **typed}).status_code == 303


def test_the_list_shows_who_is_to_be_asked_and_leads_to_the_form(lin: Visitor, done: Mended) -> None:
    page = lin.opens(LIST).text
    assert f'href="{FORM}"' in page
    for shown in ("暖气故障", done.case.number, "维修之后", "林晓", "11-25 10:00"):
        assert shown in page
    form = lin.opens(FORM).text
    assert "修好了吗" in form
    assert "139****0088" in form


def test_the_list_says_about_whom_no_call_is_arranged(lin: Visitor, done: Mended, cast: Cast) -> None:
    assert "没有安排电话" not in lin.opens(LIST).text
    with done.by(cast.lin) as (act, case):
        callback = callbacks.open_of(act, case.id)
        assert callback is not None
        callbacks.cancel(act, callback.id, by=cast.lin.id, why="说会自己打来")
    assert "没有安排电话" in lin.opens(LIST).text


def test_what_the_customer_says_is_noted_and_their_words_are_masked(lin: Visitor, done: Mended) -> None:
    records(lin)
    [visit] = done.visits
    assert (visit.state, visit.mended, visit.mark) == (State.MADE, True, 4)
    page = text_of(lin.opens(FORM))
    assert "已回访" in page
    assert "4分（满分5分）" in page
    assert SAID["words"] not in page
    assert "4分（满分5分）" in text_of(lin.opens(LIST))


def test_their_words_are_opened_in_the_case_for_a_reason(lin: Visitor, done: Mended) -> None:
    records(lin)
    here = f"/console/cases/{done.id}"
    page = lin.opens(here).text
    assert SAID["words"] not in page
    [what] = re.findall(r'value="(visit-\d+)"', page)
    assert SAID["words"] in lin.sends(f"{here}/reveal", page=here, what=what, reason="复核回访").text


def test_still_broken_is_seen_to_at_once(lin: Visitor, done: Mended) -> None:
    records(lin, mended="no", mark="1")
    assert done.order.stage == "reported"
    assert "已重新打开" in text_of(lin.opens(FORM))


def test_a_question_is_owed_an_answer_at_the_agreed_time(lin: Visitor, done: Mended) -> None:
    records(lin, question="明年怎么收费", agreed="2026-11-19T09:30")
    owed = {rule for rule, verdict in done.verdicts if verdict == "open"}
    assert owed == {"VIS-4.reply", "CBK-3.time"}


@pytest.mark.parametrize(("wished", "kind"), [("enquiry", "enquiry"), ("complaint", "complaint"), ("fault", "fault")])
def test_something_new_is_a_matter_of_its_own(
    lin: Visitor, done: Mended, runtime: Runtime, cast: Cast, wished: str, kind: str
) -> None:
    records(lin, wished=wished, wish="还想装一个阀门")
    with runtime.look(COMMAND) as act:
        new = act.session.scalars(select(Case).where(Case.id != done.id)).one()
        assert (new.kind, new.customer_id, new.owner_id) == (kind, cast.chen.id, cast.lin.id)
        kept = [cases.unseal(act, new, value) for value in new.details.values()]
        assert "还想装一个阀门" in kept
        assert promises.of_case(act, new.id) != []


@pytest.mark.parametrize(
    "typed",
    [
        {"mended": ""},
        {"mark": "9"},
        {"mark": "viel"},
        {"question": "?", "agreed": "2026-11-18T09:00"},
        {"question": "?", "agreed": "soon"},
        {"wish": "x", "wished": ""},
    ],
)
def test_what_cannot_be_is_refused_whole_and_stays_typed(lin: Visitor, done: Mended, typed: dict[str, str]) -> None:
    answer = lin.sends(FORM, **{**SAID, **typed})
    assert answer.status_code == 409
    assert "没有保存" in answer.text
    assert SAID["words"] in answer.text
    assert done.visits[0].state == State.OWED


def test_a_refusal_is_noted(lin: Visitor, done: Mended, runtime: Runtime, cast: Cast) -> None:
    assert lin.sends(f"{FORM}/refused").status_code == 303
    assert wants_no_calls(runtime, cast.chen)
    assert "不愿接回访" in text_of(lin.opens(FORM))
    assert "不愿接回访" in text_of(lin.opens(LIST))


def test_whoever_takes_such_calls_again_is_owed_the_next_visit(
    lin: Visitor, done: Mended, runtime: Runtime, cast: Cast
) -> None:
    lin.sends(f"{FORM}/refused")
    assert "说过以后不要再打" in lin.opens(FORM).text
    assert lin.sends(f"{FORM}/allowed").status_code == 303
    assert not wants_no_calls(runtime, cast.chen)
    assert done.visits[0].state == State.REFUSED, "what was refused stays on record"
    assert mended(runtime, cast).visits[0].state == State.OWED
    lin.sends(f"{FORM}/allowed")  # a second time changes nothing
    assert len(matters.entries(runtime, done.case.chain, "visits-allowed")) == 1


def test_a_visit_is_noted_once(lin: Visitor, done: Mended) -> None:
    records(lin)
    assert lin.sends(FORM, **SAID).status_code == 409


def test_who_neither_answers_for_it_nor_talked_about_it_does_not_note_it(done: Mended, app: Flask, cast: Cast) -> None:
    zhou = logged_in(app, cast.zhou)
    assert 'name="mark"' not in zhou.opens(FORM).text
    assert zhou.sends(FORM, **SAID).status_code == 403
    assert zhou.sends(f"{FORM}/refused").status_code == 403
    assert zhou.sends(f"{FORM}/allowed").status_code == 403


def test_who_talked_with_the_customer_may_note_it(done: Mended, app: Flask, cast: Cast, runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        meeting = parties.open_meeting(act, agent_id=cast.zhou.id, company_id=cast.heat.id, wait=None, case_id=done.id)
        leg = calls.place(
            act, companies.get(act, cast.heat.id), colleague=staff.get(act, cast.zhou.id), case_id=done.id,
            owner_id=cast.zhou.id, our_number=cast.heat.number, first_step="join-ring", words_version="x", slots={},
        )  # fmt: skip
        party = parties.add(act, meeting, leg, parties.Role.AGENT)
        party.joined_at = meeting.met_at = act.at
    records(logged_in(app, cast.zhou))
    assert done.visits[0].staff_id == cast.zhou.id


def test_another_company_sees_nothing_of_it(done: Mended, app: Flask, cast: Cast) -> None:
    wu = logged_in(app, cast.wu)
    assert done.case.number not in wu.opens(LIST).text
    assert wu.opens(FORM).status_code == 404
    assert wu.opens("/console/visits/99").status_code == 404


def test_whoever_a_complaint_is_about_sees_no_visit_of_it(
    complaint: Filed, house: House, cast: Cast, app: Flask, runtime: Runtime
) -> None:
    told(complaint, house, cast)
    with runtime.act(COMMAND) as act:
        staff.get(act, house.liu.id).password_hash = PASSWORD_HASH
    head = logged_in(app, house.liu)
    assert complaint.case.number not in head.opens(LIST).text
    assert head.opens(FORM).status_code == 404


def test_a_complainant_is_asked_by_the_same_form(complaint: Filed, house: House, cast: Cast, lin: Visitor) -> None:
    visited = told(complaint, house, cast)
    assert "处理得满意吗" in lin.opens(FORM).text
    records(lin)
    assert dict(visited.verdicts)["CMP-8.visit"] == "kept"


def test_the_coverage_counts_made_of_owed_and_the_refused_apart(
    runtime: Runtime, cast: Cast, lin: Visitor, complaint: Filed, house: House, at: HandClock
) -> None:
    first, second, third = (mended(runtime, cast) for _ in range(3))
    first.records(cast.lin, GOOD)
    second.records(cast.lin, BROKEN)
    told(complaint, house, cast)
    with runtime.look(COMMAND) as act:
        repair, complained, stay = visit_figures.coverage(act, [cast.heat.id], at.now - DAY, at.now + DAY)
    assert (repair.owed, repair.made, repair.open, repair.unhappy, repair.share) == (3, 2, 1, 1, 2 / 3)
    assert (repair.marks, repair.mark) == (2, 3.0)
    assert (complained.rule_id, complained.owed, complained.made) == ("VIS-2", 1, 0)
    assert (stay.owed, stay.share, stay.mark) == (0, None, None)
    third.refuses(cast.lin)
    with runtime.look(COMMAND) as act:
        repair, complained, _stay = visit_figures.coverage(act, [cast.heat.id], at.now - DAY, at.now + DAY)
        assert visit_figures.coverage(act, [cast.home.id], at.now - DAY, at.now + DAY)[0].owed == 0
        assert visit_figures.coverage(act, [cast.heat.id], at.now - 2 * DAY, at.now)[0].owed == 0
    assert (repair.owed, repair.refused, repair.share) == (2, 1, 1.0)
    assert (complained.owed, complained.refused) == (0, 1)
    page = text_of(lin.opens(LIST))
    assert "100.0%" in page


def owed(page: str) -> dict[str, int]:
    """By rule, how many visits the table says had to be made."""
    found = re.findall(r'<code>(VIS-\d)</code>.*?<td class="number"[^>]*>(.*?)</td>', page, re.DOTALL)
    return {rule: int(re.sub(r"<[^>]+>", "", told)) for rule, told in found}


def test_the_coverage_does_not_tell_of_a_complaint_that_is_hidden(
    runtime: Runtime, cast: Cast, house: House, lin: Visitor, app: Flask, done: Mended
) -> None:
    """Not to whom it is about, nor to a head, who sees no complaint but in the inbox; a repair counts for all."""
    told(filed(runtime, cast, department_id=house.repair, about_staff_id=cast.zhou.id, grade=Grade.MINOR), house, cast)
    with runtime.act(COMMAND) as act:
        staff.get(act, house.xu.id).password_hash = PASSWORD_HASH
    for who in (cast.zhou, house.xu):
        assert owed(logged_in(app, who).opens(LIST).text) == {"VIS-1": 1, "VIS-2": 0, "VIS-3": 0}, who
    assert owed(lin.opens(LIST).text) == {"VIS-1": 1, "VIS-2": 1, "VIS-3": 0}


def test_a_period_that_is_none_is_said_and_this_month_counted(lin: Visitor, done: Mended) -> None:
    page = lin.opens(f"{LIST}?period=2026-13").text
    assert 'role="alert"' in page
    assert "2026" in page


def test_what_was_asked_goes_on_over_the_page(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        for _ in range(51):
            case = given.case(act, cast)
            made = visits.owe(act, case, visits.REPAIR)
            made.state, made.ended_at = State.REFUSED, act.at
    [older] = re.findall(r'rel="next" href="([^"]+)"', lin.opens(LIST).text)
    assert len(re.findall(r"/console/visits/\d+", lin.opens(LIST + older.replace("&amp;", "&")).text)) == 1

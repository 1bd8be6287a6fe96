"""Handing a matter over in the middle of a call: who is rung, who is asked apart, and what is said beforehand."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.domain import handovers, seats, staff
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.seats import Status
from hotline.runtime import Runtime
from tests import given
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain.talks import Talk
from tests.world import Cast, Person

DESK = "/console/desk"
WHY = "她熟悉这台锅炉"


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Lin talks with Chen; Zhou is free."""
    made = Talk(runtime, cast)
    made.talk()
    made.free(cast.zhou)
    return made


@pytest.fixture
def case(talk: Talk) -> Case:
    """An open matter of Chen's that Lin owns."""
    with talk.runtime.act(COMMAND) as act:
        return given.case(act, talk.cast)


def hands(lin: Visitor, talk: Talk, case: Case, to: Person) -> str:
    """Lin sends the form; what the desk says then."""
    path = f"/console/meetings/{talk.meeting_id}/hand-over"
    lin.sends(path, page=DESK, who=str(to.id), case=str(case.id), why=WHY)
    return text_of(lin.opens(DESK))


def told(talk: Talk) -> list[tuple[str, int]]:
    with talk.runtime.look(COMMAND) as act:
        return given.told(act)


@pytest.mark.parametrize("status", [Status.FREE, Status.BREAK])
def test_who_is_at_the_desk_is_rung_and_reads_why(
    app: Flask, lin: Visitor, talk: Talk, case: Case, status: Status
) -> None:
    becomes(talk, talk.cast.zhou, status)
    hands(lin, talk, case, talk.cast.zhou)
    assert talk.party(talk.cast.zhou).handover_id is not None
    ringing = text_of(logged_in(app, talk.cast.zhou).opens(DESK)).partition("等我答复的移交")[0]
    assert "林晓 001 请您接手" in ringing
    assert f"理由：{WHY}" in ringing
    assert told(talk) == []


@pytest.mark.parametrize("status", [Status.OFF, Status.AWAY])
def test_who_is_off_the_desk_is_not_rung_but_asked_on_the_page_and_by_text(
    app: Flask, lin: Visitor, talk: Talk, case: Case, status: Status
) -> None:
    becomes(talk, talk.cast.zhou, status)
    assert "已请 周静 002 在页面和短信上答复" in hands(lin, talk, case, talk.cast.zhou)
    assert talk.party(talk.cast.zhou).id is None
    assert told(talk) == [("handover-asked", talk.cast.zhou.id)]
    assert f"理由：{WHY}" in text_of(logged_in(app, talk.cast.zhou).opens(DESK))


def test_whom_the_rule_names_is_said_before_anything_is_sent(lin: Visitor, talk: Talk, case: Case) -> None:
    declined(talk, case)
    told = hands(lin, talk, case, talk.cast.zhou)
    assert "谢绝过这件事，不再请第二次" in told
    assert "到限" not in told
    assert "这次该请 孙" in told
    assert not waits(talk, case)
    hands(lin, talk, case, talk.cast.sun)
    assert waits(talk, case)


def test_the_page_of_the_case_says_it_too_and_keeps_what_was_typed(lin: Visitor, talk: Talk, case: Case) -> None:
    declined(talk, case)
    here = f"/console/cases/{case.id}"
    page = lin.is_refused(f"{here}/hand-over", page=here, receiver=str(talk.cast.zhou.id), reason=WHY).text
    assert "这次该请 孙" in page
    assert f"{WHY}</textarea>" in page
    assert not waits(talk, case)


def test_of_two_rules_the_one_is_told_that_applies(lin: Visitor, talk: Talk, case: Case) -> None:
    """Handed over as often as is allowed, to colleagues who all accepted."""
    for giver, receiver in ((talk.cast.lin, talk.cast.zhou), (talk.cast.zhou, talk.cast.lin)):
        with talk.acting() as act:
            kept = act.session.get_one(Case, case.id)
            asked = handovers.ask(act, kept, giver_id=giver.id, receiver_id=receiver.id, reason=WHY)
            handovers.answer(act, asked.id, by=receiver.id, accept=True)
    told = hands(lin, talk, case, talk.cast.zhou)
    assert "移交次数已经到限，只能请上级" in told
    assert "谢绝过这件事" not in told


def test_who_declined_the_matter_is_not_offered_for_it_again(lin: Visitor, talk: Talk, case: Case) -> None:
    choice = f'<option value="{talk.cast.zhou.id}">'

    def offered() -> list[bool]:
        asks = lin.opens(DESK).text.partition('id="ask-hand-over"')[2].partition("</details>")[0]
        return [choice in asks, choice in lin.opens(f"/console/cases/{case.id}").text]

    assert offered() == [True, True]
    declined(talk, case)
    assert offered() == [False, False]
    with talk.acting() as act:
        given.case(act, talk.cast)
    assert offered() == [True, False], "for another matter of this call they may be asked"


def test_where_nobody_is_left_to_ask_it_is_said(lin: Visitor, talk: Talk, case: Case) -> None:
    for who in (talk.cast.zhou, talk.cast.sun, talk.cast.qian, talk.cast.feng):
        declined(talk, case, who)
    assert "没有可以再请的上级了" in hands(lin, talk, case, talk.cast.zhou)


def becomes(talk: Talk, who: Person, status: Status) -> None:
    with talk.acting() as act:
        seats.choose(act, seats.of(act, staff.get(act, who.id)), status)


def declined(talk: Talk, case: Case, who: Person | None = None) -> None:
    person = who or talk.cast.zhou
    with talk.acting() as act:
        kept = act.session.get_one(Case, case.id)
        asked = handovers.ask(act, kept, giver_id=talk.cast.lin.id, receiver_id=person.id, reason=WHY)
        handovers.answer(act, asked.id, by=asked.receiver_id, accept=False, refusal="没有空")


def waits(talk: Talk, case: Case) -> bool:
    with talk.runtime.look(COMMAND) as act:
        return handovers.open_of(act, case.id) is not None

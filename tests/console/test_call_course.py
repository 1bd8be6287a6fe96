"""One call retold: who was rung and who came in, where nothing is on record, how loud it was, what was corrected."""

from __future__ import annotations

import io
import wave
from datetime import timedelta

from hotline.console.wave import drawn, peaks
from hotline.domain import calls, cases, companies, desk, turns
from hotline.domain.act import CALLER, COMMAND
from hotline.domain.calls import Call
from hotline.domain.desk import Wait
from hotline.runtime import Runtime
from tests import given
from tests.console import matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.domain.talks import Talk
from tests.looked_for import Book
from tests.world import Cast, HandClock


def sound(*levels: int, width: int = 2, channels: int = 1) -> bytes:
    """A sound of these samples."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(8000)
        file.writeframes(b"".join(level.to_bytes(width, "little", signed=width > 1) for level in levels))
    return buffer.getvalue()


def test_a_silence_that_is_too_long_is_shown_and_a_wait_is_none(
    sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(CALLER) as act:
        ringing = given.call(act, cast, who=cast.chen)
        calls.answered(act, ringing, millis=120)
        turns.record(act, ringing, said=["greeting"], heard="keys", words="2", led_to="menu")
    at.passes(timedelta(seconds=65))
    with runtime.act(CALLER) as act:
        ringing = calls.locked(act, 1)
        companies.get(act, ringing.company_id)
        turns.record(act, ringing, said=["menu"], heard="silence", words=None, led_to="line")
        desk.join(act, ringing)
    at.passes(timedelta(seconds=90))
    with runtime.act(CALLER) as act:
        ringing = calls.locked(act, 1)
        companies.get(act, ringing.company_id)
        desk.abandoned(act, act.session.get_one(Wait, 1))
        calls.progress(act, ringing, state=calls.State.ENDED, sequence=3, ended_by="them", cause=None)
    page = text_of(sun.opens("/console/calls/1"))
    told = (
        "来电振铃",
        "开始应答",
        "此处 1 分 5 秒 没有任何记录",
        "排队等候",
        "离开排队 放弃等候 1 分 30 秒",
        "通话结束",
    )
    places = [page.index(one) for one in told]
    assert places == sorted(places)
    assert page.count("没有任何记录") == 1, "whoever waits hears the words of the line"


def test_whoever_is_put_through_waited_until_they_were_answered_and_spoke_from_then_on(
    sun: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    talk = Talk(runtime, cast)
    talk.free(cast.lin)
    talk.waits()
    at.passes(timedelta(seconds=3))
    leg = talk.offered()
    at.passes(timedelta(seconds=4))
    talk.accepts(leg)
    talk.joins(leg)
    talk.joins(talk.call_id)
    at.passes(timedelta(seconds=140))
    here = f"/console/calls/{talk.call_id}"
    assert "离开排队 已接通 7 秒" in text_of(sun.opens(here)), "while they speak"
    talk.leaves(talk.call_id)
    page = text_of(sun.opens(here))
    told = ("排队等候", "接听 4 秒", "离开排队 已接通 7 秒", "林晓 001 加入通话", "与坐席通话完毕 2 分 20 秒")
    places = [page.index(one) for one in told]
    assert places == sorted(places)
    assert page.count("离开排队") == 1


def test_a_sound_is_drawn_as_loud_as_it_is() -> None:
    assert peaks(sound(0, 16384, -32768, 0), bars=2) == [0.5, 1.0]
    assert peaks(sound(128, 0, 192, 128, width=1), bars=2) == [1.0, 0.5]
    assert peaks(b"ID3 no wave") == []
    assert peaks(sound()) == []
    assert len(peaks(sound(*range(1000)), bars=400)) <= 400
    assert drawn([0.5, 1.0]).count("M") == 2
    assert "<style" not in drawn([])


def test_a_note_that_is_corrected_shows_both_and_neither_without_a_reason(
    lin: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    book = Book(runtime, cast)
    call_id = book.rings("三号楼暖气不热")
    case_id = book.case_of(call_id)
    here = f"/console/cases/{case_id}"
    form = {"note": "question", "said": "五号楼暖气不热", "why": "记错楼号", "seen": "0"}
    refused = lin.is_refused(f"{here}/correct", page=here, **{**form, "why": " "})
    assert "请写下正确的内容" in refused.text
    assert "五号楼暖气不热" in refused.text, "what was typed is kept"
    assert lin.sends(f"{here}/correct", **form).status_code == 302
    assert "更正过这个单据的记录" in lin.is_refused(f"{here}/correct", page=here, **form).text, "read anew first"
    [entry] = matters.entries(runtime, f"case:{case_id}", "note-corrected")
    page = lin.opens(here)
    assert "楼暖气" not in page.text
    assert "楼号" not in str(entry["body"])
    seq = page.text.partition("secret-correction-")[2].partition('"')[0]
    both = "原来的记录 三号楼暖气不热 更正后 五号楼暖气不热 为什么更正 记错楼号"
    for what, shown in (("question", "五号楼暖气不热"), (f"correction-{seq}", both)):
        revealed = lin.sends(f"{here}/reveal", what=what, reason="客户要求核对记录")
        assert shown in text_of(revealed), what
    assert "更正" in text_of(lin.opens(f"/console/calls/{call_id}"))
    assert book.found(words="三号楼") == book.found(words="五号楼") == [call_id]
    assert "未被改动" in lin.opens(here).text


def test_only_whoever_answers_for_a_matter_corrects_its_notes_and_only_notes(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = Book(runtime, cast).case_of(Book(runtime, cast).rings("三号楼暖气不热"))
    with runtime.act(COMMAND) as act:
        case = cases.get(act, case_id)
        case.details = {**case.details, "sealed_contact": cases.seal(act, case, "+8613900000088")}
        assert act.session.get_one(Call, 1).case_id == case_id
    form = {"note": "question", "said": "五号楼", "why": "记错楼号", "seen": "0"}
    here = f"/console/cases/{case_id}/correct"
    zhou = logged_in(lin.client.application, cast.zhou)
    assert zhou.sends(here, **form).status_code == 403
    assert logged_in(lin.client.application, cast.bai).sends(here, **form).status_code == 403
    assert lin.sends(here, **{**form, "note": "contact"}).status_code == 404, "a number is no note"
    assert matters.entries(runtime, f"case:{case_id}", "note-corrected") == []

"""The carrier's webhooks of the line and of conversations, repeated, late, forged: each is heard once (rules 4, 11)."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.jobs import routine
from hotline.simulator.faults import Trouble
from hotline.voice import guard
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import asks_for_a_person, talks_with


def posts(line: Line, path: str, call: Call, **params: str) -> TestResponse:
    """A webhook of the carrier's for this call, rightly signed."""
    account, base = line.runtime.settings.carrier, line.runtime.settings.base_url
    form = {"CallSid": call.sid or "", "AccountSid": account.sid, "CallStatus": "in-progress", **params}
    signed = {guard.HEADER: guard.signature(account.tokens[0], base + path, form)}
    return line.app.test_client().post(path, base_url=base, data=form, headers=signed)


def path_of(url: str) -> str:
    return urlsplit(url).path


def test_everything_arriving_twice_changes_nothing(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    line.exchange.faults.order(Trouble.REPEAT, times=500)
    desk.sits(lin)
    first = talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("请按1").presses("1").hears("给您回电，对吗").presses("1").hears("单号是")
    desk.ends(lin)
    first.hears("请问还有什么需要帮您").hangs_up()
    line.phone("unknown").hangs_up()
    desk.wraps_up(lin)
    desk.takes(lin)
    line.phone("unknown").rings().answers().hears("轮到您了").presses("1").hears("♪ beep", 20).hangs_up()
    line.passes(seconds=5)
    assert [wait.state for wait in desk.waits()] == ["done", "done"]
    assert [meeting.state for meeting in desk.meetings()] == ["ended", "ended"]
    assert len(line.cases()) == 1


def test_an_agent_whose_end_of_the_conversation_could_not_be_told_is_not_sent_back_into_it(
    line: Line, desk: Desk
) -> None:
    desk.sits(line.cast.lin)
    caller = talks_with(line, desk, "chen")
    leg = next(call for call in line.calls() if call.staff_id == line.cast.lin.id)
    line.exchange.faults.order(Trouble.FAIL, times=2, matching=f"/voice/turn/{leg.id}/")
    caller.hangs_up()
    line.phone("lin").hears("通话结束")
    line.passes(seconds=10)
    assert line.phone("lin").state == "idle"
    line.exchange.problems.clear()  # the carrier's complaint of our failure, which was meant


def test_news_of_a_conversation_that_comes_late_changes_nothing(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    for _ in range(3):
        line.exchange.faults.order(Trouble.REORDER, matching="/voice/meeting/")
    desk.sits(lin)
    caller = talks_with(line, desk, "chen").hangs_up()
    line.passes(seconds=10)
    assert caller.state == "idle"
    assert [(one.state, one.dropped) for one in desk.meetings()] == [("ended", False)]
    assert [party.state for party in desk.parties()] == ["left", "left"]


def test_lost_news_of_a_conversation_ends_it_all_the_same(line: Line, desk: Desk) -> None:
    lin = line.cast.lin
    desk.sits(lin)
    caller = talks_with(line, desk, "chen")
    line.exchange.faults.order(Trouble.DROP, times=99, matching="/voice/meeting/")
    caller.hangs_up()
    line.passes(seconds=10)
    assert desk.meetings()[0].state == "ended"
    assert desk.seat(lin).status == "wrap_up"
    line.exchange.problems.clear()


def test_being_taken_out_of_the_line_is_only_news(line: Line, desk: Desk) -> None:
    """The document that the caller was sent to decides, not the answer to the queue (contract 7)."""
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("工作人员都在忙")
    call = line.calls()[-1]
    for result in ("redirected", "hangup", "bridged", "redirected-from-bridged"):
        answer = posts(line, path_of(line.runtime.addresses.turn(call.id, call.turn)), call, QueueResult=result)
        assert "<Response" in answer.text
        assert "<Say" not in answer.text
    assert (line.calls()[-1].step, line.calls()[-1].turn) == ("waiting", call.turn)


@pytest.mark.parametrize("result", ["queue-full", "error", "system-error"])
def test_a_caller_whom_the_queue_does_not_keep_is_rung_back(line: Line, desk: Desk, result: str) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("工作人员都在忙")
    call = line.calls()[-1]
    answer = posts(line, path_of(line.runtime.addresses.turn(call.id, call.turn)), call, QueueResult=result)
    assert "给您回电" in answer.text
    assert (desk.waits()[-1].state, desk.waits()[-1].why) == ("leaving", "error")
    line.phone("unknown").hangs_up()


def test_a_clip_asked_for_again_says_the_same_and_no_other_call_may_ask_for_it(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("工作人员都在忙")
    call, other = line.calls()[-1], line.calls()[0]
    clip = path_of(line.runtime.addresses.wait(call.id, 3))
    assert posts(line, clip, call).text == posts(line, clip, call).text
    assert posts(line, clip, other).status_code == 403
    assert posts(line, "/voice/wait/999/0", call).status_code == 404


def test_whoever_does_not_wait_any_more_is_let_out_of_the_queue(line: Line, desk: Desk) -> None:
    caller = line.rings("unknown").hears("请按0")
    call = line.calls()[-1]
    assert "<Leave" in posts(line, path_of(line.runtime.addresses.wait(call.id, 0)), call).text
    caller.hangs_up()


def test_news_for_another_conversation_is_refused(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    call, path, conference = line.calls()[0], "/voice/meeting/1", {"ConferenceSid": "CF" + "0" * 32}
    event = {"StatusCallbackEvent": "participant-leave", "SequenceNumber": "9"}
    assert posts(line, path, call, FriendlyName="another", **conference, **event).status_code == 403
    assert posts(line, "/voice/meeting/999", call, FriendlyName="x", **conference, **event).status_code == 404
    assert posts(line, path, call, FriendlyName=desk.meetings()[0].name, **event).status_code == 400
    assert desk.meetings()[0].state == "talking"


def test_what_is_not_there_is_neither_held_nor_announced(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    call = line.calls()[0]
    assert posts(line, "/voice/hold/999/0", call).status_code == 404
    assert posts(line, "/voice/announce/999/talk", call).status_code == 404
    assert posts(line, "/voice/announce/1/weather", call).status_code == 404
    assert "有一位同事加入" in posts(line, "/voice/announce/1/talk", call).text
    assert "谢谢您" in posts(line, f"/voice/hold/{call.id}/0", call).text


def test_a_call_sent_twice_to_where_it_goes_on_hears_the_same(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    call = line.calls()[0]
    join = path_of(line.runtime.addresses.join(call.id))
    assert posts(line, join, call).text == posts(line, join, call).text
    assert "<Conference" in posts(line, join, call).text


def test_whoever_hung_up_while_our_line_broke_does_not_come_back_into_the_line(line: Line, desk: Desk) -> None:
    """The news of the end is here before the carrier asks where the call goes on."""
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    call, leg = line.calls()
    name, path = desk.meetings()[0].name, path_of(line.runtime.addresses.join(call.id))
    news = {"ConferenceSid": "CF" + "0" * 32, "FriendlyName": name, "SequenceNumber": "9"}
    posts(line, "/voice/meeting/1", leg, StatusCallbackEvent="participant-leave", **news)
    posts(line, "/voice/status", call, CallStatus="completed", SequenceNumber="9")
    assert "<Enqueue" not in posts(line, path, call).text
    assert (line.calls()[0].step, desk.waits()[0].state) == ("dropped", "abandoned")
    line.phone("lin").hangs_up()
    line.phone("chen").hangs_up()
    line.exchange.problems.clear()


def test_an_agent_who_was_put_out_because_the_caller_hung_up_dropped_nobody(line: Line, desk: Desk) -> None:
    """Whose news the carrier tells first is chance (contract 2.8)."""
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    _call, leg = line.calls()
    news = {"ConferenceSid": "CF" + "0" * 32, "FriendlyName": desk.meetings()[0].name, "SequenceNumber": "9"}
    why = "moderator_ended_conference"
    posts(line, "/voice/meeting/1", leg, StatusCallbackEvent="participant-leave", ReasonParticipantLeft=why, **news)
    line.phone("chen").hangs_up()
    assert (desk.meetings()[0].dropped, desk.waits()[0].state, line.calls()[0].step) == (False, "done", "connected")


def test_a_clip_asked_for_late_is_no_silence(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    before = desk.waits()[0].longest_gap_ms
    line.passes(minutes=10)
    call = line.calls()[0]
    posts(line, path_of(line.runtime.addresses.wait(call.id, 0)), call)
    assert desk.waits()[0].longest_gap_ms == before


def test_whoever_hangs_up_in_the_line_did_not_wait_until_we_heard_of_it(line: Line, desk: Desk) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    line.exchange.faults.order(Trouble.DROP, times=9, matching="/voice/status")
    asks_for_a_person(line, "zhao").hears("工作人员都在忙").hangs_up()
    line.passes(minutes=11)
    wait = desk.waits()[-1]
    assert wait.state == "waiting", "the news of the end was lost"
    routine.look_up_calls(line.runtime)
    line.passes(seconds=5)
    [told] = [fields for kind, fields in line.chain(wait.chain) if kind == "waited"]
    theirs = next(one for one in desk.waits() if one.id == wait.id)
    assert (theirs.state, told["kept"]) == ("abandoned", True)
    line.exchange.problems.clear()


def test_a_trouble_of_ours_is_told_in_words_to_who_waits_and_makes_the_carrier_say_its_news_again(
    line: Line, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.sits(line.cast.lin)
    talks_with(line, desk, "chen")
    asks_for_a_person(line, "unknown").hears("工作人员都在忙")
    waiting, talking, name = line.calls()[-1], line.calls()[0], desk.meetings()[0].name
    news = {"ConferenceSid": "CF" + "0" * 32, "FriendlyName": name, "SequenceNumber": "9"}
    renames(line, "waits", "gone")
    clip = posts(line, path_of(line.runtime.addresses.wait(waiting.id, 5)), waiting)
    told = posts(line, "/voice/meeting/1", talking, StatusCallbackEvent="participant-leave", **news)
    renames(line, "gone", "waits")
    caplog.clear()
    assert "请再稍等一下" in clip.text
    assert f"/voice/wait/{waiting.id}/5?again=1" in clip.text
    assert told.status_code == 503
    line.phone("unknown").hears("下一位就是您")


def renames(line: Line, table: str, to: str) -> None:
    with line.runtime.act(COMMAND) as act:
        act.session.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))

"""Who complains anonymously stays unknown to whoever reads the pages and lists, whatever else the call was about."""

from __future__ import annotations

from hotline import rows
from hotline.domain import anonymity, calls
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from tests.console.visitor import Visitor, text_of
from tests.desk import Desk
from tests.line import Line
from tests.operator import Operator

MASKED = "139****0088"


def complains_then_wants_a_person(line: Line) -> tuple[Case, Case]:
    """Chen complains anonymously and asks for a person in the same call; both cases."""
    chen = line.rings("chen", "home").hears("投诉请按3").presses("3").hears("匿名请按2").presses("2").hears("提示音后")
    chen.speaks("有人乱收费").presses("#").hears(spoken(1)).hears("还有什么").presses("0")
    chen.hears("来电的号码").presses("1").hears(spoken(2)).hangs_up()
    complaint, callback = line.cases()
    assert (complaint.anonymous, callback.anonymous) == (True, False)
    return complaint, callback


def spoken(seq: int) -> str:
    """The number of the day's case as it is said."""
    return " ".join(f"261118{seq:03d}")


def test_the_pages_do_not_lead_from_the_complaint_to_the_caller(line: Line) -> None:
    complaint, callback = complains_then_wants_a_person(line)
    supervisor = Visitor(line.app)
    assert supervisor.logs_in("hu").status_code == 302
    call = text_of(supervisor.opens("/console/calls/1"))
    assert "说了一件匿名的事" in call
    listed = text_of(supervisor.opens("/console")).rpartition("呼入")[2]  # below the calls to colleagues about it
    for secret in (MASKED, complaint.number, callback.number):
        assert secret not in call
        assert secret not in listed
    assert f"客户 {line.cast.chen.id} " not in call
    of_caller = supervisor.opens(f"/console/cases/{callback.id}").text
    assert MASKED in of_caller
    assert "/console/calls/1" not in of_caller
    assert "/console/calls/1" not in supervisor.opens(f"/console/cases/{complaint.id}").text
    assert "通话 1 " not in text_of(supervisor.opens(f"/console/cases/{callback.id}"))


def test_the_lists_for_scripts_do_not_either(line: Line) -> None:
    complains_then_wants_a_person(line)
    operator = Operator.of(line.runtime.settings)
    [call] = [one for one in operator.reads("calls list") if one["direction"] == "in"]
    assert (call["customer"], call["caller"], call["case"]) == (None, None, None)
    shown: rows.Row = operator.reads("calls show 1")
    assert (shown["customer"], shown["promises"]) == (None, [])
    assert [case["call"] for case in operator.reads("cases list")] == [None, None]


def test_neither_the_whisper_nor_the_log_names_whoever_complained(line: Line, desk: Desk) -> None:
    """CMP-10: an earlier matter of theirs would name them."""
    line.tells("cold_radiator")
    desk.sits(line.cast.lin)
    chen = line.rings("chen").hears("投诉请按5").presses("5").hears("匿名请按2").presses("2").hears("提示音后")
    chen.speaks("物业态度差").presses("#").hears("还有什么", 120).presses("1").hears("请按0").presses("0")
    agent = line.phone("lin").rings().answers().hears("一位客户，等候").hears("接听请按1")
    for secret in ("单号", "由您负责", "暖气", "投诉"):
        assert not [one.text for one in agent.heard if secret in one.text]
    agent.presses("1")
    line.passes(seconds=2)
    desk.ends(line.cast.lin)
    call = [one for one in line.calls() if one.direction == "in"][-1].chain
    assert "meeting-over" in [kind for kind, _ in line.chain(call)]
    for case in line.cases():
        assert not [kind for kind, fields in line.chain(case.chain) if "meeting" in fields]


def test_whoever_is_known_to_have_complained_when_the_agent_picks_up_is_not_named(line: Line, desk: Desk) -> None:
    """CMP-10."""
    line.tells("cold_radiator")
    desk.sits(line.cast.lin)
    line.rings("chen").hears("请按0").presses("0")
    agent = line.phone("lin").rings()
    with line.runtime.act(COMMAND) as act:
        anonymity.note(act, calls.locked(act, line.calls()[-2].id), line.case().id)
    agent.answers().hears("一位客户，").hears("接听请按1")
    for secret in ("陈", "单号", "由您负责"):
        assert not [one.text for one in agent.heard if secret in one.text]


def test_who_hangs_up_after_an_anonymous_complaint_is_not_rung_back(line: Line) -> None:
    line.tells("complaint_anonymous")
    assert not {"CMP-9.callback", "CBK-2.missed"} & set(line.promised(line.case()))
    assert not {"number", "opened"} & set(line.calls()[0].slots)

"""What else people ring for: each becomes a matter with an owner, and the caller hears what comes next."""

from __future__ import annotations

import pytest

from tests.line import Line


def test_a_complaint_by_name_is_recorded_and_rung_back(line: Line) -> None:
    line.tells("complaint")
    case = line.case()
    assert (case.kind, case.anonymous, case.customer_id) == ("complaint", False, line.cast.chen.id)
    assert line.promised(case)["CMP-9.callback"] == "open"
    assert line.told(case)["sealed_contact"] == line.cast.chen.number.e164
    assert len(line.recordings(case)) == 1


def test_an_anonymous_complaint_says_nowhere_who_complained(line: Line) -> None:
    line.tells("complaint_anonymous")
    case, call = line.case(), line.calls()[0]
    assert (case.anonymous, case.customer_id, case.call_id, case.details) == (True, None, None, {})
    entries = [fields for _kind, fields in line.chain(case.chain)]
    assert not [fields for fields in entries if fields.get("customer") or fields.get("call") == call.id]
    assert line.phone("chen").texts == []
    assert len(line.recordings(case)) == 1


def test_a_question_is_answered_soon_after(line: Line) -> None:
    line.tells("withheld")
    assert line.promised(line.cases()[0]) == {"CBK-1.answer": "open"}
    assert line.told(line.cases()[0])["sealed_contact"] == line.cast.chen.number.e164


def test_a_message_is_passed_on_and_no_number_given_out(line: Line) -> None:
    line.tells("message")
    assert line.promised(line.case()) == {"SEC-3.message": "open"}
    assert line.told(line.case())["sealed_for"] == "3号楼2单元501的陈女士"


def test_lost_property_is_told_to_the_supervisor(line: Line) -> None:
    items = ["fault", "complaint", "enquiry", "message", "lost_property", "agent"]
    line.changes(line.cast.home, flow={"items": items})
    line.tells("lost_property")
    assert line.promised(line.case()) == {"EMG-3.tell": "kept"}


def test_a_caller_with_one_open_matter_hears_how_far_it_is(line: Line) -> None:
    line.tells("cold_radiator")
    line.tells("progress")
    assert ("progress-told", {"call": line.calls()[-1].id}) in line.chain(line.case().chain)


def test_nobody_else_hears_of_a_case(line: Line) -> None:
    line.tells("cold_radiator")
    line.tells("somebody_elses_case")
    assert "progress-told" not in [kind for kind, _fields in line.chain(line.cases()[0].chain)]


def test_after_hours_the_callback_is_promised_for_after_opening(line: Line) -> None:
    line.passes(hours=9)
    line.tells("closed")
    assert line.promised(line.case()) == {"ANS-8.callback": "open"}


def test_a_number_only_keyed_in_opens_nobodys_record(line: Line) -> None:
    line.tells("cold_radiator")
    line.tells("withheld")
    call = line.calls()[-1]
    assert call.customer_id == line.cast.chen.id
    assert "address.known" not in [key for turn in line.turns(call) for key in turn.said]


@pytest.mark.parametrize(("keys", "kind"), [("3", "complaint"), ("5", "message")])
def test_a_first_matter_leaves_no_trace_in_the_second(line: Line, keys: str, kind: str) -> None:
    line.tells("gushing")
    line.passes(minutes=1)
    chen = line.rings("chen", "home").hears("请问有什么可以帮您").presses(keys)
    chen.stays_silent(60).hangs_up()
    second = line.cases()[-1]
    assert second.kind in (kind, "callback")
    assert "sealed_looks" not in second.details

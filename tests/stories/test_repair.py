"""A fault, from the first ring to the engineer's last word, as it is heard on the telephones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from hotline.domain import companies, customers, repairs
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.domain.repairs import RepairOrder
from tests.line import Line


def order_of(line: Line, case: Case) -> RepairOrder:
    with line.look() as act:
        found = repairs.of_case(act, case.id)
    assert found is not None
    return found


def kinds(line: Line, case: Case) -> list[str]:
    return [kind for kind, _fields in line.chain(case.chain)]


def test_a_cold_radiator_is_reported_and_signed_for(line: Line) -> None:
    line.tells("cold_radiator")
    case = line.case()
    assert (case.kind, case.matter, case.owner_id, case.handler_id) == (
        "fault", "heating", line.cast.lin.id, line.cast.wang.id,
    )  # fmt: skip
    assert line.promised(case) == {"FLT-2.notify": "kept", "FLT-2.sign": "kept"}
    assert order_of(line, case).engineer_id == line.cast.wang.id
    assert {"case-opened", "fault-reported", "signed"} <= set(kinds(line, case))
    assert line.calls()[0].slots["satisfaction"] == 1


def test_a_voicemail_signs_for_nothing(line: Line) -> None:
    line.tells("next_engineer")
    assert order_of(line, line.case()).engineer_id == line.cast.zhao.id
    assert line.promised(line.case())["FLT-2.sign"] == "kept"


def test_who_declines_passes_it_on_up_to_the_supervisor(line: Line) -> None:
    line.tells("all_decline")
    assert order_of(line, line.case()).engineer_id == line.cast.sun.id
    assert [one for one in kinds(line, line.case()) if one == "offer-answered"] == ["offer-answered"] * 2


def test_when_nobody_signs_the_ladder_is_told_and_the_promise_is_broken(line: Line) -> None:
    line.tells("nobody_signs")
    assert line.promised(line.case()) == {"FLT-2.notify": "kept", "FLT-2.sign": "broken"}


def test_the_engineer_tells_by_phone_how_far_the_repair_is(line: Line) -> None:
    line.tells("cold_radiator")
    line.tells("on_the_way")
    order = order_of(line, line.case())
    assert (order.stage, order.tested, order.customer_signed) == ("done", True, True)
    assert line.promised(line.case())["VIS-1.repair"] == "open"
    assert line.case().handler_id == line.cast.lin.id


def test_a_repair_finished_by_the_link_meanwhile_closes_no_other_in_its_place(line: Line) -> None:
    line.tells("cold_radiator")
    line.tells("another_fault")
    line.passes(minutes=1)
    wang = line.rings("wang").hears("先说单号2 6 1 1 1 8 0 0 1").presses("3").hears("查到了什么").speaks("换了阀芯")
    wang.hears("试过了吗").presses("1").hears("签字了吗")
    first, second = line.cases()
    with line.runtime.act(COMMAND) as act:
        companies.get(act, first.company_id)
        order = repairs.get(act, order_of(line, first).id)
        repairs.finish(act, order, by=line.cast.wang.id, found="换了阀芯", tested=True, customer_signed=True)
    wang.presses("1").hears("没有记下来").hangs_up()
    assert order_of(line, second).stage == "signed"


def test_what_the_engineer_found_is_kept_sealed(line: Line) -> None:
    line.tells("cold_radiator")
    line.tells("on_the_way")
    order = order_of(line, line.case())
    assert order.found is not None
    assert "阀芯" not in order.found


def test_a_caller_who_can_mend_it_with_our_guidance_needs_nobody(line: Line) -> None:
    line.tells("guided")
    assert line.case().state == "closed"
    assert line.promised(line.case()) == {}


def test_who_refuses_the_fee_is_sent_nobody(line: Line) -> None:
    line.tells("fee_refused")
    assert line.case().state == "closed"
    assert "fee-accepted" not in [kind for kind, _ in line.chain(line.calls()[0].chain)]


def test_a_paid_order_exists_only_after_a_recorded_yes(line: Line) -> None:
    line.tells("fee_accepted")
    assert order_of(line, line.case()).fee_yuan == 60
    assert ("fee-accepted", {"yuan": 60, "rule": "FLT-3"}) in line.chain(line.calls()[0].chain)


def test_whose_agreement_has_ended_is_told_so_and_asked_before_anybody_comes(line: Line) -> None:
    line.changes(line.cast.heat, repair={"asks_agreement": True})
    with line.runtime.act(COMMAND) as act:
        place = customers.place_with(act, line.cast.chen.id, line.cast.heat.id)
        assert place is not None
        place.agreement_ends = date(2026, 11, 17)
    line.tells("agreement_ended")
    assert order_of(line, line.case()).fee_yuan == 60


def test_gushing_water_is_an_emergency(line: Line) -> None:
    line.tells("gushing")
    case = line.case()
    assert (case.kind, case.matter) == ("emergency", "burst_pipe")
    assert line.promised(case)["EMG-2.acknowledge"] == "kept"
    told = line.told(case)
    assert (told["sealed_address"], told["sealed_looks"], told["sealed_name"]) == (
        "3号楼2单元501厨房", "水没过脚面了", "我姓陈",
    )  # fmt: skip


def test_a_fire_is_told_to_security_and_the_duty_leader_and_the_caller_hears_119(line: Line) -> None:
    line.tells("fire")
    case = line.case()
    assert (case.kind, case.matter) == ("emergency", "fire")
    assert line.promised(case) == {"EMG-1.tell": "kept", "EMG-2.acknowledge": "kept"}
    assert line.told(case)["sealed_address"] == "7号楼地下车库"


def test_a_second_call_about_the_same_fault_opens_no_second_case(line: Line) -> None:
    line.tells("cold_radiator")
    line.tells("same_fault")
    assert line.calls()[-1].case_id == line.case().id


def test_a_second_fault_is_a_second_case_told_by_its_own_number(line: Line) -> None:
    line.tells("cold_radiator")
    line.tells("another_fault")
    assert [case.number for case in line.cases()] == ["261118001", "261118002"]


@pytest.mark.parametrize("minutes", [0, 90])
def test_what_was_promised_is_judged_by_the_clock(line: Line, minutes: int) -> None:
    line.tells("cold_radiator")
    line.passes(minutes=minutes)
    assert line.promised(line.case())["FLT-2.sign"] == "kept"
    assert line.at.now >= datetime(2026, 11, 18, 2, tzinfo=UTC) + timedelta(minutes=minutes)

"""The call that tells a result: every way through it, for people and for machines that answer (FLT-5)."""

from __future__ import annotations

from hotline.domain import callbacks, calls, cases, companies, customers, promises, repairs, visits
from hotline.domain.act import COMMAND
from hotline.domain.seats import Status
from hotline.runtime import Runtime
from hotline.voice.inform import INFORM
from hotline.voice.steps import Step, leads_of
from tests import given
from tests.visiting import signs
from tests.voice.ring import Ring, Rings
from tests.voice.test_survey import walked
from tests.world import Cast

DECLARED = {(step, lead) for step, row in INFORM.items() for lead in leads_of(row)}


def told(runtime: Runtime, cast: Cast, rings: Rings, *, before: bool = False) -> tuple[Ring, int]:
    """Chen, who wants no visits, waits for a result: rung by the machine, and picks up. `before`: told meanwhile."""
    with runtime.act(COMMAND) as act:
        customers.get(act, cast.chen.id).no_calls_at = act.at
        case, order = given.fault(act, cast)
        signs(act, cast, case)
        repairs.put_off(act, order, by=cast.wang.id, why="缺阀芯")
        repairs.finish(act, order, by=cast.wang.id, found="换了阀芯", tested=True, customer_signed=True)
        callback = callbacks.of_case(act, case.id)[-1]
        company = companies.get(act, case.company_id)
        placed = calls.place(
            act, company, customer=customers.get(act, cast.chen.id), case_id=case.id, owner_id=case.owner_id,
            words_version="x", slots={"callback": callback.id}, our_number=cast.heat.number, first_step=Step.INFORM,
        )  # fmt: skip
        if before:
            promises.done(act, visits.RESULT, cases.get(act, case.id))
    ring = rings(to=cast.chen.number.e164)
    ring.now = ring.asks(f"/voice/outbound/{placed.id}")
    return ring, case.id


def verdict(runtime: Runtime, case_id: int) -> str:
    with runtime.look(COMMAND) as act:
        return {one.rule: str(one.verdict) for one in promises.of_case(act, case_id)}[visits.RESULT]


def test_whoever_presses_any_key_was_told(runtime: Runtime, cast: Cast, rings: Rings) -> None:
    ring, case_id = told(runtime, cast, rings)
    ring.hears("暖气故障已经处理好了").hears("再听一遍请按3").presses("3").hears("已经处理好了")
    assert verdict(runtime, case_id) == "kept"
    ring.presses("1").hears("谢谢您的电话")


def test_a_machine_was_told_nothing(runtime: Runtime, cast: Cast, rings: Rings) -> None:
    ring, case_id = told(runtime, cast, rings)
    for _ in range(3):
        ring.stays_silent()
    ring.hears("没有收到您的按键")
    assert verdict(runtime, case_id) == "open"


def test_every_way_that_the_table_declares_is_walked(runtime: Runtime, cast: Cast, rings: Rings) -> None:
    told(runtime, cast, rings)[0].presses("3").presses("1").hangs_up()
    silent, _case = told(runtime, cast, rings)
    for _ in range(3):
        silent.stays_silent()
    told(runtime, cast, rings, before=True)[0].hears("刚刚已经办好")
    asks, _case = told(runtime, cast, rings)
    asks.presses("0").hears("我们请工作人员给您回电话").hangs_up()
    with runtime.act(COMMAND) as act:
        given.seat(act, cast.lin, Status.FREE)
    told(runtime, cast, rings)[0].presses("0").hangs_up()
    missing = DECLARED - set(walked(runtime))
    assert not missing, "; ".join(sorted(f"{step} -> {lead}" for step, lead in missing))

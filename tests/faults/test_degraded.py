"""System trouble: the caller hears words and never silence, the number is kept, and rung back when we are well."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from hotline import spool
from hotline.db import make_engine
from hotline.domain import cases, promises
from hotline.domain.act import COMMAND
from hotline.domain.cases import Case
from hotline.jobs import routine
from hotline.runtime import Runtime
from hotline.simulator.faults import Trouble
from tests import world
from tests.line import Line
from tests.voice.ring import Ring, Rings

NOWHERE = {"sqlite": "sqlite:////nowhere/at/all.db", "postgresql": "postgresql://nobody@127.0.0.1:1/nothing"}


@contextmanager
def database_gone(runtime: Runtime) -> Iterator[None]:
    """No connection can be had."""
    engine = runtime.engine
    runtime.engine = make_engine(NOWHERE[engine.dialect.name], busy_ms=100, again_seconds=0.01)
    try:
        yield
    finally:
        runtime.engine = engine


def kept(runtime: Runtime) -> list[spool.KeptCall]:
    return [one for _path, one in spool.taken(runtime.settings.hotline_var, runtime.sealer)]


def until_degraded(ring: Ring) -> int:
    """Follow the documents as the carrier does; how often the caller was asked for a moment's patience."""
    moments = 0
    while ring.now is not None and "请再稍等一下" in ring.now.words:
        moments += 1
        assert moments < 10
        ring.answers({})
    ring.hears("系统暂时有点问题").hears("火警1 1 9，急救1 2 0，报警1 1 0")
    return moments


def the_case(runtime: Runtime) -> Case:
    with runtime.look(COMMAND) as act:
        return act.session.get_one(Case, 1)


def promised(runtime: Runtime, case: Case) -> list[str]:
    with runtime.look(COMMAND) as act:
        return [promise.rule for promise in promises.of_case(act, case.id)]


def contact(runtime: Runtime, case: Case) -> str:
    with runtime.look(COMMAND) as act:
        return cases.unseal(act, case, case.details["sealed_contact"])


def test_with_the_database_gone_the_number_is_kept_after_a_few_moments(rings: Rings, runtime: Runtime) -> None:
    with database_gone(runtime):
        ring = rings().begins()
        assert until_degraded(ring) == runtime.figures.voice.fault_retries - 1
    assert [one.number.e164 for one in kept(runtime)] == [ring.standard["From"]]


def test_a_caller_whose_number_is_withheld_can_key_one_in(rings: Rings, runtime: Runtime) -> None:
    with database_gone(runtime):
        ring = rings(from_="anonymous").begins()
        until_degraded(ring)
        assert kept(runtime) == []
        ring.hears("请输入您的联系电话").keys("13900000088").hears("号码已经记下")
    assert [one.number.e164 for one in kept(runtime)] == ["+8613900000088"]
    assert ring.now is not None
    assert ring.now.hangs_up


@pytest.mark.parametrize("keyed", ["12", ""])
def test_a_withheld_caller_whose_number_is_not_kept_is_asked_to_ring_again(
    rings: Rings, runtime: Runtime, keyed: str
) -> None:
    with database_gone(runtime):
        until_degraded(ring := rings(from_="anonymous").begins())
        ring.keys(keyed).hears("请您过一会儿再拨")
    assert ring.now is not None
    assert "号码已经记下" not in ring.now.words
    assert kept(runtime) == []


def test_a_caller_who_keys_in_nothing_is_rung_back_all_the_same(rings: Rings, runtime: Runtime) -> None:
    with database_gone(runtime):
        until_degraded(ring := rings().begins())
        ring.keys("12").hears("号码已经记下")
    assert [one.number.e164 for one in kept(runtime)] == [ring.standard["From"]]


def test_what_is_kept_on_the_disk_is_sealed(rings: Rings, runtime: Runtime) -> None:
    with database_gone(runtime):
        until_degraded(rings().begins())
    files = list((runtime.settings.hotline_var / spool.FOLDER).iterdir())
    assert len(files) == 1
    assert "3900000099" not in files[0].read_text() + files[0].name


def test_a_disk_that_takes_nothing_promises_nothing(rings: Rings, runtime: Runtime) -> None:
    (runtime.settings.hotline_var / spool.FOLDER).write_text("a file where the folder should be")
    with database_gone(runtime):
        until_degraded(ring := rings().begins())
        ring.hears("请您过一会儿再拨")
        until_degraded(withheld := rings(from_="anonymous").begins())
        withheld.keys("13900000088").hears("请您过一会儿再拨")
    for one in (ring, withheld):
        assert one.now is not None
        assert one.now.hangs_up
        assert "马上给您回电" not in one.now.words


def test_nothing_personal_is_logged_in_bad_times(
    rings: Rings, runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ring = rings(from_="+8613812345678").begins()
    with database_gone(runtime):
        ring.says("我住在幸福路18号")
        until_degraded(ring)
    redis = Redis.from_url(runtime.settings.redis)
    left = caplog.text + "".join(str(redis.dump(key)) for key in redis.scan_iter())
    redis.close()
    assert "13812345678" not in left
    assert "幸福路" not in left


def test_notices_are_refused_in_bad_times_so_that_the_carrier_brings_them_again(rings: Rings, runtime: Runtime) -> None:
    ring = rings().begins()
    with database_gone(runtime):
        assert ring.send("/voice/status", {"CallStatus": "completed"}).status_code == 503
        assert ring.send("/voice/recording/1", {"RecordingSid": "RE" + "1" * 32}).status_code == 503
    assert ring.send("/voice/status", {"CallStatus": "completed"}).status_code == 204


def test_a_passing_fault_comes_back_to_the_same_question_with_an_apology(rings: Rings, runtime: Runtime) -> None:
    ring = rings().begins().presses("2").hears("家里不热")
    with database_gone(runtime):
        ring.presses("1").hears("请再稍等一下")
    ring.answers({}).hears("让您久等了").hears("家里不热").presses("1").hears("一个房间")


def test_a_question_whose_answer_always_fails_ends_in_the_degraded_call(rings: Rings, runtime: Runtime) -> None:
    ring = rings().begins().presses("2")
    for _ in range(runtime.figures.voice.fault_retries):
        with database_gone(runtime):
            ring.stays_silent().hears("请再稍等一下")
        ring.answers({}).hears("让您久等了")
    with database_gone(runtime):
        ring.stays_silent().hears("请再稍等一下")
    ring.answers({}).hears("系统暂时有点问题")
    assert len(kept(runtime)) == 1


def test_the_fallback_resumes_once_and_then_degrades(rings: Rings, runtime: Runtime) -> None:
    ring = rings().begins().presses("2")
    error = {"ErrorCode": "11200", "ErrorUrl": "https://hotline.example.com/voice/turn/1/2"}
    ring.now = ring.asks("/voice/fallback", error)
    ring.hears("请再稍等一下").answers({}).hears("让您久等了").hears("家里不热")
    again = {"ErrorCode": "11205", "ErrorUrl": "https://hotline.example.com/voice/resume"}
    assert "系统暂时有点问题" in ring.asks("/voice/fallback", again).words


def test_every_way_back_from_a_trouble_leaves_room_for_a_retry(rings: Rings, runtime: Runtime) -> None:
    error = {"ErrorCode": "11200", "ErrorUrl": "https://hotline.example.com/voice/turn/1/2"}
    ways = [rings().asks("/voice/fallback", error).text]
    with database_gone(runtime):
        ways.append(rings().asks("/voice/inbound").text)
        ways.append(rings().asks("/voice/resume").text)
    assert [len(re.findall(r"#rc=1&amp;rp=ct,5xx&amp;rt=5000", text)) for text in ways] == [1, 1, 1]


def test_a_call_that_we_never_saw_begins_when_it_is_resumed(rings: Rings) -> None:
    assert "您好，安心热力" in rings().asks("/voice/resume").words


def test_a_colleague_hears_an_apology_and_keeps_no_number_of_ours(rings: Rings, runtime: Runtime) -> None:
    ring = rings(from_="+8613900001000", to="+8613900000003")
    ring.standard["Direction"] = "outbound-api"
    failed = {"ErrorCode": "11200", "ErrorUrl": "https://hotline.example.com/voice/resume"}
    assert ring.asks("/voice/fallback", failed).hangs_up
    assert kept(runtime) == []


def test_whoever_was_kept_is_rung_back_once_we_are_well(rings: Rings, runtime: Runtime, cast: world.Cast) -> None:
    with database_gone(runtime):
        ring = rings().begins()
        until_degraded(ring)
    for _ in range(2):
        routine.open_kept_calls(runtime)
    case = the_case(runtime)
    assert (case.kind, case.owner_id, promised(runtime, case)) == ("callback", cast.lin.id, ["ANS-10.callback"])
    assert contact(runtime, case) == ring.standard["From"]
    assert kept(runtime) == []


def test_whoever_had_told_a_matter_is_promised_the_callback_in_it(rings: Rings, runtime: Runtime) -> None:
    ring = rings().begins().presses("0").presses("1").presses("1").hears("单号是")
    with database_gone(runtime):
        ring.presses("1")
        until_degraded(ring)
        ring.keys("13900000077")
    routine.open_kept_calls(runtime)
    ring.hangs_up()
    case = the_case(runtime)
    assert promised(runtime, case) == ["ANS-3.callback", "ANS-10.callback"]
    assert contact(runtime, case) == "+8613900000077"


def test_a_number_kept_for_nobodys_line_stays_on_the_disk(rings: Rings, runtime: Runtime) -> None:
    with database_gone(runtime):
        until_degraded(rings(to="+8613900005555").begins())
    routine.open_kept_calls(runtime)
    assert len(kept(runtime)) == 1


def test_on_the_telephone_a_dropped_webhook_is_a_moment_and_then_the_same_question(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    chen = line.rings("chen").hears("报修请按2")
    line.exchange.faults.order(Trouble.FAIL, times=2, matching="/voice/turn/")
    chen.presses("2").hears("请再稍等一下").hears("让您久等了").hears("报修请按2").presses("2").hears(
        "家里不热"
    ).hangs_up()
    assert {problem.code for problem in line.exchange.problems} == {11200}
    line.exchange.problems.clear()
    caplog.clear()


def test_on_the_telephone_a_long_outage_ends_with_the_number_kept(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    line.exchange.faults.order(Trouble.FAIL, times=2, matching="/voice/inbound")
    line.exchange.faults.order(Trouble.FAIL, times=2, matching="/voice/resume")
    line.rings("chen").hears("系统暂时有点问题").hears("号码已经记下")
    line.passes(seconds=30)
    assert line.phone("chen").state == "idle"
    assert [one.number for one in kept(line.runtime)] == [line.cast.chen.number]
    line.exchange.problems.clear()
    caplog.clear()

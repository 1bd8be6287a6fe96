"""A repair that cannot be done at once, as it is heard: why, and once it is mended the result in one call (FLT-5)."""

from __future__ import annotations

from hotline.domain import customers
from hotline.domain.act import COMMAND
from tests.line import Line


def is_put_off(line: Line) -> None:
    """A cold radiator is signed for; the engineer rings and says that it cannot be mended now."""
    line.tells("cold_radiator")
    line.passes(minutes=30)
    wang = line.rings("wang").hears("现在修不好请按4").presses("4").hears("为什么现在修不好").speaks("缺一个阀芯")
    wang.hears("已经记下，辛苦了").hangs_up()
    line.phone("chen").receives("等我们有了确切结果后会尽快和您联系", 60)
    assert line.promised(line.case())["FLT-5.result"] == "open"


def is_mended(line: Line) -> None:
    """The engineer rings again: done."""
    wang = line.rings("wang").hears("已经修好请按3").presses("3").speaks("阀芯到了，换好了")
    wang.hears("试过了吗").presses("1").hears("签字了吗").presses("1").hears("已经记下").hangs_up()


def test_the_customer_is_rung_as_soon_as_it_is_mended_and_only_once(line: Line) -> None:
    is_put_off(line)
    line.passes(hours=2)
    is_mended(line)
    chen = line.phone("chen").rings(60).answers().hears("您的暖气故障已经处理，想问问您怎么样了")
    chen.presses("1").hears("修好了吗").presses("1").hears("打个分").presses("5").hears("还有什么").presses("2")
    chen.hears("谢谢您的意见")
    kept = line.promised(line.case())
    assert (kept["FLT-5.result"], kept["VIS-1.repair"]) == ("kept", "kept")
    line.phone("chen").does_not_ring(8 * 24 * 3600)


def test_whoever_wants_no_visits_is_told_in_two_sentences(line: Line) -> None:
    is_put_off(line)
    with line.runtime.act(COMMAND) as act:
        customers.get(act, line.cast.chen.id).no_calls_at = act.at
    is_mended(line)
    line.phone("chen").rings(60).goes_to_voicemail().hears("已经处理好了").hears("没有收到您的按键", 120)
    line.passes(seconds=10)
    assert line.promised(line.case())["FLT-5.result"] == "open", "a machine was told nothing"
    chen = line.phone("chen").rings(3 * 3600).answers().hears("您报修的暖气故障已经处理好了").presses("1")
    chen.hears("谢谢您的电话，再见")
    assert line.promised(line.case())["FLT-5.result"] == "kept"
    line.phone("chen").does_not_ring(24 * 3600)

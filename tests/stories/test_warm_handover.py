"""A matter is handed over within the call: until the receiver accepts, nothing changes (OWN-2)."""

from __future__ import annotations

import pytest

from hotline.errors import Refused
from hotline.simulator.phone import Phone
from tests.desk import Desk
from tests.line import Line
from tests.stories.test_line import talks_with


def asks_zhou(line: Line, desk: Desk) -> Phone:
    """Chen talks with Lin, who owns her matter and asks Zhou to take it over; Chen's telephone."""
    caller = talks_of_a_matter(line, desk)
    desk.hands_over(line.cast.lin, line.cast.zhou, line.case().id)
    return caller


def talks_of_a_matter(line: Line, desk: Desk) -> Phone:
    """Chen talks with Lin, who owns her matter; Chen's telephone."""
    line.tells("cold_radiator")
    desk.sits(line.cast.lin)
    return talks_with(line, desk, "chen")


def test_a_blind_handover_is_refused(line: Line, desk: Desk) -> None:
    """Nobody is put through to a colleague who has not accepted, nor left alone while one is rung (OWN-2)."""
    lin = line.cast.lin
    caller = asks_zhou(line, desk)
    receiver = line.phone("zhou").rings().answers().hears("接通请按1")
    for leaves in (desk.ends_at_once, desk.leaves):
        with pytest.raises(Refused, match=r"take the matter over|nobody else talks"):
            leaves(lin)
    receiver.presses("2")
    line.passes(seconds=2)
    line.phone("lin").speaks("我还在，由我负责")
    caller.hears("我还在，由我负责")
    assert line.case().owner_id == lin.id


def test_a_request_that_is_withdrawn_rings_nobody_any_more(line: Line, desk: Desk) -> None:
    lin, zhou = line.cast.lin, line.cast.zhou
    caller = talks_of_a_matter(line, desk)
    asked = desk.hands_over(lin, zhou, line.case().id)
    line.phone("zhou").rings()
    desk.withdraws(lin, asked)
    assert line.phone("zhou").state == "idle"
    assert desk.parties()[-1].state == "left"
    assert line.case().owner_id == lin.id
    desk.ends(lin)
    caller.hears("请问还有什么需要帮您")


def test_the_receiver_hears_the_matter_accepts_and_owns_it_and_the_giver_may_go(line: Line, desk: Desk) -> None:
    caller = asks_zhou(line, desk)
    receiver = line.phone("zhou").rings().answers().hears("0 0 1号要把一位客户的事交接给您，暖气故障")
    assert line.case().owner_id == line.cast.lin.id
    receiver.hears("请按1").presses("1")
    caller.hears("有一位同事加入通话")
    line.passes(seconds=5)
    assert line.case().owner_id == line.cast.zhou.id
    line.phone("lin").hangs_up()
    receiver.speaks("以后由我负责")
    caller.hears("以后由我负责").hangs_up()
    assert desk.meetings()[0].dropped is False


def test_a_receiver_who_declines_leaves_all_as_it_was(line: Line, desk: Desk) -> None:
    caller = asks_zhou(line, desk)
    line.phone("zhou").rings().answers().hears("不接请按2").presses("2").hears("再见")
    assert line.case().owner_id == line.cast.lin.id
    line.phone("lin").speaks("还是我来")
    caller.hears("还是我来")
    desk.ends(line.cast.lin)
    caller.hears("请问还有什么需要帮您")


def test_a_receiver_who_does_not_answer_leaves_all_as_it_was(line: Line, desk: Desk) -> None:
    caller = asks_zhou(line, desk)
    line.phone("zhou").rings().lets_it_ring()
    line.passes(seconds=2)
    assert line.case().owner_id == line.cast.lin.id
    desk.ends(line.cast.lin)
    caller.hears("请问还有什么需要帮您")


def test_a_receivers_voicemail_accepts_nothing(line: Line, desk: Desk) -> None:
    asks_zhou(line, desk)
    line.phone("zhou").rings().goes_to_voicemail()
    line.passes(minutes=1)
    assert line.case().owner_id == line.cast.lin.id
    assert line.phone("zhou").state == "idle"


def test_a_customer_who_hangs_up_meanwhile_ends_the_asking(line: Line, desk: Desk) -> None:
    caller = asks_zhou(line, desk)
    line.phone("zhou").rings()
    caller.hangs_up()
    line.passes(seconds=2)
    assert line.phone("zhou").state == "idle"
    assert line.case().owner_id == line.cast.lin.id

"""Several emergencies at once: nobody is rung on a line that we ourselves keep busy."""

from __future__ import annotations

from sqlalchemy import select

from hotline.domain.calls import Call, State
from hotline.domain.dispatches import Answer, Offer
from tests.line import Line


def test_emergencies_at_once_do_not_ring_each_others_people_busy(line: Line) -> None:
    for caller in ("chen", "unknown", "+8613900000097"):
        phone = line.rings(caller).hears("紧急情况")
        phone.presses("1").hears("请问是什么紧急情况").presses("3").hears("总阀门").hangs_up()
    line.passes(minutes=2)
    with line.look() as act:
        rung_busy = select(Call.id).where(Call.state == State.BUSY, Call.sid.is_not(None))
        assert list(act.session.scalars(rung_busy)) == []
        assert Answer.NO_ANSWER in set(act.session.scalars(select(Offer.answer)))


def test_a_busy_line_is_named_busy_and_the_next_is_rung(line: Line) -> None:
    line.phone("wang").habit("busy")
    phone = line.rings("chen").hears("紧急情况")
    phone.presses("1").hears("请问是什么紧急情况").presses("3").hears("总阀门").hangs_up()
    line.phone("zhao").rings(within=30)
    with line.look() as act:
        wang = select(Offer.answer).where(Offer.staff_id == line.cast.wang.id)
        assert Answer.BUSY in set(act.session.scalars(wang))

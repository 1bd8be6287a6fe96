"""The carrier's last word on a call was lost; if this broke, a caller who hung up would be forgotten (CBK-2)."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import calls, cases, companies, customers
from hotline.domain.act import CALLER, CLOCK
from hotline.jobs import work
from hotline.jobs.handlers import handlers
from hotline.jobs.routine import Rounds
from hotline.simulator.phone import Phone
from hotline.voice import endings
from tests.jobs.workshop import Workshop


def test_a_caller_who_hung_up_unheard_is_still_owed_a_callback(shop: Workshop) -> None:
    """What the worker of the command line is given: the voice room's own way with a call's end."""
    work.serve(shop.runtime, shop.carrier, handlers(endings.news))
    chen = Phone(shop.exchange, shop.cast.chen.number.e164).dial(shop.cast.heat.number)
    begun(shop, next(iter(shop.exchange.board.calls)))
    chen.stays_silent(10).hangs_up()
    shop.passes(timedelta(minutes=16))
    Rounds(shop.runtime, shop.runtime.redis).turn()
    shop.works()
    assert shop.calls()[0].state == calls.State.ENDED
    with shop.runtime.look(CLOCK) as act:
        assert [case.kind for case in cases.open_of(act, shop.cast.chen.id)] == [cases.Kind.CALLBACK]


def begun(shop: Workshop, sid: str) -> None:
    """The call came in and was answered; no news of its end reached us."""
    with shop.runtime.act(CALLER) as act:
        heat = companies.get(act, shop.cast.heat.id)
        calls.begin(
            act,
            heat,
            sid=sid,
            our_number=shop.cast.heat.number,
            customer=customers.get(act, shop.cast.chen.id),
            colleague=None,
            first_step="arrived",
            words_version="x",
        )

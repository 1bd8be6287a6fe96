"""The clock looks at the roster and draws the calls to check; who leads is told of a gap, once, in a text (PPL-1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.domain import checkpoints, rosters, staff
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.outbox import State
from hotline.domain.quality_draws import QualityDraw
from hotline.domain.staff import Duty, Shift
from hotline.jobs import people
from tests.jobs.workshop import Workshop
from tests.world import SHANGHAI


def leaves_the_desk_empty(shop: Workshop) -> None:
    """From this evening on nobody of the heating company answers calls."""
    with shop.runtime.act(COMMAND) as act:
        query = select(Shift).where(Shift.company_id == shop.cast.heat.id, Shift.duty == Duty.FRONT)
        for shift in act.session.scalars(query):
            shift.ends_at = datetime(2026, 11, 18, 22, tzinfo=SHANGHAI)


def test_who_leads_gets_one_text_about_a_gap(shop: Workshop) -> None:
    leaves_the_desk_empty(shop)
    for _ in range(2):
        people.look(shop.runtime)
    shop.works_for(timedelta(seconds=10))
    texts = [text.body for text in shop.texts(shop.cast.sun)]
    assert texts == ["座席11-18 22:00至11-19 10:00无人值班，请到工作台“值班表”安排。（安心热力）"]


def test_who_was_found_meanwhile_makes_the_text_needless(shop: Workshop) -> None:
    leaves_the_desk_empty(shop)
    people.look(shop.runtime)
    with shop.runtime.act(COMMAND) as act:
        begins, ends = (datetime(2026, 11, day, 22, tzinfo=SHANGHAI) for day in (18, 20))
        rosters.put(act, staff.get(act, shop.cast.lin.id), Duty.FRONT, begins, ends)
    shop.works()
    assert [entry.state for entry in shop.entries(rosters.TELLS)] == [State.DROPPED]
    assert shop.texts(shop.cast.sun) == []


def test_every_companys_week_is_drawn_once_the_log_was_sealed_after_it(shop: Workshop) -> None:
    shop.at.set(datetime(2026, 11, 23, 1, tzinfo=SHANGHAI))
    with shop.runtime.act(CLOCK) as act:
        checkpoints.seal_log(act, shop.runtime.settings.signing_key())
    for _ in range(2):
        people.look(shop.runtime)
    with shop.runtime.look(CLOCK) as act:
        assert sorted(act.session.scalars(select(QualityDraw.company_id))) == [shop.cast.heat.id, shop.cast.home.id]

"""The department complained of is rung at once; whoever it is passed up to has the link first, and is rung in time."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import dispatches, outbox, respondents
from hotline.domain.act import COMMAND
from hotline.domain.dispatches import Answer, Offer
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import house as house
from tests.jobs.workshop import Workshop
from tests.world import Person

MINUTE = timedelta(minutes=1)


def complaint(shop: Workshop, house: House, grade: Grade) -> Filed:
    """Filed, and what is due at once is done: the repair department is rung first of all."""
    made = filed(shop.runtime, shop.cast, department_id=house.repair, grade=grade)
    shop.works()
    return made


def asked(shop: Workshop, who: int) -> list[Offer]:
    return [made for made in shop.offers() if made.staff_id == who]


def test_the_head_of_the_department_is_rung_until_they_sign_and_nobody_in_their_place(
    shop: Workshop, house: House
) -> None:
    made = complaint(shop, house, Grade.MINOR)
    shop.phone(house.liu).rings(within=5)
    shop.phone(house.liu).receives("投诉")
    shop.works_for(3 * MINUTE)
    assert {one.staff_id for one in shop.offers()} == {house.liu.id}
    assert {one.answer for one in shop.offers()} >= {Answer.NO_ANSWER}
    shop.phone(shop.cast.sun).receives("均未签收")
    made.does(house.liu, respondents.sign)
    before = len(shop.offers())
    shop.works_for(10 * MINUTE)
    assert len(shop.offers()) == before


def test_the_manager_has_the_link_at_once_and_is_rung_when_the_hour_draws_to_its_end(
    shop: Workshop, house: House
) -> None:
    made = complaint(shop, house, Grade.IMPORTANT)
    made.does(house.liu, respondents.sign)
    assert "/sheet/" in shop.phone(shop.cast.qian).receives("请签收").texts[0].body
    shop.works_for(39 * MINUTE, step=MINUTE)
    assert [one.call_id for one in asked(shop, shop.cast.qian.id)] == [None]
    assert asked(shop, shop.cast.feng.id) == [], "who stands above is not asked yet"
    shop.works_for(2 * MINUTE)
    rung = asked(shop, shop.cast.qian.id)
    assert len(rung) > 1
    assert timedelta() <= rung[1].rung_at - made.row.filed_at - 40 * MINUTE < timedelta(seconds=5)
    made.does(shop.cast.qian, respondents.acknowledge)
    before = len(shop.offers())
    shop.works_for(10 * MINUTE)
    assert len(shop.offers()) == before


def test_whoever_declines_the_link_is_rung_all_the_same_when_it_is_time(shop: Workshop, house: House) -> None:
    made = complaint(shop, house, Grade.IMPORTANT)
    made.does(house.liu, respondents.sign)
    with made.by(shop.cast.qian) as (act, case, _person):
        dispatches.decline(act, act.session.get_one(Offer, asked(shop, shop.cast.qian.id)[0].id))
        assert case.state == "open"
    shop.works_for(30 * MINUTE, step=MINUTE)
    assert len(asked(shop, shop.cast.qian.id)) == 1
    shop.works_for(11 * MINUTE)
    assert len(asked(shop, shop.cast.qian.id)) > 1


def test_nobody_is_rung_while_a_refused_complaint_waits_to_be_put_to_another(shop: Workshop, house: House) -> None:
    made = complaint(shop, house, Grade.MINOR)
    shop.works_for(3 * MINUTE)  # rung as often as the standard says: now there is a pause
    made.does(house.liu, respondents.refuse, "it is about the bill")
    before = len(shop.offers())
    shop.works_for(3 * MINUTE)
    assert len(shop.offers()) == before
    made.is_put_to(shop.cast.lin, house.billing)
    shop.works()
    shop.phone(house.xu).rings(within=5)
    assert shop.offers()[-1].staff_id == house.xu.id


def test_a_link_of_the_department_it_was_with_before_signs_for_nothing_any_more(shop: Workshop, house: House) -> None:
    made = complaint(shop, house, Grade.MINOR)
    made.is_put_to(shop.cast.lin, house.billing)
    shop.works()
    shop.signs(0)
    assert made.row.signed_at is None
    shop.signs()
    assert made.row.signed_by_id == house.xu.id
    assert made.case.handler_id == house.xu.id


def links(shop: Workshop, person: Person) -> list[str]:
    """The secrets of the links that somebody was sent, in order."""
    return [one.body.partition("/sheet/")[2].split()[0] for one in shop.texts(person) if "/sheet/" in one.body]


def test_who_is_rung_again_and_again_is_sent_one_link_and_it_signs_for_the_last_ring(
    shop: Workshop, house: House
) -> None:
    made = complaint(shop, house, Grade.MINOR)
    shop.works_for(3 * MINUTE)
    (token,) = links(shop, house.liu)
    assert len(asked(shop, house.liu.id)) > 1
    with made.by(house.liu) as (act, _case, _liu):
        last = dispatches.by_link(act, token)
        assert last.id == asked(shop, house.liu.id)[-1].id
        dispatches.decline(act, last)


def test_a_new_link_is_sent_when_the_first_one_ran_out(shop: Workshop, house: House) -> None:
    complaint(shop, house, Grade.MINOR)
    with shop.runtime.act(COMMAND) as act:
        act.session.get_one(Offer, shop.offers()[0].id).link_ends = act.at
    shop.works_for(3 * MINUTE)
    assert len(links(shop, house.liu)) == 2


def test_a_link_that_could_not_be_sent_is_sent_with_the_next_ring(shop: Workshop, house: House) -> None:
    complaint(shop, house, Grade.MINOR)
    (sent,) = [entry for entry in shop.entries("text-link") if entry.about["offer"] == shop.offers()[0].id]
    with shop.runtime.act(COMMAND) as act:
        outbox.settle(act, act.session.get_one(outbox.OutboxEntry, sent.id), outbox.State.FAILED)
    shop.works_for(3 * MINUTE)
    assert len(links(shop, house.liu)) == 2

"""Locks are taken in one order everywhere; if this broke, a webhook would lose to a job and the caller hear a fault."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

from hotline.domain import (
    calls,
    cases,
    companies,
    customers,
    dispatches,
    joins,
    promise_looks,
    promises,
    repairs,
    respondents,
    staff,
    visits,
)
from hotline.domain.act import CALLER, CLOCK, COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.customers import Customer
from hotline.domain.dispatches import Answer
from hotline.domain.promises import Verdict
from hotline.errors import Conflict
from hotline.jobs import rings
from hotline.standard.kinds import Grade
from tests.complaining import filed
from tests.jobs.workshop import Workshop

COMES_TO_THE_LOCK_SECONDS = 0.3


def together(
    shop: Workshop, holds: Callable[[Act], object], then: Callable[[Act], object], other: Callable[[Act], object]
) -> None:
    """One act holds something and goes on; meanwhile another comes for the same. Both must end well."""
    held, ended = Event(), Event()

    def one() -> None:
        with shop.runtime.act(CALLER) as act:
            companies.get(act, shop.cast.heat.id)
            holds(act)
            held.set()
            ended.wait(COMES_TO_THE_LOCK_SECONDS)
            then(act)

    def another() -> None:
        held.wait(5)
        with shop.runtime.act(CLOCK) as act:
            companies.get(act, shop.cast.heat.id)
            other(act)
        ended.set()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(one), pool.submit(another)]:
            done.result()


def answered(shop: Workshop) -> list[str]:
    return [offer.answer for offer in shop.offers()]


def test_a_colleague_declines_while_a_job_looks_what_became_of_the_offer(shop: Workshop) -> None:
    shop.fault()
    shop.works()
    call, offer, entry = shop.calls()[0], shop.offers()[0], shop.entry("check-offer")

    def declines(act: Act) -> None:
        dispatches.answer(act, dispatches.get_offer(act, offer.id), Answer.DECLINED)

    together(
        shop,
        lambda act: calls.locked(act, call.id),
        declines,
        lambda act: rings.check_offer(shop.runtime, act, entry),
    )
    assert answered(shop) == [Answer.DECLINED]


def test_what_was_promised_is_done_while_the_clock_looks_at_it(shop: Workshop) -> None:
    case_id = shop.fault()
    with shop.runtime.look(CLOCK) as act:
        promise = next(one for one in promises.of_case(act, case_id) if one.rule == "FLT-2.sign")
    shop.at.set(promise.due_at)

    def judge(act: Act) -> None:
        act.at = promise.over_at
        promise_looks.look(act, [promise.id])

    together(
        shop,
        lambda act: cases.get(act, case_id),
        lambda act: promises.done(act, "FLT-2.sign", cases.get(act, case_id)),
        judge,
    )
    with shop.runtime.look(CLOCK) as act:
        assert next(one for one in promises.of_case(act, case_id) if one.id == promise.id).verdict == "kept"


def test_two_colleagues_sign_at_the_same_moment(shop: Workshop) -> None:
    shop.fault()
    shop.works()
    with shop.runtime.act(CLOCK) as act:
        companies.get(act, shop.cast.heat.id)
        dispatch = dispatches.get(act, shop.offers()[0].dispatch_id)
        call = act.session.merge(shop.calls()[0])
        dispatches.offer(act, dispatch, staff.get(act, shop.cast.zhao.id), call)
    wang, zhao = (offer.id for offer in shop.offers())

    def sign(act: Act, offer_id: int) -> None:
        with suppress(Conflict):
            repairs.sign(act, dispatches.get_offer(act, offer_id))

    together(
        shop, lambda act: dispatches.get_offer(act, wang), lambda act: sign(act, wang), lambda act: sign(act, zhao)
    )
    assert answered(shop) == [Answer.SIGNED, Answer.WITHDRAWN]


def test_a_repair_is_finished_on_the_sheet_while_the_caller_tells_more_on_the_telephone(shop: Workshop) -> None:
    """The sheet comes from the repair, the caller from the case: both lock the case first."""
    shop.fault()
    shop.works()
    shop.signs(0)

    def finishes(act: Act) -> None:
        repairs.finish(act, repairs.get(act, 1), by=shop.cast.wang.id, found="valve", tested=True, customer_signed=True)

    together(shop, lambda act: cases.get(act, 1), lambda act: repairs.of_case(act, 1), finishes)
    with shop.runtime.act(CLOCK) as act:
        assert repairs.get(act, 1).stage == repairs.Stage.DONE


def test_a_customer_takes_visits_again_on_the_page_while_they_refuse_them_on_the_telephone(shop: Workshop) -> None:
    """A refusal ends what is owed in all their matters, so the customer is locked before any of them."""
    case_id, chen = shop.fault(), shop.cast.chen.id
    with shop.runtime.act(COMMAND) as act:
        customers.get(act, chen).no_calls_at = act.at
    together(
        shop,
        lambda act: act.lock(Customer, chen),
        lambda act: cases.get(act, case_id),
        lambda act: visits.allow_again(act, act.session.get_one(Case, case_id), by=shop.cast.lin.id),
    )
    with shop.runtime.look(CLOCK) as act:
        assert customers.get(act, chen).no_calls_at is None


def test_a_complaint_is_signed_for_while_another_act_locks_it_after_the_joined_one(
    shop: Workshop,
) -> None:
    joined, leading = (filed(shop.runtime, shop.cast, grade=Grade.MINOR) for _ in range(2))
    with joined.by(shop.cast.lin) as (act, case, lin):
        joins.join(act, case, leading.case, by=lin, why="the same cold rooms")

    def signs(act: Act) -> None:
        respondents.sign(act, act.session.get_one(Case, leading.id), staff.get(act, shop.cast.sun.id))

    together(shop, lambda act: cases.get(act, joined.id), lambda act: cases.get(act, leading.id), signs)
    assert {one.verdicts["CMP-1.sign"] for one in (joined, leading)} == {Verdict.KEPT}

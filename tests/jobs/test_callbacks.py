"""What is to be rung at a time is woken at it, and begun though the waking was lost (CBK-3, design rule 3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from hotline.domain import callbacks, customers
from hotline.domain.act import COMMAND
from hotline.domain.calls import State
from hotline.domain.cases import Kind
from hotline.domain.outbox import OutboxEntry
from hotline.jobs import watch
from tests import given, rung
from tests.jobs.workshop import Workshop
from tests.world import SHANGHAI, number

MINUTE = timedelta(minutes=1)


def surveys(shop: Workshop, many: int) -> list[int]:
    """So many customers are to be asked how it was; the ids of their callbacks."""
    owed = []
    with shop.runtime.act(COMMAND) as act:
        for last in range(many):
            case = given.case(act, shop.cast, kind=Kind.FAULT)
            case.customer_id = customers.with_number(act, number(500 + last)).id
            made = callbacks.owe(act, case, "VIS-1.repair", style=callbacks.Style.SURVEY, from_at=act.at)
            owed.append(made.id)
    return owed


def under_way(shop: Workshop, owed: list[int]) -> list[int]:
    return [one for one in owed if any(made.ended_at is None for made in rung.tried(shop.runtime, one))]


def test_at_its_time_one_of_ours_is_rung_first(shop: Workshop) -> None:
    owed = rung.owes(shop.runtime, shop.cast)
    with shop.runtime.act(COMMAND) as act:
        callbacks.plan(act, owed, at=shop.at.now + MINUTE, by=shop.cast.lin.id)
    shop.passes(MINUTE / 2)
    rung.sits(shop.runtime, shop.cast.lin)
    shop.works()
    assert shop.phone(shop.cast.lin).state == "idle"
    shop.passes(MINUTE / 2)
    shop.works()
    shop.phone(shop.cast.lin).rings()
    assert shop.phone(shop.cast.chen).state == "idle"


def test_no_more_are_asked_at_once_than_the_platform_holds_and_the_next_begins_when_one_is_over(shop: Workshop) -> None:
    most = shop.runtime.figures.callbacks.surveys_at_once
    owed = surveys(shop, most + 2)
    shop.works()
    assert under_way(shop, owed) == owed[:most]
    rung.ends(shop.runtime, rung.tried(shop.runtime, owed[0])[0].call_id or 0, State.UNANSWERED)
    shop.works()
    assert under_way(shop, owed) == owed[1 : most + 1]


def test_what_is_due_is_begun_though_what_should_wake_it_was_lost(shop: Workshop) -> None:
    owed = rung.owes(shop.runtime, shop.cast)
    [asked] = surveys(shop, 1)
    rung.sits(shop.runtime, shop.cast.lin)
    with shop.runtime.act(COMMAND) as act:
        act.session.execute(delete(OutboxEntry))
    watch.the_desk(shop.runtime)
    assert under_way(shop, [owed, asked]) == [owed, asked]


def test_a_survey_that_waited_until_the_night_is_made_in_the_morning(shop: Workshop) -> None:
    shop.passes(datetime(2026, 11, 18, 20, 59, 50, tzinfo=SHANGHAI) - shop.at.now)
    owed = rung.owes(shop.runtime, shop.cast, "VIS-1.repair", style=callbacks.Style.SURVEY)
    rung.begins(shop.runtime)
    shop.passes(timedelta(minutes=90))
    shop.works()
    assert shop.phone(shop.cast.chen).state == "idle"
    [late] = rung.tried(shop.runtime, owed)
    assert (late.outcome, rung.found(shop.runtime, owed).attempts) == ("too-late", 0)
    shop.passes(datetime(2026, 11, 19, 8, tzinfo=SHANGHAI) - shop.at.now)
    shop.works()
    shop.phone(shop.cast.chen).rings()


def test_a_survey_that_waited_within_the_day_is_made(shop: Workshop) -> None:
    rung.owes(shop.runtime, shop.cast, "VIS-1.repair", style=callbacks.Style.SURVEY)
    rung.begins(shop.runtime)
    shop.passes(timedelta(minutes=90))
    shop.works()
    shop.phone(shop.cast.chen).rings()

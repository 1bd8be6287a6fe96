"""One routine looks at all that was promised: however many, after whatever pause, by several dispatchers at once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from hotline import clock, live
from hotline.domain import audit, cases, companies, promises
from hotline.domain.act import CLOCK, COMMAND, Actor
from hotline.domain.cases import Kind
from hotline.domain.notices import Notice
from hotline.domain.promises import Promise, Verdict
from hotline.jobs.routine import Recurring, Rounds, look_at_promises
from tests.jobs.workshop import Workshop
from tests.world import HandClock, Person

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def rounds(shop: Workshop) -> Rounds:
    return Rounds(shop.runtime, shop.runtime.redis)


def owe(shop: Workshop, rule: str, *owners: Person, each: int = 1) -> list[Promise]:
    """Each owner has so many matters, and in each of them something is promised."""
    with shop.runtime.act(COMMAND) as act:
        heat = companies.get(act, shop.cast.heat.id)
        matters = [
            cases.open(act, heat, kind=Kind.ENQUIRY, matter="heating", owner_id=owner.id)
            for owner in owners
            for _ in range(each)
        ]
        return [promises.make(act, rule, matter) for matter in matters]


def verdicts(shop: Workshop) -> Counter[str]:
    """How many promises there are of each verdict."""
    with shop.runtime.look(CLOCK) as act:
        return Counter(act.session.scalars(select(Promise.verdict)))


def test_every_second_the_clock_looks_at_what_is_due(shop: Workshop, rounds: Rounds) -> None:
    (made,) = owe(shop, "FLT-2.notify", shop.cast.lin)
    shop.at.set(made.due_at)
    rounds.turn()
    assert verdicts(shop) == {Verdict.OPEN: 1}
    shop.at.passes(SECOND)
    rounds.turn()
    assert verdicts(shop) == {Verdict.BROKEN: 1}


def test_more_than_one_act_takes_is_judged_in_one_turn(shop: Workshop) -> None:
    many = 2 * shop.runtime.figures.promises.batch + 1
    made = owe(shop, "CBK-2.missed", shop.cast.lin, each=many)
    shop.at.set(made[0].over_at)
    assert look_at_promises(shop.runtime) is False
    assert verdicts(shop) == {Verdict.BROKEN: many}


class Hurrying(HandClock):
    """A clock by which half a second goes by with every look at it."""

    def __call__(self) -> datetime:
        self.passes(SECOND / 2)
        return self.now


def test_what_is_left_when_the_time_is_over_is_left_to_the_next_turn(shop: Workshop, rounds: Rounds) -> None:
    """Between two turns the dispatcher hands out what is due: a call is not held up by ten thousand promises."""
    many = shop.runtime.figures.promises.batch + 1
    made = owe(shop, "CBK-2.missed", shop.cast.lin, each=many)
    shop.at.set(made[0].over_at)
    with clock.turned_by(Hurrying(made[0].over_at)):
        assert look_at_promises(shop.runtime) is True
    assert 0 < verdicts(shop)[Verdict.BROKEN] < many
    rounds.turn()
    assert verdicts(shop) == {Verdict.BROKEN: many}


def test_shared_work_that_has_more_to_do_goes_on_in_the_same_second_and_with_every_dispatcher(shop: Workshop) -> None:
    more = [True, True, False]
    every = shop.runtime.figures.promises.look_every
    work = [Recurring("a work", lambda _figures: every, lambda _runtime: more.pop(0), shared=True)]
    one, other = (Rounds(shop.runtime, shop.runtime.redis, work) for _ in range(2))
    assert [one.turn(), other.turn(), other.turn()] == [True, True, False]
    assert other.turn() is False, "until the next second there is nothing to do"
    more.append(False)
    shop.at.passes(SECOND)
    assert other.turn() is False
    assert more == []


def test_several_dispatchers_at_once_judge_each_promise_once(shop: Workshop) -> None:
    made = owe(shop, "CBK-1.answer", shop.cast.lin, shop.cast.zhou, each=2 * shop.runtime.figures.promises.batch)
    shop.at.set(made[0].over_at)
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(look_at_promises, shop.runtime) for _ in range(3)]:
            done.result()
    while look_at_promises(shop.runtime):
        pass
    assert verdicts(shop) == {Verdict.BROKEN: len(made)}
    with shop.runtime.look(CLOCK) as act:
        entries = [entry.kind for one in made for entry in audit.entries(act.session, f"case:{one.case_id}")]
        told = Counter(act.session.scalars(select(Notice.promise_id)))
    assert entries.count("promise-broken") == len(made)
    assert set(told.values()) == {2}, "the owner and the supervisor, each once"


def test_after_a_day_without_a_clock_each_promise_is_judged_once_and_each_person_gets_one_text(
    shop: Workshop, rounds: Rounds
) -> None:
    made = owe(shop, "SEC-3.message", shop.cast.lin, shop.cast.zhou, each=40)
    shop.at.set(made[0].due_at + DAY)
    rounds.turn()
    assert verdicts(shop) == {Verdict.BROKEN: 80}
    with shop.runtime.look(CLOCK) as act:
        assert set(act.session.scalars(select(Promise.judged_at))) == {shop.at.now}
        assert set(act.session.scalars(select(Promise.due_at))) == {made[0].due_at}
        assert set(act.session.scalars(select(Notice.text))) == {"promise-broken"}, "no warning of what is over"
    for _ in range(3):
        shop.works_for(timedelta(minutes=2), step=timedelta(seconds=30))
        rounds.turn()
    assert [len(shop.texts(who)) for who in (shop.cast.lin, shop.cast.zhou, shop.cast.sun)] == [1, 1, 1]
    assert verdicts(shop) == {Verdict.BROKEN: 80}


def test_what_is_done_late_while_the_clock_stands_still_is_judged_and_told_of_all_the_same_and_once(
    shop: Workshop, rounds: Rounds
) -> None:
    """Whoever does it late says nothing about it; the verdict is the clock's, found in their act (rule 7)."""
    made = owe(shop, "SEC-3.message", shop.cast.lin, each=6)
    shop.at.set(made[0].due_at + DAY / 2)
    for one in made[:2]:
        with shop.runtime.act(Actor("console", shop.cast.lin.id)) as act:
            promises.done(act, one.rule, cases.get(act, one.case_id))
    assert verdicts(shop) == {Verdict.LATE: 2, Verdict.OPEN: 4}
    shop.at.set(made[0].due_at + DAY)
    rounds.turn()
    assert verdicts(shop) == {Verdict.LATE: 2, Verdict.BROKEN: 4}
    with shop.runtime.look(CLOCK) as act:
        log = [entry for one in made for entry in audit.entries(act.session, f"case:{one.case_id}")]
        told = Counter((one.promise_id, one.staff_id) for one in act.session.scalars(select(Notice)))
        assert set(act.session.scalars(select(Promise.look_at))) == {None}
    assert [entry.actor for entry in log if entry.kind == "promise-broken"] == ["clock"] * 6
    assert told == {(one.id, who.id): 1 for one in made for who in (shop.cast.lin, shop.cast.sun)}
    shop.works_for(timedelta(minutes=2), step=timedelta(seconds=30))
    assert [len(shop.texts(who)) for who in (shop.cast.lin, shop.cast.sun)] == [1, 1]


def test_a_company_whose_figures_no_longer_load_stops_its_own_clock_alone_and_is_named(
    shop: Workshop, rounds: Rounds
) -> None:
    with shop.runtime.act(COMMAND) as act:
        home = companies.get(act, shop.cast.home.id)
        theirs = cases.open(act, home, kind=Kind.FAULT, matter="lift", owner_id=shop.cast.wu.id)
        promises.make(act, "FLT-2.notify", theirs)
        home.overrides = {"no_such_figure": 1}
    (made,) = owe(shop, "FLT-2.sign", shop.cast.lin)
    shop.at.set(made.over_at)
    rounds.turn()
    assert verdicts(shop) == {Verdict.BROKEN: 1, Verdict.OPEN: 1}
    assert shop.runtime.redis.hget(live.TROUBLES, "look-at-promises") == b"Invalid"
    with shop.runtime.act(COMMAND) as act:
        act.session.get_one(companies.Company, shop.cast.home.id).overrides = {}
    shop.at.passes(SECOND)
    rounds.turn()
    assert verdicts(shop) == {Verdict.BROKEN: 2}
    assert shop.runtime.redis.hget(live.TROUBLES, "look-at-promises") is None


def test_a_promise_by_a_rule_that_is_none_any_more_stops_no_clock_is_judged_told_of_and_named(
    shop: Workshop, rounds: Rounds, caplog: pytest.LogCaptureFixture
) -> None:
    gone, *others = owe(shop, "FLT-2.notify", shop.cast.lin, each=3)
    with shop.runtime.act(COMMAND) as act:
        act.session.get_one(Promise, gone.id).rule = "OLD-1.gone"
    shop.at.set(others[0].over_at)
    rounds.turn()
    assert verdicts(shop) == {Verdict.BROKEN: 3}
    assert shop.runtime.redis.hget(live.TROUBLES, "look-at-promises") == b"Invalid"
    assert "OLD-1.gone" in caplog.text
    with shop.runtime.look(CLOCK) as act:
        told = set(act.session.scalars(select(Notice.staff_id).where(Notice.promise_id == gone.id)))
    assert told == {shop.cast.lin.id, shop.cast.sun.id}, "its owner and the supervisor"
    shop.works_for(timedelta(minutes=2), step=timedelta(seconds=30))
    assert shop.texts(shop.cast.sun), "it can be told of without its rule's title"
    assert rounds.turn() is False
    assert shop.runtime.redis.hget(live.TROUBLES, "look-at-promises") is None, "named once: nothing is left to judge"


def test_an_entry_that_an_earlier_version_posted_for_a_promise_is_dropped(shop: Workshop) -> None:
    (made,) = owe(shop, "FLT-2.notify", shop.cast.lin)
    for kind in ("judge-promise", "warn-promise", "escalate-promise"):
        shop.owe(kind, promise=made.id, role="manager")
    shop.works()
    assert [shop.entry(kind).state for kind in ("judge-promise", "warn-promise", "escalate-promise")] == ["dropped"] * 3
    assert verdicts(shop) == {Verdict.OPEN: 1}

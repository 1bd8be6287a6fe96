"""ANS-1 of the agents: how soon they pick up who is offered a caller is a figure of its own, and stays what it was."""

# ruff: noqa: S608 (statements of the tests' own)

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from hotline.domain import calls, companies, desk, legs, matching, report_figures, ring_figures, verifying
from hotline.domain.act import COMMAND, Actor
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.daily_figures import AGENT, RING, Hidden, Tally
from hotline.domain.offers import OPEN, AgentOffer, Answer
from hotline.domain.promises import Verdict
from hotline.domain.verifying import What
from hotline.domain.waits import Wait
from hotline.runtime import Runtime
from hotline.web import create_app
from tests.console.visitor import logged_in, text_of
from tests.domain.waiting import SECOND, accepts, answers, its, joins, offered, sits
from tests.tampering import forging, run
from tests.test_figures_stay import added_up, changed, figure
from tests.world import ONE_FACTOR, Cast, HandClock, Person

_RUNG = ("rung", "picked_up", "missed")


def rung(runtime: Runtime, cast: Cast, n: int, who: Person | None = None) -> AgentOffer:
    """Lin's telephone (or that of `who`) is to ring for a caller."""
    sits(runtime, who or cast.lin)
    joins(runtime, cast, n)
    return offered(runtime)


def picks_up(runtime: Runtime, offer: AgentOffer) -> None:
    with runtime.act(Actor("phone", offer.staff_id)) as act:
        matching.heard(act, its(act, offer))


def rings(runtime: Runtime, offer: AgentOffer) -> None:
    """The carrier says that it rings there by now."""
    with runtime.act(COMMAND) as act:
        leg = calls.locked(act, offer.call_id or 0)
        calls.progress(act, leg, state=calls.State.RINGING, sequence=1, ended_by=None, cause=None)
        legs.picked_up(act, leg)


def hangs_up(runtime: Runtime, offer: AgentOffer) -> None:
    """The caller does."""
    with runtime.act(COMMAND) as act:
        desk.abandoned(act, desk.locked(act, offer.wait_id))


def test_it_is_judged_from_the_first_ring_by_the_limit_of_that_moment_and_stays(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    """At the heating company it is 20 s; what the carrier needs to place the call is no ring."""
    day = at.now.date()
    made = []
    rung_so = ((cast.lin, 0, 20), (cast.zhou, 0, 21), (cast.wu, 6, 20))
    for n, (who, dials, seconds) in enumerate(rung_so, 1):
        offer = rung(runtime, cast, n, who)
        at.passes(dials * SECOND)
        if dials:
            rings(runtime, offer)
        at.passes(seconds * SECOND)
        picks_up(runtime, offer)
        accepts(runtime, offer)
        made.append(offer)
    with runtime.look(COMMAND) as act:
        took = select(Call.answer_ms).where(Call.direction == "out").order_by(Call.id)
        assert act.session.scalars(took).all() == [20_000, 21_000, 20_000]
        unknown = Hidden(frozenset({99}), Call.id == act.session.get_one(Wait, made[1].wait_id).call_id)
        reader = report_figures.Reader(7, unknown)
    for later in (timedelta(0), timedelta(days=2)):  # counted from the rows, and added up
        at.passes(later)
        added_up(runtime)
        for rings_allowed in (4, 2, 9):
            with runtime.act(COMMAND) as act:
                own = {**ONE_FACTOR, "answering": {"rings": rings_allowed}}
                act.session.get_one(Company, cast.heat.id).overrides = own
            assert figure(runtime, cast, day, AGENT) == Tally(kept=2, late=1)
            assert figure(runtime, cast, day, AGENT, unknown) == Tally(kept=2), "what is hidden is not counted"
            assert figure(runtime, cast, day, RING).made == 3, "an agent's telephone is no call that came in"
    with runtime.look(COMMAND) as act:
        heat = companies.get(act, cast.heat.id)
        told = {one["staff"]: one for one in report_figures.counted(act, heat, day, day)["staff"]}
        assert {name: told[cast.zhou.id].get(name) for name in _RUNG} == {"rung": 1, "picked_up": None, "missed": 1}
        assert {name: told[cast.wu.id].get(name) for name in _RUNG} == {"rung": 1, "picked_up": 1, "missed": None}
        told = {one["staff"]: one for one in report_figures.counted(act, heat, day, day, reader)["staff"]}
        assert "rung" not in told.get(cast.zhou.id, {}), "what is hidden from the reader"
    with forging(runtime) as session:
        assert not verifying.verify(session).problems
        run(session, f"UPDATE calls SET answer_ms = 1, cause = NULL WHERE id = {made[1].call_id}")
        odd = [str(one) for one in verifying.verify(session).problems]
        assert odd == [
            f"call:{made[1].call_id}: {What.ROW}: calls {made[1].call_id} {one}" for one in ("answer_ms", "cause")
        ]


OUTCOMES = {
    Answer.NO_ANSWER: Verdict.BROKEN,
    Answer.NO_KEY: Verdict.BROKEN,
    Answer.BUSY: Verdict.BROKEN,
    Answer.DECLINED: Verdict.EXCUSED,
    Answer.WITHDRAWN: Verdict.EXCUSED,
    Answer.ACCEPTED: Verdict.KEPT,
}


def test_nobody_there_is_broken_and_declined_by_key_or_a_caller_who_is_gone_is_not_judged(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    assert {*OUTCOMES, *OPEN} == set(Answer)
    for n, what in enumerate(OUTCOMES, 1):
        offer = rung(runtime, cast, n)
        at.passes(SECOND)
        if what == Answer.ACCEPTED:
            accepts(runtime, offer)
            continue
        if what != Answer.WITHDRAWN:
            answers(runtime, offer, what)
        hangs_up(runtime, offer)
    day = at.now.date()
    judged = Tally(kept=1, broken=3, excused=2)
    assert figure(runtime, cast, day, AGENT) == judged
    with runtime.look(COMMAND) as act:
        for offer in act.session.scalars(select(AgentOffer)):
            leg = act.session.get_one(Call, offer.call_id)
            assert ring_figures.picked_up(offer, leg) == OUTCOMES[Answer(offer.answer)], offer.answer
    sun = logged_in(create_app(runtime), cast.sun)
    page = text_of(sun.opens("/console/compliance"))
    assert "ANS-1 规定铃响次数内接听：机器应答 6" in page
    assert "ANS-1.agent 规定铃响次数内接听：座席接听 6 1 0 3 2 0 25%" in page
    rows = sun.opens("/console/compliance/rows?rule=ANS-1.agent&outcome=broken")
    assert re.findall("无人接听|未按键确认|占线", text_of(rows)) == ["占线", "未按键确认", "无人接听"]
    assert len(re.findall(r'href="/console/calls/\d+"', rows.text)) == 3
    wall = text_of(sun.opens("/console/wallboard"))
    assert "今日座席及时接听 25% 4 次响铃中 1 次 请注意" in wall.replace("正常 ", "")


def test_a_telephone_that_still_rings_at_midnight_is_judged_when_it_is_answered(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    offer = rung(runtime, cast, 1)
    day = at.now.date()
    assert figure(runtime, cast, day, AGENT) == Tally(open=1)
    at.passes(timedelta(days=2))  # nobody told us how it ended
    added_up(runtime)
    assert day in changed(runtime, cast)
    answers(runtime, offer, Answer.NO_ANSWER)
    for _round in ("before the next round the rows win", "then the sums"):
        assert figure(runtime, cast, day, AGENT) == Tally(broken=1)
        hangs_up(runtime, offer)
        added_up(runtime)

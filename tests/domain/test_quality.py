"""Calls drawn for a check by a seed that nobody can foresee, and what a person decides of them (PPL-3)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from hotline.domain import (
    absences,
    anonymity,
    calls,
    checkpoints,
    looks,
    phrases,
    quality,
    quality_draws,
    staff,
    superiors,
    transcripts,
)
from hotline.domain.act import CALLER, CLOCK, COMMAND
from hotline.domain.cases import Case
from hotline.domain.quality import Decided
from hotline.domain.quality_draws import Proof, QualityCheck, QualityDraw
from hotline.domain.staff import Role, StaffRole
from hotline.domain.transcripts import Turn
from hotline.errors import Conflict, Invalid, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import given
from tests.complaining import filed
from tests.domain.test_transcripts import recorded
from tests.world import SHANGHAI, Cast, HandClock, Person

WEEK, MONDAY = date(2026, 11, 16), datetime(2026, 11, 23, 0, 5, tzinfo=SHANGHAI)
SAID = [Turn(0, 2, "agent", "请稍等。这个我不知道"), Turn(2, 4, "caller", "你有没有搞错"), Turn(4, 6, "", "随 便！")]


def ends(runtime: Runtime, cast: Cast, who: Person, number: int) -> int:
    """A call that somebody answered, and that is over."""
    with runtime.act(CALLER) as act:
        call = given.call(act, cast, sid=f"CA{number:032d}", who=cast.chen)
        calls.answered(act, call, millis=100)
        call.answered_by_id = who.id
        calls.progress(act, call, state=calls.State.ENDED, sequence=3, ended_by="them", cause=None)
        return call.id


def seals(runtime: Runtime) -> str:
    with runtime.act(CLOCK) as act:
        act.remember("house", "noted")
    with runtime.act(CLOCK) as act:
        sealed = checkpoints.seal_log(act, runtime.settings.signing_key())
        assert sealed is not None
        return sealed.hash


def draws(runtime: Runtime, cast: Cast) -> QualityDraw | None:
    with runtime.act(CLOCK) as act:
        return quality_draws.draw(act, cast.heat.id)


def drawn(runtime: Runtime) -> list[QualityCheck]:
    with runtime.look(CLOCK) as act:
        return list(act.session.scalars(select(QualityCheck).order_by(QualityCheck.id)))


@pytest.fixture
def week(runtime: Runtime, cast: Cast, at: HandClock) -> list[int]:
    """Lin had five calls in the week, Zhou one; one more of Lin's began in it and ended after. The log was sealed."""
    made = [ends(runtime, cast, cast.lin, number) for number in range(1, 6)] + [ends(runtime, cast, cast.zhou, 6)]
    seals(runtime)
    at.set(MONDAY - timedelta(minutes=10))
    late = ends(runtime, cast, cast.lin, 7)
    at.set(MONDAY)
    with runtime.act(COMMAND) as act:
        act.session.get_one(calls.Call, late).ended_at = at.now
    return made


@pytest.fixture
def check(runtime: Runtime, cast: Cast, week: list[int]) -> QualityCheck:
    """Zhou's only call was drawn, and its words are written down."""
    with runtime.act(COMMAND) as act:
        call = act.session.get_one(calls.Call, week[-1])
        transcripts.keep(act, recorded(act, call), SAID, "folder", language="zh-CN")
    seals(runtime)
    draws(runtime, cast)
    return next(one for one in drawn(runtime) if one.agent_id == cast.zhou.id)


def test_the_first_seal_after_the_week_draws_so_many_calls_of_each_agent(
    runtime: Runtime, cast: Cast, week: list[int], at: HandClock
) -> None:
    assert draws(runtime, cast) is None, "no seal came after the week yet: nobody can know what will be drawn"
    seed = seals(runtime)
    at.passes(timedelta(minutes=1))
    seals(runtime)
    made = draws(runtime, cast)
    assert made is not None
    assert (made.week, made.seed, made.among) == (WEEK, seed, 6), "the first one, however late it is drawn"
    lins = sorted(week[:5], key=lambda id_: hashlib.sha256(f"{seed}:{id_}".encode()).hexdigest())[:2]
    assert {one.call_id for one in drawn(runtime)} == {*lins, week[5]}
    assert {one.judge_id for one in drawn(runtime)} == {cast.sun.id}
    assert draws(runtime, cast) is None, "once"


def test_whoever_draws_again_finds_the_same_and_what_was_tampered_with_is_found(
    runtime: Runtime, cast: Cast, week: list[int]
) -> None:
    seals(runtime)
    made = draws(runtime, cast)
    assert made is not None
    with runtime.look(CLOCK) as act:
        assert quality_draws.proven(act, made).holds
    with runtime.act(COMMAND) as act:
        hidden = act.session.get_one(calls.Call, next(id_ for id_ in week if id_ not in {1}))
        hidden.answered_by_id = cast.wang.id
    with runtime.act(COMMAND) as act:
        assert not quality_draws.proven(act, made).among
        act.session.get_one(QualityDraw, made.id).seed = "f" * 64
    with runtime.look(CLOCK) as act:
        assert quality_draws.proven(act, act.session.get_one(QualityDraw, made.id)) == Proof(False, False, False)


def test_nobody_judges_themselves_and_who_is_not_there_is_replaced_by_the_same_seed(
    runtime: Runtime, cast: Cast, check: QualityCheck, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        staff.get(act, cast.sun.id).roles.append(StaffRole(role=Role.AGENT))
        of_suns = quality_draws.judge(act, cast.heat.id, "seed", 1, cast.sun.id)
        assert of_suns == cast.qian.id, "the next above"
        day = timedelta(days=1)
        absences.note(act, staff_id=cast.sun.id, receiver_id=cast.qian.id, starts_at=at.now, ends_at=at.now + day)
    with runtime.look(CLOCK) as act:
        assert quality.judge_of(act, quality.get(act, check.id)) == cast.qian.id


def test_nobody_is_judged_from_below_and_a_call_that_nobody_can_judge_does_not_spoil_the_proof(
    runtime: Runtime, cast: Cast, week: list[int]
) -> None:
    seals(runtime)
    with runtime.act(COMMAND) as act:
        qian, feng = staff.get(act, cast.qian.id), staff.get(act, cast.feng.id)
        qian.roles.append(StaffRole(role=Role.AGENT))
        above = quality_draws.judge(act, cast.heat.id, "seed", 1, qian.id)
        assert above is not None
        assert superiors.stands_above(act, staff.get(act, above), qian)
        feng.roles.append(StaffRole(role=Role.AGENT))
        act.session.get_one(calls.Call, week[5]).answered_by_id = feng.id
    made = draws(runtime, cast)
    assert made is not None
    assert made.unjudged == [week[5]]
    assert {one.agent_id for one in drawn(runtime)} == {cast.lin.id}
    with runtime.look(CLOCK) as act:
        assert quality_draws.proven(act, made).holds


def test_what_a_judge_opens_is_found_among_the_looks_at_the_customer(
    runtime: Runtime, cast: Cast, check: QualityCheck
) -> None:
    def opens() -> list[tuple[str, str, int, int | None]]:
        with runtime.act(COMMAND) as act:
            quality.opened(act, quality.get(act, check.id), staff.get(act, cast.sun.id))
        with runtime.look(COMMAND) as act:
            return [
                (one.kind, one.chain, one.staff_id, one.customer_id)
                for one in looks.listed(act, looks.Asked(), before=None, most=9)
            ]

    entry = ("quality-check", f"call:{check.call_id}", cast.sun.id)
    assert opens() == [(*entry, cast.chen.id)]
    with runtime.act(COMMAND) as act:
        anonymity.note(act, act.session.get_one(calls.Call, check.call_id), 1)
    assert opens() == [(*entry, None), (*entry, cast.chen.id)], "nobody is known by it (CMP-10)"


def test_nobody_judges_a_call_in_which_they_are_complained_of(
    runtime: Runtime, cast: Cast, check: QualityCheck
) -> None:
    about_sun = filed(runtime, cast, about_staff_id=cast.sun.id, grade=Grade.MINOR)
    with runtime.act(COMMAND) as act:
        act.session.get_one(Case, about_sun.id).call_id = check.call_id
    with runtime.act(COMMAND) as act:
        assert quality.judge_of(act, quality.get(act, check.id)) == cast.qian.id
        with pytest.raises(Refused):
            quality.opened(act, quality.get(act, check.id), staff.get(act, cast.sun.id))


def test_phrases_are_found_whatever_stands_between_their_characters() -> None:
    text = "好的，大声点 我听不清。大声点,我听不清！"
    assert [text[begins:ends] for begins, ends in phrases.places(text, "大声点，我听不清！")] == [
        "大声点 我听不清",
        "大声点,我听不清",
    ]
    assert phrases.places("ＡＢＣ", "abc") == [(0, 3)]
    assert phrases.places("不", "不知道") == phrases.places("都可以", "！") == []


def test_a_person_decides_every_point_and_the_score_follows(runtime: Runtime, cast: Cast, check: QualityCheck) -> None:
    with runtime.act(COMMAND) as act:
        sun = staff.get(act, cast.sun.id)
        turns = quality.opened(act, quality.get(act, check.id), sun)
        points = {one.phrase: one for one in quality.points(act, turns)}
    assert {phrase: [n for n, _place in one.found] for phrase, one in points.items() if one.found} == {
        "请稍等": [0],
        "不知道": [0],
        "随便": [2],
    }, "what the customer says is nobody's offence"
    decided = {one.name: str(one.usual or Decided.NOT_NEEDED) for one in points.values()}
    decided |= {points["不知道"].name: "said", points["随便"].name: "excused", points["请稍等"].name: "missing"}

    def settles(who: Person, how: dict[str, str]) -> int | None:
        with runtime.act(COMMAND) as act:
            return quality.settle(act, check.id, staff.get(act, who.id), how, "可以更耐心").score

    for who in (cast.zhou, cast.qian):
        with pytest.raises(Refused):
            settles(who, decided)
    for wrong in ({**decided, points["随便"].name: "missing"}, {points["随便"].name: "said"}):
        with pytest.raises(Invalid, match="every point"):
            settles(cast.sun, wrong)
    assert settles(cast.sun, decided) == 70
    with pytest.raises(Conflict):
        settles(cast.sun, decided)
    with runtime.act(COMMAND) as act:
        with pytest.raises(Refused):
            quality.answer(act, check.id, staff.get(act, cast.lin.id), "x")
        quality.answer(act, check.id, staff.get(act, cast.zhou.id), "当时线路不好")
    [kept] = [one for one in drawn(runtime) if one.id == check.id]
    assert "耐心" not in (kept.remark or "")
    assert "线路" not in (kept.answer or "")


def test_a_score_is_never_below_nothing(runtime: Runtime, cast: Cast) -> None:
    with runtime.look(CLOCK) as act:
        figures = act.under("heating", {}).people.checks
    assert quality.score(figures, [{"group": "cold", "decided": "said"}] * 9) == 0

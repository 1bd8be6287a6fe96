"""The call that asks how it was: every way through it, for old ears, bad lines, machines and people who had enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from sqlalchemy import select

from hotline.domain import audit, calls, cases, companies, customers, visits
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.companies import Company
from hotline.domain.news import Recording
from hotline.domain.seats import Status
from hotline.domain.visits import State
from hotline.runtime import Runtime
from hotline.voice.steps import Step, leads_of
from hotline.voice.survey import SURVEY
from tests import given
from tests.visiting import GOOD, Mended, mended, wants_no_calls
from tests.voice.ring import Ring, Rings
from tests.world import Cast

Asked = Callable[[], Ring]
DECLARED = {(step, lead) for step, row in SURVEY.items() for lead in leads_of(row)}
WALKS = """
1152 1151say 121say 122 15 1sss 11sss 115sss
2 9 0 10 110 1150
ss s1 s2 s9 s0
"""


@pytest.fixture
def done(runtime: Runtime, cast: Cast) -> Mended:
    """Chen's radiator is mended, and a visit is owed."""
    return mended(runtime, cast)


@pytest.fixture
def asked(done: Mended, runtime: Runtime, cast: Cast, rings: Rings) -> Asked:
    """Chen is rung by the machine, and picks up."""
    return lambda: picks_up(done.id, runtime, cast, rings)


def picks_up(case_id: int, runtime: Runtime, cast: Cast, rings: Rings) -> Ring:
    """Chen is rung about a case by the machine, and picks up."""
    with runtime.act(COMMAND) as act:
        case = cases.get(act, case_id)
        company = companies.get(act, case.company_id)
        placed = calls.place(
            act, company, customer=customers.get(act, cast.chen.id), case_id=case.id, owner_id=case.owner_id,
            words_version="x", slots={}, our_number=cast.heat.number, first_step=Step.SURVEY,
        )  # fmt: skip
    ring = rings(to=cast.chen.number.e164)
    ring.now = ring.asks(f"/voice/outbound/{placed.id}")
    return ring


def walks(ring: Ring, script: str) -> Ring:
    """Go through the call: a key, "s" silence, "say" a message after the tone."""
    for token in script.replace("say", "r"):
        if token == "s":
            ring.stays_silent()
        elif token == "r":
            ring.says("谢谢师傅")
        else:
            ring.presses(token)
    return ring


def test_every_way_that_the_survey_declares_is_walked(runtime: Runtime, cast: Cast, rings: Rings) -> None:
    for script in WALKS.split():
        if "0" in script:
            staff_the_line(runtime, cast, there=script != "0")
        walks(picks_up(mended(runtime, cast).id, runtime, cast, rings), script).hangs_up()
        forgive(runtime, cast)
    stayed = given_stay(runtime, cast)
    walks(picks_up(stayed, runtime, cast, rings), "152").hangs_up()
    picks_up(stayed, runtime, cast, rings).hears("已经回访过您了")
    missing = DECLARED - set(walked(runtime))
    assert not missing, "; ".join(sorted(f"{step} -> {lead}" for step, lead in missing))


def changed(runtime: Runtime, cast: Cast, **overrides: object) -> None:
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = overrides


def staff_the_line(runtime: Runtime, cast: Cast, *, there: bool) -> None:
    with runtime.act(COMMAND) as act:
        given.seat(act, cast.lin, Status.FREE if there else Status.OFF)


def forgive(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        customers.get(act, cast.chen.id).no_calls_at = None


def given_stay(runtime: Runtime, cast: Cast) -> int:
    """Chen was here, and a visit is owed about that."""
    with runtime.act(COMMAND) as act:
        case = given.case(act, cast)
        visits.owe(act, case, visits.VISITOR)
        return case.id


def walked(runtime: Runtime) -> Iterable[tuple[Step, Step]]:
    """Every pair of steps that followed one another, read from the log."""
    with runtime.look(COMMAND) as act:
        for call in act.session.scalars(select(Call).where(Call.direction == "out")):
            led: list[str] = []
            for entry in audit.entries(act.session, call.chain):
                if entry.kind == "call-led":
                    led = [*entry.fields["over"], entry.fields["to"]]
                    yield from pairs(led)
                    led = [] if led[0] in (Step.SURVEY, Step.INFORM) else led  # how the call began leads from no turn
                elif entry.kind == "turn":
                    yield from pairs([entry.fields["step"], *(led or [entry.fields["led_to"]])][:2])
                    led = []


def pairs(steps: list[str]) -> Iterable[tuple[Step, Step]]:
    return ((Step(one), Step(other)) for one, other in pairwise(steps))


def test_who_is_content_is_thanked_and_asked_no_more(asked: Asked, done: Mended) -> None:
    ring = asked().hears("安心热力的自动回访").hears("暖气故障").hears("方便请按1").presses("1")
    ring.hears("修好了吗").presses("1").hears("5分").presses("5").hears("还有什么").presses("2").hears("谢谢您的意见")
    ring.hangs_up()
    [visit] = done.visits
    assert (visit.state, visit.mended, visit.mark, visit.reopened) == (State.MADE, True, 5, False)


def test_whoever_hangs_up_after_the_first_answer_was_asked(asked: Asked, done: Mended) -> None:
    asked().presses("11").hangs_up()
    assert (done.visits[0].state, done.visits[0].mark) == (State.MADE, None)


def test_what_is_still_broken_is_told_when_somebody_comes_and_no_mark_is_asked_for(asked: Asked, done: Mended) -> None:
    asked().presses("12").hears("还有什么").presses("2").hears("我们马上再通知值班维修，10分钟").hears(
        "0 0 1号负责到底"
    )
    assert done.order.stage == "reported"


def test_who_is_not_content_is_told_by_when_we_ring(asked: Asked, done: Mended) -> None:
    asked().presses("1112").hears("0 0 1号负责到底，最晚11月19日")
    assert done.verdicts[-1] == ("VIS-4.reply", "open")


def test_words_instead_of_keys_are_understood(asked: Asked, done: Mended) -> None:
    ring = asked().says("方便").says("已经好了").says("四分").says("没有了").hears("谢谢您的意见")
    ring.hangs_up()
    assert (done.visits[0].mended, done.visits[0].mark) == (True, 4)


@pytest.mark.parametrize(("said", "mark"), [("非常满意", 5), ("不满意", 2), ("一般吧", 3), ("5", 5), ("二分", 2)])
def test_how_content_somebody_is_may_be_said(asked: Asked, done: Mended, said: str, mark: int) -> None:
    asked().presses("11").says(said).hangs_up()
    assert done.visits[0].mark == mark


def test_another_scale_is_asked_for_by_its_own_best(asked: Asked, done: Mended, runtime: Runtime, cast: Cast) -> None:
    changed(runtime, cast, visits={"best_mark": 9, "reopens_at": 4})
    asked().presses("11").hears("1分到9分").presses("9").hears("还有什么")
    assert (done.visits[0].mark, done.visits[0].reopened) == (9, False)


def test_star_repeats_a_question_and_counts_for_nothing(asked: Asked) -> None:
    ring = asked().presses("*").hears("自动回访").presses("1").hears("修好了吗")
    ring.presses("**").hears("修好了吗").presses("1").hears("打个分")


def test_a_refusal_is_kept(asked: Asked, done: Mended, runtime: Runtime, cast: Cast) -> None:
    asked().presses("9").hears("以后不再打回访电话给您").hangs_up()
    assert done.visits[0].state == State.REFUSED
    assert wants_no_calls(runtime, cast.chen)


def test_a_machine_presses_nothing_and_was_not_asked(asked: Asked, done: Mended) -> None:
    asked().stays_silent().stays_silent().hears("没有收到您的按键").hangs_up()
    assert done.visits[0].state == State.OWED


def test_a_machines_greeting_is_neither_an_answer_nor_a_refusal(asked: Asked, done: Mended) -> None:
    greeting = "您好，我现在无法接听电话，方便的话请留言，不想接推销"
    asked().says(greeting).says(greeting).hears("没有收到您的按键").hangs_up()
    assert done.visits[0].state == State.OWED


def test_a_company_may_leave_no_message(asked: Asked, runtime: Runtime, cast: Cast) -> None:
    changed(runtime, cast, callbacks={"leaves_message": False})
    ring = asked().stays_silent().stays_silent().hears("再见")
    assert ring.now is not None
    assert "另找时间" not in ring.now.words


def test_whoever_pressed_nothing_is_asked_once_more_in_few_words(asked: Asked) -> None:
    ring = asked().stays_silent().hears("方便请按1，找工作人员请按0")
    assert ring.now is not None
    assert "暖气故障" not in ring.now.words
    ring.presses("1").hears("修好了吗")


def test_not_now_leaves_the_visit_owed(asked: Asked, done: Mended) -> None:
    asked().presses("2").hears("我们再给您回电").hangs_up()
    assert done.visits[0].state == State.OWED


def test_a_person_is_had_at_any_question(asked: Asked, runtime: Runtime, cast: Cast) -> None:
    staff_the_line(runtime, cast, there=True)
    for before in ("", "1", "11", "115"):
        assert "<Enqueue" in walks(asked(), before).presses("0").now.text  # type: ignore[union-attr]
        forgive(runtime, cast)
        with runtime.act(COMMAND) as act:
            for visit in act.session.scalars(select(visits.Visit)):
                visit.state = State.OWED


def test_where_nobody_serves_one_of_ours_rings_instead(asked: Asked, done: Mended) -> None:
    asked().presses("0").hears("请工作人员给您回电话").hangs_up()
    assert done.visits[0].state == State.OWED
    assert done.verdicts[-1] == ("ANS-8.callback", "open")


def test_what_they_record_belongs_to_the_matter(asked: Asked, done: Mended, runtime: Runtime) -> None:
    asked().presses("1151").says("谢谢师傅").hears("谢谢您的意见")
    with runtime.look(COMMAND) as act:
        assert list(act.session.scalars(select(Recording.case_id))) == [done.id]


def test_whom_one_of_ours_asked_meanwhile_the_machine_does_not_ask(asked: Asked, done: Mended, cast: Cast) -> None:
    done.records(cast.lin, GOOD)
    asked().hears("已经回访过您了").hangs_up()


def test_who_hears_badly_is_asked_slowly(asked: Asked, runtime: Runtime, cast: Cast) -> None:
    ring = asked().says("听不清").hears("自动回访")
    assert ring.now is not None
    assert "prosody" in ring.now.text

"""A matter is handed to somebody who accepts it; until then, and without an answer, the giver owns it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import audit, cases, companies, handovers, ladder, promises
from hotline.domain.act import CLOCK, COMMAND, Act
from hotline.domain.cases import Case
from hotline.domain.handovers import Handover, State, Why
from hotline.domain.outbox import OutboxEntry
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.runtime import Runtime
from tests import given
from tests.deciding import by
from tests.domain.departures import case as case
from tests.domain.departures import owner
from tests.line import Line
from tests.line import line as line
from tests.world import Cast, HandClock, Person

NO = "already has twelve open matters"


def hand_over(runtime: Runtime, case_id: int, giver: Person, receiver: Person) -> Handover:
    with runtime.act(by(giver)) as act:
        case = cases.get(act, case_id)
        companies.get(act, case.company_id)
        return handovers.ask(act, case, giver_id=giver.id, receiver_id=receiver.id, reason="knows the boiler")


def answer(runtime: Runtime, request: Handover, who: Person, *, accept: bool) -> None:
    with runtime.act(by(who)) as act:
        handovers.answer(act, request.id, by=who.id, accept=accept, refusal=None if accept else NO)


def test_until_a_handover_is_accepted_the_giver_owns_the_case(runtime: Runtime, cast: Cast, case: Case) -> None:
    request = hand_over(runtime, case.id, cast.lin, cast.zhou)
    assert owner(runtime, case.id) == cast.lin.id
    answer(runtime, request, cast.zhou, accept=True)
    assert owner(runtime, case.id) == cast.zhou.id
    with runtime.look(COMMAND) as act:
        kept = cases.get(act, case.id)
        assert (kept.first_owner_id, kept.handler_id) == (cast.lin.id, cast.zhou.id)
        kinds = [entry.kind for entry in audit.entries(act.session, kept.chain)]
        assert kinds == ["case-opened", "handover-asked", "promise-made", "promise-done", "handover-accepted"]


def test_a_declined_handover_changes_nothing(runtime: Runtime, cast: Cast, case: Case) -> None:
    answer(runtime, hand_over(runtime, case.id, cast.lin, cast.zhou), cast.zhou, accept=False)
    assert owner(runtime, case.id) == cast.lin.id


def test_an_unanswered_handover_returns_by_itself(runtime: Runtime, cast: Cast, case: Case, at: HandClock) -> None:
    request = hand_over(runtime, case.id, cast.lin, cast.zhou)
    for minutes, state in ((10, "asked"), (1, "returned")):
        at.passes(timedelta(minutes=minutes))
        with runtime.act(CLOCK) as act:
            companies.get(act, cast.heat.id)
            handovers.give_back(act, request.id)
        with runtime.look(CLOCK) as act:
            assert act.session.get_one(Handover, request.id).state == state
    with pytest.raises(Conflict):
        answer(runtime, request, cast.zhou, accept=True)
    assert owner(runtime, case.id) == cast.lin.id


def test_who_declined_is_not_asked_again_but_the_supervisor(runtime: Runtime, cast: Cast, case: Case) -> None:
    answer(runtime, hand_over(runtime, case.id, cast.lin, cast.zhou), cast.zhou, accept=False)
    again = hand_over(runtime, case.id, cast.lin, cast.zhou)
    assert (again.receiver_id, again.bounced) == (cast.sun.id, True)


def test_a_superior_who_declined_is_not_asked_again_either(runtime: Runtime, cast: Cast, case: Case) -> None:
    for asked in (cast.sun, cast.qian):
        request = hand_over(runtime, case.id, cast.lin, cast.sun)
        assert request.receiver_id == asked.id
        answer(runtime, request, asked, accept=False)
    answer(runtime, hand_over(runtime, case.id, cast.lin, cast.qian), cast.feng, accept=False)
    with pytest.raises(NotFound, match="nobody stands above you"):
        hand_over(runtime, case.id, cast.lin, cast.sun)


def verdicts(runtime: Runtime, case_id: int) -> list[str]:
    with runtime.look(COMMAND) as act:
        return [promise.verdict for promise in promises.of_case(act, case_id) if promise.rule == "OWN-2.answer"]


def test_whoever_is_asked_is_promised_to_answer_in_time(
    runtime: Runtime, cast: Cast, case: Case, at: HandClock
) -> None:
    first = hand_over(runtime, case.id, cast.lin, cast.zhou)
    assert verdicts(runtime, case.id) == ["open"]
    at.passes(timedelta(minutes=10, seconds=1))
    with runtime.act(CLOCK) as act:
        companies.get(act, cast.heat.id)
        handovers.give_back(act, first.id)
    assert verdicts(runtime, case.id) == ["late"]
    with runtime.look(COMMAND) as act:
        kinds = [entry.kind for entry in audit.entries(act.session, case.chain)]
        assert kinds[-3:] == ["promise-broken", "promise-done", "handover-returned"]
    answer(runtime, hand_over(runtime, case.id, cast.lin, cast.sun), cast.sun, accept=False)
    assert verdicts(runtime, case.id) == ["late", "kept"]


def test_whoever_is_asked_to_take_a_case_over_is_told_by_text(line: Line, cast: Cast) -> None:
    with line.runtime.act(by(cast.lin)) as act:
        case = given.case(act, cast)
    hand_over(line.runtime, case.id, cast.lin, cast.zhou)
    (text,) = line.phone("zhou").receives("请您接手此事").texts
    assert "林晓请您接手此事，请11月18日10:10前答复" in text.body


def test_a_chain_of_handovers_past_the_limit_goes_up_level_by_level(runtime: Runtime, cast: Cast, case: Case) -> None:
    for giver, receiver in ((cast.lin, cast.zhou), (cast.zhou, cast.lin)):
        answer(runtime, hand_over(runtime, case.id, giver, receiver), receiver, accept=True)
    for giver, above in ((cast.lin, cast.sun), (cast.sun, cast.qian), (cast.qian, cast.feng)):
        request = hand_over(runtime, case.id, giver, cast.zhou)
        assert request.receiver_id == above.id
        answer(runtime, request, above, accept=True)
    with pytest.raises(NotFound, match="nobody stands above you"):
        hand_over(runtime, case.id, cast.feng, cast.zhou)
    assert owner(runtime, case.id) == cast.feng.id


def test_only_the_owner_hands_over_and_only_the_asked_one_answers(runtime: Runtime, cast: Cast, case: Case) -> None:
    with pytest.raises(Refused):
        hand_over(runtime, case.id, cast.zhou, cast.sun)
    with pytest.raises(Refused):
        hand_over(runtime, case.id, cast.lin, cast.lin)
    request = hand_over(runtime, case.id, cast.lin, cast.zhou)
    with pytest.raises(Conflict):
        hand_over(runtime, case.id, cast.lin, cast.sun)
    with pytest.raises(NotFound):
        answer(runtime, request, cast.sun, accept=True)
    answer(runtime, request, cast.zhou, accept=True)
    with pytest.raises(Conflict):
        answer(runtime, request, cast.zhou, accept=False)


def test_nothing_is_handed_to_who_left_nor_after_the_end(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(COMMAND) as act:
        given.person(act, cast.zhou).active = False
    with pytest.raises(Refused):
        hand_over(runtime, case.id, cast.lin, cast.zhou)
    with runtime.act(by(cast.lin)) as act:
        cases.mark_closed(act, cases.get(act, case.id), by=cast.lin.id, outcome="told on the telephone")
    with pytest.raises(Conflict):
        hand_over(runtime, case.id, cast.lin, cast.sun)


def test_what_is_still_promised_is_the_new_owners_to_keep(runtime: Runtime, cast: Cast, case: Case) -> None:
    with runtime.act(by(cast.lin)) as act:
        companies.get(act, cast.heat.id)
        promises.make(act, "CBK-1.answer", cases.get(act, case.id))
    answer(runtime, hand_over(runtime, case.id, cast.lin, cast.zhou), cast.zhou, accept=True)
    with runtime.look(COMMAND) as act:
        owners = {promise.rule: promise.owner_id for promise in promises.of_case(act, case.id)}
    assert owners["CBK-1.answer"] == cast.zhou.id


def test_the_return_is_owed_from_the_first_moment_and_done_when_it_is_due(line: Line, cast: Cast) -> None:
    with line.runtime.act(by(cast.lin)) as act:
        case = given.case(act, cast)
    request = hand_over(line.runtime, case.id, cast.lin, cast.zhou)
    line.passes(minutes=9)
    with line.look() as act:
        assert act.session.scalar(select(OutboxEntry.state).where(OutboxEntry.kind == "return-handover")) == "due"
    line.passes(minutes=2)
    with line.look() as act:
        assert act.session.get_one(Handover, request.id).state == "returned"


def test_what_people_write_is_sealed_with_the_matter(runtime: Runtime, cast: Cast, case: Case) -> None:
    request = hand_over(runtime, case.id, cast.lin, cast.zhou)
    answer(runtime, request, cast.zhou, accept=False)
    with runtime.look(COMMAND) as act:
        kept, matter = act.session.get_one(Handover, request.id), cases.get(act, case.id)
        assert kept.refusal is not None
        assert [cases.unseal(act, matter, sealed) for sealed in (kept.reason, kept.refusal)] == ["knows the boiler", NO]
        told = str([entry.fields for entry in audit.entries(act.session, case.chain)])
        assert "boiler" not in told
        assert NO not in told


def test_who_declines_says_why_and_by_key_that_it_was_by_key(runtime: Runtime, cast: Cast, case: Case) -> None:
    request = hand_over(runtime, case.id, cast.lin, cast.zhou)
    with pytest.raises(Invalid, match="say why"), runtime.act(by(cast.zhou)) as act:
        handovers.answer(act, request.id, by=cast.zhou.id, accept=False, refusal="  ")
    with runtime.act(by(cast.zhou)) as act:
        handovers.answer(act, request.id, by=cast.zhou.id, accept=False)
        assert cases.unseal(act, cases.get(act, case.id), request_of(act, request).refusal or "") == handovers.BY_KEY
    with runtime.act(by(cast.lin)) as act:
        companies.get(act, cast.heat.id)
        matter = cases.get(act, case.id)
        with pytest.raises(Invalid, match="say why"):
            handovers.ask(act, matter, giver_id=cast.lin.id, receiver_id=cast.sun.id, reason=" ")


def request_of(act: Act, request: Handover) -> Handover:
    return act.session.get_one(Handover, request.id)


def test_in_a_call_a_colleague_who_does_not_answer_leaves_everything_as_it_was(line: Line, cast: Cast) -> None:
    with line.runtime.act(by(cast.lin)) as act:
        case = given.case(act, cast)
        request = handovers.ask(
            act, case, giver_id=cast.lin.id, receiver_id=cast.zhou.id, reason="knows the boiler", why=Why.LIVE
        )
    line.passes(seconds=1)
    assert line.phone("zhou").texts == [], "whoever is rung needs no text"
    for _ in range(2):  # the news of the end may come twice
        with line.runtime.act(CLOCK) as act:
            handovers.unanswered(act, request.id)
    with line.look() as act:
        assert request_of(act, request).state == State.RETURNED
    assert owner(line.runtime, case.id) == cast.lin.id
    line.passes(minutes=11)
    assert line.promised(case) == {"OWN-2.answer": "kept"}


def test_who_asked_may_keep_the_case_after_all_until_it_is_answered(runtime: Runtime, cast: Cast, case: Case) -> None:
    request = hand_over(runtime, case.id, cast.lin, cast.zhou)
    with pytest.raises(NotFound), runtime.act(by(cast.sun)) as act:
        handovers.withdraw(act, request.id, by=cast.sun.id)
    with runtime.act(by(cast.lin)) as act:
        handovers.withdraw(act, request.id, by=cast.lin.id)
    with pytest.raises(Conflict), runtime.act(by(cast.lin)) as act:
        handovers.withdraw(act, request.id, by=cast.lin.id)
    with pytest.raises(Conflict):
        answer(runtime, request, cast.zhou, accept=True)
    assert owner(runtime, case.id) == cast.lin.id
    assert verdicts(runtime, case.id) == ["kept"]


def test_what_was_raised_does_not_count_as_bouncing(runtime: Runtime, cast: Cast, case: Case) -> None:
    """Twice up the ladder, and the manager may still hand it to whoever can do it."""
    for giver, above in ((cast.lin, cast.sun), (cast.sun, cast.qian)):
        with runtime.act(by(giver)) as act:
            request = ladder.raise_matter(act, cases.get(act, case.id), by=giver.id, tried="all")
        answer(runtime, request, above, accept=True)
    assert hand_over(runtime, case.id, cast.qian, cast.zhou).receiver_id == cast.zhou.id


def test_the_customer_is_told_by_text_after_each_change_of_owner(line: Line, cast: Cast) -> None:
    with line.runtime.act(by(cast.lin)) as act:
        case = given.case(act, cast)
    for giver, receiver in ((cast.lin, cast.zhou), (cast.zhou, cast.lin)):
        answer(line.runtime, hand_over(line.runtime, case.id, giver, receiver), receiver, accept=True)
        line.passes(seconds=30)
    told = [text.body for text in line.phone("chen").texts]
    assert ["周静" in told[0], "林晓" in told[1], len(told)] == [True, True, 2]

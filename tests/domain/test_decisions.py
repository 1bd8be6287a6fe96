"""More time is asked by one and approved by a higher person, before the deadline or not at all (CMP-5)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from hotline.domain import absences, audit, cases, decisions, promise_looks, promises, verifying
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Case
from hotline.domain.decisions import Decision, State
from hotline.domain.notices import Notice
from hotline.domain.outbox import OutboxEntry
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.jobs import routine
from hotline.runtime import Runtime
from tests import deciding, given
from tests.deciding import ANSWER, SETTLE, WHY, asks_time, by, decides, due, state, verdicts, waits_for
from tests.line import Line
from tests.line import line as line
from tests.world import Cast, HandClock

THREE_DAYS = timedelta(days=3)


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    """A minor complaint of Chen's that Lin took: to be dealt with in two days, more time is the manager's to allow."""
    return deciding.complaint(runtime, cast)


def told(runtime: Runtime, text: str) -> set[int]:
    with runtime.look(COMMAND) as act:
        return set(act.session.scalars(select(Notice.staff_id).where(Notice.text == text)))


def test_more_time_that_is_approved_before_the_deadline_makes_the_promise_anew(
    runtime: Runtime, cast: Cast, case_id: int
) -> None:
    until = due(runtime, case_id) + THREE_DAYS
    asked = asks_time(runtime, cast.lin, case_id, until)
    assert told(runtime, "extension-asked") == {cast.qian.id}
    assert verdicts(runtime, case_id, SETTLE) == ["open"]
    decides(runtime, cast.qian, asked)
    assert verdicts(runtime, case_id, SETTLE) == ["excused", "open"]
    assert due(runtime, case_id) == until
    assert told(runtime, "decision-made") == {cast.lin.id}


def test_more_time_that_is_not_approved_changes_nothing(runtime: Runtime, cast: Cast, case_id: int) -> None:
    before = due(runtime, case_id)
    asked = asks_time(runtime, cast.lin, case_id, before + THREE_DAYS)
    decides(runtime, cast.qian, asked, approve=False)
    assert (verdicts(runtime, case_id, SETTLE), due(runtime, case_id)) == (["open"], before)
    assert state(runtime, asked) == State.REFUSED
    assert told(runtime, "decision-made") == {cast.lin.id}


def test_the_extended_promise_is_judged_at_its_new_deadline(
    runtime: Runtime, cast: Cast, case_id: int, at: HandClock
) -> None:
    first = due(runtime, case_id)
    decides(runtime, cast.qian, asks_time(runtime, cast.lin, case_id, first + THREE_DAYS))
    for moment, then in ((first, ["excused", "open"]), (first + THREE_DAYS, ["excused", "broken"])):
        at.set(moment + timedelta(seconds=1))
        with runtime.act(CLOCK) as act:
            promise_looks.look(act, [one.id for one in promises.of_case(act, case_id)])
        assert verdicts(runtime, case_id, SETTLE) == then


def test_who_asks_and_who_decides_says_why_and_it_is_sealed(runtime: Runtime, cast: Cast, case_id: int) -> None:
    until = due(runtime, case_id) + THREE_DAYS
    with pytest.raises(Invalid, match="say why"):
        asks_time(runtime, cast.lin, case_id, until, why=" ")
    asked = asks_time(runtime, cast.lin, case_id, until)
    with pytest.raises(Invalid, match="say why"):
        decides(runtime, cast.qian, asked, answer=" ")
    decides(runtime, cast.qian, asked)
    with runtime.look(COMMAND) as act:
        kept, case = act.session.get_one(Decision, asked), act.session.get_one(Case, case_id)
        assert [cases.unseal(act, case, str(one)) for one in (kept.reason, kept.answer)] == [WHY, ANSWER]
        entries = audit.entries(act.session, case.chain)
        assert {"decision-asked", "decision-approved", "promise-excused"} <= {entry.kind for entry in entries}
        assert "Tianjin" not in str([entry.fields for entry in entries])
        assert "supplier" not in str([entry.fields for entry in entries])


@pytest.mark.parametrize("longer", [timedelta(0), timedelta(days=-1), timedelta(days=31)])
def test_more_time_ends_after_the_deadline_and_not_absurdly_late(
    runtime: Runtime, cast: Cast, case_id: int, longer: timedelta
) -> None:
    with pytest.raises(Invalid, match="not later than the deadline, or too far away"):
        asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + longer)


def test_time_is_given_again_and_again_only_up_to_the_end_that_the_first_deadline_sets(
    runtime: Runtime, cast: Cast, case_id: int
) -> None:
    first = due(runtime, case_id)
    decides(runtime, cast.qian, asks_time(runtime, cast.lin, case_id, first + timedelta(days=20)))
    with pytest.raises(Invalid, match="too far away"):
        asks_time(runtime, cast.lin, case_id, first + timedelta(days=31))
    decides(runtime, cast.qian, asks_time(runtime, cast.lin, case_id, first + timedelta(days=30)))
    assert due(runtime, case_id) == first + timedelta(days=30)


def test_what_nobody_may_extend_is_kept_or_seen_to_be_broken(runtime: Runtime, cast: Cast, case_id: int) -> None:
    with pytest.raises(Refused, match=r"nobody may allow more time for CMP-1\.sign"):
        asks_time(runtime, cast.lin, case_id, due(runtime, case_id), rule="CMP-1.sign")


def test_a_promise_of_another_case_is_not_extended_through_this_one(runtime: Runtime, cast: Cast, case_id: int) -> None:
    other = deciding.complaint(runtime, cast)
    with runtime.act(by(cast.lin)) as act:
        case, foreign = deciding.locked(act, case_id), deciding.promised(act, other, SETTLE)
        until, lin = foreign.due_at + THREE_DAYS, given.person(act, cast.lin)
        with pytest.raises(Invalid, match="of this case"):
            decisions.ask(act, case, decisions.What.EXTENSION, by=lin, reason=WHY, wanted=until, promise=foreign)


def test_the_same_is_asked_once_until_it_is_decided(runtime: Runtime, cast: Cast, case_id: int) -> None:
    until = due(runtime, case_id) + THREE_DAYS
    asked = asks_time(runtime, cast.lin, case_id, until)
    with pytest.raises(Conflict, match="asked already"):
        asks_time(runtime, cast.sun, case_id, until)
    decides(runtime, cast.qian, asked, approve=False)
    assert asks_time(runtime, cast.sun, case_id, until) > asked


def test_it_waits_for_whoever_may_decide_and_for_nobody_else(runtime: Runtime, cast: Cast, case_id: int) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS)
    everybody = (cast.lin, cast.zhou, cast.sun, cast.qian, cast.feng, cast.tang, cast.bai, cast.hu)
    assert [one.login for one in everybody if waits_for(runtime, one) == [asked]] == ["qian", "feng"]
    for who in (cast.sun, cast.hu, cast.zhou, cast.tang):
        with pytest.raises(Refused, match="manager or somebody above"):
            decides(runtime, who, asked)
    decides(runtime, cast.feng, asked)
    assert waits_for(runtime, cast.qian) == []


def test_while_the_manager_is_away_whoever_stands_above_is_told(runtime: Runtime, cast: Cast, case_id: int) -> None:
    with runtime.act(COMMAND) as act:
        ends_at = act.at + THREE_DAYS
        absences.note(act, staff_id=cast.qian.id, receiver_id=cast.feng.id, starts_at=act.at, ends_at=ends_at)
    asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS)
    assert told(runtime, "extension-asked") == {cast.feng.id}


def test_what_waits_is_counted_on_every_page_in_as_many_queries_for_one_as_for_many(
    runtime: Runtime, cast: Cast
) -> None:
    asked: list[int] = []

    def counts(*_: object) -> None:
        asked[-1] += 1

    for waiting in (1, 4):
        case_id = deciding.complaint(runtime, cast)
        asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS)
        for _ in range(waiting - 1):
            other = deciding.complaint(runtime, cast)
            asks_time(runtime, cast.sun, other, due(runtime, other) + THREE_DAYS)
        asked.append(0)
        event.listen(runtime.engine, "after_cursor_execute", counts)
        waits_for(runtime, cast.qian)
        event.remove(runtime.engine, "after_cursor_execute", counts)
    assert asked[0] == asked[1] > 0


def test_what_is_decided_is_decided_once(runtime: Runtime, cast: Cast, case_id: int) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS)
    decides(runtime, cast.qian, asked, approve=False)
    with pytest.raises(Conflict, match="decided already"):
        decides(runtime, cast.feng, asked)
    assert verdicts(runtime, case_id, SETTLE) == ["open"]


def test_who_asked_may_withdraw_until_it_is_decided(runtime: Runtime, cast: Cast, case_id: int) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS)
    with runtime.act(by(cast.sun)) as act, pytest.raises(NotFound):
        decisions.withdraw(act, decisions.get(act, asked), by=given.person(act, cast.sun))
    with runtime.act(by(cast.lin)) as act:
        decisions.withdraw(act, decisions.get(act, asked), by=given.person(act, cast.lin))
    assert state(runtime, asked) == State.WITHDRAWN
    with pytest.raises(Conflict):
        decides(runtime, cast.qian, asked)
    with runtime.act(by(cast.lin)) as act, pytest.raises(Conflict):
        decisions.withdraw(act, decisions.get(act, asked), by=given.person(act, cast.lin))


def test_a_request_that_is_not_there_is_not_found(runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act, pytest.raises(NotFound):
        decisions.get(act, 1)


def test_what_nobody_decides_in_time_lapses_and_who_asked_knows(
    runtime: Runtime, cast: Cast, case_id: int, at: HandClock
) -> None:
    until = due(runtime, case_id)
    asked = asks_time(runtime, cast.lin, case_id, until + THREE_DAYS)
    for moment, then in ((until, State.ASKED), (until + timedelta(seconds=1), State.LAPSED)):
        at.set(moment)
        routine.lapse_requests(runtime)
        assert state(runtime, asked) == then
    assert told(runtime, "decision-lapsed") == {cast.lin.id}


def test_what_was_done_meanwhile_needs_no_time_any_more(runtime: Runtime, cast: Cast, case_id: int) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS)
    with runtime.act(COMMAND) as act:
        promises.done(act, SETTLE, deciding.locked(act, case_id))
    with pytest.raises(Conflict, match="settled"):
        decides(runtime, cast.qian, asked)
    with runtime.act(CLOCK) as act:
        assert decisions.overdue(act, most=9) == [asked]
        decisions.lapse(act, asked)
    with runtime.act(CLOCK) as act:
        assert decisions.overdue(act, most=9) == []
    assert state(runtime, asked) == State.LAPSED


def test_what_was_found_overdue_and_is_in_time_after_all_goes_on_waiting(
    runtime: Runtime, cast: Cast, case_id: int
) -> None:
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS)
    with runtime.act(CLOCK) as act:
        decisions.lapse(act, asked)
    assert state(runtime, asked) == State.ASKED


def test_the_customer_hears_that_it_takes_longer_until_when_and_from_whom(line: Line, cast: Cast) -> None:
    case_id = deciding.complaint(line.runtime, cast)
    asked = asks_time(line.runtime, cast.lin, case_id, due(line.runtime, case_id) + THREE_DAYS)
    decides(line.runtime, cast.qian, asked)
    (text,) = line.phone("chen").receives("更长时间").texts[1:]
    assert "11月23日10:00前完成，由林晓负责到底" in text.body


def test_who_cannot_be_reached_is_told_nothing(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, anonymous=True)
    decides(runtime, cast.qian, asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS))
    with runtime.look(COMMAND) as act:
        told = act.session.scalars(select(OutboxEntry).where(OutboxEntry.kind == "send-text")).all()
    assert [entry.about["text"] for entry in told if entry.about["to"] == "customer"] == []


def test_at_night_a_request_whose_deadline_comes_before_the_morning_is_told_at_once(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    at.set(at.now.replace(hour=23))
    case_id = deciding.complaint(runtime, cast)
    at.passes(timedelta(days=1, hours=23))  # 22:00, an hour before it falls due
    asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + THREE_DAYS)
    asks_time(runtime, cast.lin, case_id, due(runtime, case_id, "CMP-9.callback") + THREE_DAYS, rule="CMP-9.callback")
    other = deciding.complaint(runtime, cast)
    asks_time(runtime, cast.lin, other, due(runtime, other) + THREE_DAYS)
    with runtime.look(COMMAND) as act:
        query = select(Notice.case_id, Notice.urgent).where(Notice.text == "extension-asked").order_by(Notice.id)
        assert [tuple(row) for row in act.session.execute(query)] == [(case_id, True), (case_id, True), (other, False)]


def test_an_enquirys_answer_may_take_longer_too_where_the_supervisor_allows_it(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(by(cast.lin)) as act:
        case = given.case(act, cast)
        promises.make(act, "CBK-1.answer", case)
    until = due(runtime, case.id, "CBK-1.answer") + THREE_DAYS
    asked = asks_time(runtime, cast.lin, case.id, until, rule="CBK-1.answer")
    assert waits_for(runtime, cast.sun) == [asked]
    decides(runtime, cast.sun, asked)
    assert due(runtime, case.id, "CBK-1.answer") == until


def test_nothing_is_asked_in_a_closed_case(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(by(cast.lin)) as act:
        case = given.case(act, cast)
        made = promises.make(act, "CBK-1.answer", case)
        promises.done(act, "CBK-1.answer", case)
        promises.close_case(act, case, by=cast.lin.id, outcome="told")
    with pytest.raises(Conflict, match="closed"):
        asks_time(runtime, cast.lin, case.id, made.due_at + THREE_DAYS, rule="CBK-1.answer")


def test_the_rows_say_what_the_log_says_and_a_forged_approval_is_found(
    runtime: Runtime, cast: Cast, case_id: int
) -> None:
    until = due(runtime, case_id) + THREE_DAYS
    first = asks_time(runtime, cast.lin, case_id, until)
    decides(runtime, cast.qian, first, approve=False)
    asks_time(runtime, cast.lin, case_id, until)
    with runtime.look(COMMAND) as act:
        assert verifying.verify_chain(act.session, f"case:{case_id}", trusted_keys=set()).problems == []
    with runtime.act(COMMAND) as act:
        act.session.get_one(Decision, first).state = State.APPROVED
    with runtime.look(COMMAND) as act:
        found = verifying.verify_chain(act.session, f"case:{case_id}", trusted_keys=set()).problems
    assert [problem.row for problem in found] == [f"decisions {first} state"]

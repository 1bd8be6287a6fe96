"""After a repair and a complaint the customer is asked how it was; what is not in order is seen to, a refusal kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hotline.domain import (
    attempts,
    callbacks,
    companies,
    handovers,
    owed_calls,
    promises,
    repairs,
    visit_results,
    visit_rules,
    visits,
)
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.complaint_forms import Stage as ComplaintStage
from hotline.domain.repairs import Stage
from hotline.domain.visit_results import Question
from hotline.domain.visits import Asker, Said, State
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime
from tests import given
from tests.complaining import Filed, House
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.verified import the_log_agrees as the_log_agrees
from tests.visiting import BROKEN, GOOD, UNHAPPY, Mended, mended, signs, told
from tests.world import START, Cast, HandClock

DAY = timedelta(days=1)
FLT_2 = [("FLT-2.notify", "kept"), ("FLT-2.sign", "kept")]


@pytest.fixture
def done(runtime: Runtime, cast: Cast) -> Mended:
    """Chen's radiator is mended, and a visit is owed."""
    return mended(runtime, cast)


def test_a_repair_that_is_done_owes_a_visit_within_a_week(done: Mended) -> None:
    [visit] = done.visits
    assert (visit.rule, visit.state) == ("VIS-1.repair", State.OWED)
    assert done.verdicts == [*FLT_2, ("VIS-1.repair", "open")]


def test_a_content_customer_keeps_the_promise_and_the_case_can_be_closed(
    done: Mended, cast: Cast, at: HandClock
) -> None:
    at.passes(DAY)
    done.records(cast.lin, GOOD)
    [visit] = done.visits
    assert (visit.state, visit.mended, visit.mark, visit.ended_at) == (State.MADE, True, 5, at.now)
    assert (visit.by, visit.staff_id, visit.reopened) == (Asker.AGENT, cast.lin.id, False)
    assert done.verdicts == [*FLT_2, ("VIS-1.repair", "kept")]
    assert done.told("visit-unsatisfied") == set()
    done.is_closed(cast.lin)


def test_the_customers_words_are_sealed(done: Mended, cast: Cast) -> None:
    done.records(cast.lin, GOOD)
    with done.by(cast.lin) as (act, case):
        [visit] = visits.of_case(act, case.id)
        assert visit.said is not None
        assert GOOD.words not in visit.said
        assert visit_results.words_of(act, visit) == GOOD.words


def test_what_is_still_broken_goes_to_repair_again_and_the_supervisor_knows(done: Mended, cast: Cast) -> None:
    done.records(cast.lin, BROKEN)
    assert done.visits[0].reopened
    assert (done.order.stage, done.order.engineer_id, done.order.done_at) == (Stage.REPORTED, None, None)
    assert done.order.found is not None  # the next engineer reads what was found before
    assert done.verdicts[3:] == [("FLT-2.notify", "open"), ("FLT-2.sign", "open")]
    assert done.told("visit-unsatisfied") == {cast.lin.id, cast.sun.id}
    with pytest.raises(Conflict, match="FLT-2"):
        done.is_closed(cast.lin)


def test_a_second_repair_owes_a_second_visit(done: Mended, cast: Cast) -> None:
    done.records(cast.lin, BROKEN)
    with done.by(cast.wang) as (act, case):
        order = repairs.of_case(act, case.id)
        assert order is not None
        signs(act, cast, case)
        repairs.finish(act, order, by=cast.wang.id, found="换了整组", tested=True, customer_signed=True)
    assert [one.state for one in done.visits] == [State.MADE, State.OWED]
    done.records(cast.lin, GOOD)
    assert [verdict for _rule, verdict in done.verdicts] == ["kept"] * 6


def test_who_is_not_content_with_what_was_mended_hears_from_the_owner(done: Mended, cast: Cast) -> None:
    done.records(cast.lin, UNHAPPY)
    assert done.order.stage == Stage.DONE
    assert done.verdicts[3:] == [("VIS-4.reply", "open")]
    assert done.told("visit-unsatisfied") == {cast.lin.id, cast.sun.id}


def test_the_matter_goes_back_to_whoever_took_it_first(done: Mended, cast: Cast) -> None:
    with done.by(cast.lin) as (act, case):
        asked = handovers.ask(act, case, giver_id=cast.lin.id, receiver_id=cast.sun.id, reason="排班")
    with done.by(cast.sun) as (act, _case):
        handovers.answer(act, asked.id, by=cast.sun.id, accept=True)
    assert done.case.owner_id == cast.sun.id
    done.records(cast.sun, BROKEN)
    assert (done.case.owner_id, done.case.handler_id) == (cast.lin.id, cast.lin.id)
    with done.by(cast.lin) as (act, case):
        owners = {one.owner_id for one in promises.of_case(act, case.id) if one.verdict == "open"}
    assert owners == {cast.lin.id}


def test_a_question_that_cannot_be_answered_gets_its_agreed_time(done: Mended, cast: Cast, at: HandClock) -> None:
    by = at.now + timedelta(hours=5)
    done.records(cast.lin, GOOD, Question("明年的收费标准", by))
    with done.by(cast.lin) as (act, case):
        owed = {one.rule: one.due_at for one in promises.of_case(act, case.id)}
        assert owed["VIS-4.reply"] == owed["CBK-3.time"] == by + timedelta(minutes=5)
        callback = callbacks.open_of(act, case.id)
        assert callback is not None
        assert (callback.next_at, callback.wanted_id, callback.agreed) == (by, cast.lin.id, True)


def test_no_answer_is_agreed_for_the_middle_of_the_night(done: Mended, cast: Cast, at: HandClock) -> None:
    with pytest.raises(Invalid, match="quiet"):
        done.records(cast.lin, GOOD, Question("?", at.now.replace(hour=23)))
    assert done.visits[0].state == State.OWED


def test_the_customer_is_rung_after_a_day_by_whom_the_standard_says(done: Mended, cast: Cast, at: HandClock) -> None:
    with done.by(cast.lin) as (act, case):
        callback = callbacks.open_of(act, case.id)
        assert callback is not None
        assert (callback.style, callback.rule, callback.next_at) == ("survey", "VIS-1.repair", at.now + DAY)


def test_nobody_is_rung_any_more_once_it_was_asked(done: Mended, cast: Cast) -> None:
    done.records(cast.lin, GOOD)
    with done.by(cast.lin) as (act, case):
        assert callbacks.open_of(act, case.id) is None


def test_a_visit_that_would_come_too_late_after_a_day_is_rung_at_once(runtime: Runtime, cast: Cast) -> None:
    """Told on the eve of a holiday that is longer than the time for it: better the same afternoon than broken."""
    with runtime.act(COMMAND) as act:
        act.at = datetime(2026, 9, 30, 7, tzinfo=UTC)  # 15:00 in Shanghai, the week of the National Day begins
        case = given.case(act, cast)
        companies.get(act, case.company_id)
        visits.owe(act, case, visits.COMPLAINT)
        callback = callbacks.open_of(act, case.id)
        assert callback is not None
        assert callback.next_at == act.at


def test_a_question_without_a_time_is_answered_when_the_standard_says(done: Mended, cast: Cast) -> None:
    done.records(cast.lin, GOOD, Question("明年的收费标准"))
    assert done.verdicts[-1] == ("VIS-4.reply", "open")


@pytest.mark.parametrize(
    ("said", "question", "match"),
    [
        (Said(), None, "mended"),
        (Said(mark=4), None, "mended"),
        (Said(mended=True, mark=6), None, "1 to 5"),
        (Said(mended=True, mark=0), None, "1 to 5"),
        (GOOD, Question("?", START), "past"),
    ],
)
def test_a_form_that_says_nothing_or_cannot_be_is_refused(
    done: Mended, cast: Cast, said: Said, question: Question | None, match: str
) -> None:
    with pytest.raises(Invalid, match=match):
        done.records(cast.lin, said, question)
    assert done.visits[0].state == State.OWED


def test_a_visit_is_made_once(done: Mended, cast: Cast) -> None:
    done.records(cast.lin, GOOD)
    with pytest.raises(Conflict):
        done.records(cast.lin, BROKEN)
    with done.by(cast.lin) as (act, _case), pytest.raises(NotFound):
        visits.get(act, 99)


def test_whoever_was_not_reached_can_still_be_asked(done: Mended, cast: Cast) -> None:
    with done.by(cast.lin) as (act, case):
        callback = owed_calls.open_in(act, case.id, callbacks.Style.SURVEY)
        assert callback is not None
        attempts.give_up(act, case, callback)
    assert done.visits[0].state == State.UNREACHED
    done.records(cast.lin, GOOD)
    assert done.visits[0].state == State.MADE


def test_another_call_in_vain_leaves_the_visit_owed(done: Mended, cast: Cast) -> None:
    with done.by(cast.lin) as (act, case):
        attempts.give_up(act, case, callbacks.owe(act, case, "CBK-2.missed"))
    assert done.visits[0].state == State.OWED


def test_a_complaint_owes_a_visit_once_the_customer_was_told(complaint: Filed, house: House, cast: Cast) -> None:
    visited = told(complaint, house, cast)
    assert [one.rule for one in visited.visits] == ["CMP-8.visit"]
    visited.records(cast.lin, Said(mended=True, mark=4, words="满意"))
    assert dict(visited.verdicts)["CMP-8.visit"] == "kept"
    assert visited.visits[0].mark == 4


def test_a_complainant_who_is_not_content_is_rung_by_the_owner(complaint: Filed, house: House, cast: Cast) -> None:
    visited = told(complaint, house, cast)
    visited.records(cast.lin, Said(mended=False, mark=1, words="没有道歉"))
    assert complaint.row.stage == ComplaintStage.TOLD
    assert visited.verdicts[-1] == ("VIS-4.reply", "open")
    assert visited.told("complaint-unsatisfied") == {cast.sun.id}
    assert visited.told("visit-unsatisfied") == {cast.lin.id}


def test_the_machine_makes_a_visit_with_the_first_answer_and_adds_the_rest(
    done: Mended, cast: Cast, runtime: Runtime
) -> None:
    with runtime.act(COMMAND) as act:
        call, [visit] = given.call(act, cast, who=cast.chen), visits.of_case(act, done.id)
        assert not visit_results.answered(act, visit.id, call, Said(mended=True))
        assert not visit_results.answered(act, visit.id, call, Said(mark=5))
    assert (done.visits[0].mended, done.visits[0].mark, done.visits[0].by) == (True, 5, Asker.SURVEY)
    assert done.verdicts[-1] == ("VIS-1.repair", "kept")


def test_what_one_of_ours_noted_meanwhile_the_machine_does_not_change(
    done: Mended, cast: Cast, runtime: Runtime
) -> None:
    done.records(cast.lin, GOOD)
    with runtime.act(COMMAND) as act:
        call, [visit] = given.call(act, cast, who=cast.chen), visits.of_case(act, done.id)
        assert not visit_results.answered(act, visit.id, call, Said(mended=False))
    assert done.visits[0].mended


def test_a_case_that_was_closed_meanwhile_is_open_again(done: Mended, cast: Cast, runtime: Runtime) -> None:
    """Where the visit was owed, and the case closed before visits were rows."""
    with done.by(cast.lin) as (act, case):
        promises.done(act, "VIS-1.repair", case)
    done.is_closed(cast.lin)
    assert done.case.state == "closed"
    done.records(cast.lin, BROKEN)
    assert (done.case.state, done.case.closed_at, done.case.closed_by_id) == ("open", None, None)


def test_a_company_may_have_every_customer_rung_by_a_person(cast: Cast, runtime: Runtime) -> None:
    with runtime.act(COMMAND) as act:
        company = companies.get(act, cast.heat.id)
        assert visit_rules.style(act, "VIS-1.repair") == "survey"
        assert visit_rules.style(act, "CMP-8.visit") == "talk"
        company.overrides = {"visits": {"by": "agent"}}
        companies.get(act, cast.heat.id)
        assert visit_rules.style(act, "VIS-1.repair") == "talk"


def test_an_emergency_that_is_not_over_goes_to_repair_again(cast: Cast, runtime: Runtime) -> None:
    burst = mended(runtime, cast, kind=Kind.EMERGENCY)
    burst.records(cast.lin, BROKEN)
    assert burst.order.stage == Stage.REPORTED

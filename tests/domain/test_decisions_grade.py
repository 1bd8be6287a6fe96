"""A grade is lowered, a complaint made into something else, by a second, higher person; both stay on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline.domain import (
    cases,
    complaint_forms,
    complaints,
    dispatches,
    promise_looks,
    promises,
    repairs,
    respondents,
    signers,
    verifying,
)
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Kind
from hotline.domain.complaint_forms import Complaint
from hotline.domain.dispatches import Answer
from hotline.domain.notices import Notice
from hotline.domain.staff import Role
from hotline.errors import Conflict, Invalid, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import deciding, given
from tests.complaining import hired
from tests.deciding import asks, by, decides, verdicts, waits_for
from tests.line import Line
from tests.line import line as line
from tests.world import Cast, HandClock


def form(runtime: Runtime, case_id: int) -> Complaint:
    with runtime.look(COMMAND) as act:
        found = complaint_forms.of(act, case_id)
        assert found is not None
        return found


def open_rules(runtime: Runtime, case_id: int) -> list[str]:
    with runtime.look(COMMAND) as act:
        return sorted(one.rule for one in promises.of_case(act, case_id) if one.verdict == "open")


def raised(runtime: Runtime, cast: Cast, case_id: int, grade: Grade) -> None:
    with runtime.act(by(cast.lin)) as act:
        complaints.grade(
            act, deciding.locked(act, case_id), grade, by=given.person(act, cast.lin), why="a child is ill"
        )


def test_a_grade_is_lowered_by_a_second_person_who_stands_higher(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    settled_by = deciding.due(runtime, case_id, "CMP-4.settle.major")
    asked = asks(runtime, cast.lin, case_id, Grade.MINOR)
    assert form(runtime, case_id).grade == Grade.MAJOR, "asking changes nothing"
    decides(runtime, cast.sun, asked)
    kept = form(runtime, case_id)
    assert (kept.grade, kept.first_grade) == (Grade.MINOR, Grade.MAJOR)
    assert verdicts(runtime, case_id, "CMP-3.reply.major") == verdicts(runtime, case_id, "CMP-2.pass_up.major")
    assert verdicts(runtime, case_id, "CMP-3.reply.major") == ["excused"]
    assert deciding.due(runtime, case_id, "CMP-4.settle.major") == settled_by, "no time is gained or lost"


def test_who_asks_for_a_lower_grade_is_judged_by_somebody_strictly_above(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        peer = hired(act, cast.heat, "李静", "li", 60, Role.SUPERVISOR)
    case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    asked = asks(runtime, cast.sun, case_id, Grade.MINOR)
    assert (waits_for(runtime, peer), waits_for(runtime, cast.qian)) == ([], [asked])
    with pytest.raises(Refused, match="asked for themselves"):
        decides(runtime, cast.sun, asked)
    with pytest.raises(Refused, match="nobody stands above you"):
        asks(runtime, cast.feng, deciding.complaint(runtime, cast, grade=Grade.MAJOR), Grade.MINOR)


def test_a_lower_grade_is_one_that_is_lower(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.IMPORTANT)
    for wanted in (Grade.IMPORTANT, Grade.MAJOR):
        with pytest.raises(Invalid, match="raised without asking"):
            asks(runtime, cast.lin, case_id, wanted)
    with pytest.raises(Refused, match="grade it, which needs no second person"):
        asks(runtime, cast.lin, deciding.complaint(runtime, cast, grade=None), Grade.MINOR)


def test_lowered_before_anybody_above_heard_of_it_the_level_of_the_lower_grade_hears_of_it(
    runtime: Runtime, cast: Cast
) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Grade.IMPORTANT))
    assert verdicts(runtime, case_id, "CMP-2.pass_up.important") == ["open"]
    with runtime.look(COMMAND) as act:
        asked = {one.duty: dispatches.offers(act, one.id) for one in dispatches.of_case(act, case_id)}
    assert {"manager", "general_manager"} <= asked.keys()
    assert all(offer.answer == Answer.WITHDRAWN for offer in asked["general_manager"])


def test_a_first_grade_below_the_assumed_one_ends_what_that_alone_promised(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, grade=None)
    assert verdicts(runtime, case_id, "CMP-2.pass_up.important") == ["open"]
    raised(runtime, cast, case_id, Grade.MINOR)
    assert verdicts(runtime, case_id, "CMP-2.pass_up.important") == ["excused"]
    with runtime.look(COMMAND) as act:
        assert verifying.verify_chain(act.session, f"case:{case_id}", trusted_keys=set()).problems == []
        (manager,) = [one for one in dispatches.of_case(act, case_id) if one.duty == Role.MANAGER]
        assert not signers.waits(act, manager, act.session.get_one(cases.Case, case_id)), "nobody above is rung"


def test_a_first_grade_does_not_mend_what_was_broken_under_the_assumed_one(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    case_id = deciding.complaint(runtime, cast, grade=None)
    at.passes(timedelta(hours=2))
    with runtime.act(CLOCK) as act:
        promise_looks.look(act, [one.id for one in promises.of_case(act, case_id)])
    raised(runtime, cast, case_id, Grade.MINOR)
    assert verdicts(runtime, case_id, "CMP-2.pass_up.important") == ["broken"]


def test_a_first_grade_as_grave_as_the_assumed_one_changes_nothing(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, grade=None)
    raised(runtime, cast, case_id, Grade.IMPORTANT)
    assert verdicts(runtime, case_id, "CMP-2.pass_up.important") == ["open"]


def test_what_was_broken_before_a_grade_was_lowered_stays_broken(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.IMPORTANT)
    asked = asks(runtime, cast.lin, case_id, Grade.MINOR)
    at.passes(timedelta(hours=2))
    with runtime.act(CLOCK) as act:
        promise_looks.look(act, [one.id for one in promises.of_case(act, case_id)])
    decides(runtime, cast.sun, asked)
    assert verdicts(runtime, case_id, "CMP-2.pass_up.important") == ["broken"]


def test_an_approved_extension_outlives_a_raise_and_the_graver_rule_holds(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    case_id = deciding.complaint(runtime, cast)
    until = deciding.due(runtime, case_id) + timedelta(days=10)
    decides(runtime, cast.qian, deciding.asks_time(runtime, cast.lin, case_id, until))
    at.passes(timedelta(days=5))  # the graver rule's own deadline, counted from the filing, is over
    raised(runtime, cast, case_id, Grade.IMPORTANT)
    with runtime.act(CLOCK) as act:
        promise_looks.look(act, [one.id for one in promises.of_case(act, case_id) if one.rule_id == "CMP-4"])
    assert deciding.due(runtime, case_id, "CMP-4.settle.important") == until
    assert verdicts(runtime, case_id, "CMP-4.settle.important") == ["open"]
    assert verdicts(runtime, case_id, deciding.SETTLE) == ["excused"]


def test_a_raise_brings_no_deadline_forward_into_the_past(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Grade.MINOR))  # the major one's ten days stay
    at.passes(timedelta(days=5))
    raised(runtime, cast, case_id, Grade.IMPORTANT)
    assert deciding.due(runtime, case_id, "CMP-4.settle.important") == at.now + timedelta(days=3)
    assert verdicts(runtime, case_id, "CMP-4.settle.important") == ["open"]


def test_the_longest_extension_counts_from_the_first_deadline_whatever_it_is_graded_since(
    runtime: Runtime, cast: Cast
) -> None:
    case_id = deciding.complaint(runtime, cast)
    longest = deciding.due(runtime, case_id) + timedelta(days=30)
    decides(runtime, cast.qian, deciding.asks_time(runtime, cast.lin, case_id, longest))
    raised(runtime, cast, case_id, Grade.MAJOR)
    with pytest.raises(Invalid, match="too far away"):
        deciding.asks_time(runtime, cast.lin, case_id, longest + timedelta(minutes=1), rule="CMP-4.settle.major")


def test_a_complaint_becomes_an_enquiry_by_two_and_stays_on_record(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast)
    callback = deciding.due(runtime, case_id, "CMP-9.callback")
    with runtime.act(COMMAND) as act:
        cases.handled_by(act, deciding.locked(act, case_id), cast.zhou.id)
    asked = asks(runtime, cast.lin, case_id, Kind.ENQUIRY)
    decides(runtime, cast.sun, asked)
    with runtime.look(COMMAND) as act:
        case = cases.get(act, case_id)
        assert (case.kind, case.matter, case.handler_id) == (Kind.ENQUIRY, "enquiry", case.owner_id)
    kept = form(runtime, case_id)
    assert (kept.changed_to, kept.grade, kept.first_grade) == (Kind.ENQUIRY, Grade.MINOR, Grade.MINOR)
    assert open_rules(runtime, case_id) == ["CBK-1.answer"]
    assert deciding.due(runtime, case_id, "CBK-1.answer") < callback


def test_whoever_was_promised_a_call_hears_by_then_whatever_the_complaint_becomes(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    case_id = deciding.complaint(runtime, cast)
    callback = deciding.due(runtime, case_id, "CMP-9.callback")
    with runtime.act(COMMAND) as act:
        promises.done(act, "CMP-1.sign", deciding.locked(act, case_id))
    at.passes(timedelta(hours=47))
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Kind.ENQUIRY))
    assert deciding.due(runtime, case_id, "CBK-1.answer") == callback


def test_a_complaint_that_is_a_fault_is_notified_to_repair_and_its_signature_is_kept(line: Line, cast: Cast) -> None:
    case_id = deciding.complaint(line.runtime, cast)
    decides(line.runtime, cast.sun, asks(line.runtime, cast.lin, case_id, Kind.FAULT))
    line.phone("wang").rings().answers().hears("请按1").presses("1").hears("已经签收")
    line.passes(seconds=5)
    with line.look() as act:
        order = repairs.of_case(act, case_id)
        assert order is not None
        assert order.engineer_id == cast.wang.id
    assert verdicts(line.runtime, case_id, "FLT-2.sign") == ["kept"]
    assert "您的投诉" in line.phone("chen").receives("投诉记录保留").texts[1].body


def test_what_is_no_complaint_any_more_is_neither_graded_nor_answered_as_one(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast)
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Kind.ENQUIRY))
    with runtime.act(by(cast.lin)) as act:
        case, lin = deciding.locked(act, case_id), given.person(act, cast.lin)
        with pytest.raises(Conflict, match="no complaint any more"):
            complaints.grade(act, case, Grade.MAJOR, by=lin, why="the heating of the whole house")
        with pytest.raises(Conflict, match="no complaint any more"):
            respondents.replied(act, case, lin, "told on the telephone")
    assert "CMP-4.settle.major" not in open_rules(runtime, case_id)


def test_a_complaint_that_is_a_message_is_passed_on(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, anonymous=True)
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Kind.MESSAGE))
    assert open_rules(runtime, case_id) == ["SEC-3.message"]


def test_who_cannot_be_reached_is_promised_no_answer(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, anonymous=True)
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Kind.ENQUIRY))
    assert open_rules(runtime, case_id) == []


@pytest.mark.parametrize("kind", [Kind.EMERGENCY, Kind.CALLBACK, Kind.COMPLAINT])
def test_a_complaint_becomes_nothing_else(runtime: Runtime, cast: Cast, kind: Kind) -> None:
    with pytest.raises(Invalid, match="an emergency is opened at once"):
        asks(runtime, cast.lin, deciding.complaint(runtime, cast), kind)


def test_what_is_no_complaint_has_no_grade_and_is_not_changed(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(by(cast.lin)) as act:
        case_id = given.case(act, cast).id
    for wanted in (Grade.MINOR, Kind.FAULT):
        with pytest.raises(Refused, match="no complaint"):
            asks(runtime, cast.lin, case_id, wanted)


def test_a_complaint_with_a_broken_promise_is_not_made_into_something_else(
    runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    case_id = deciding.complaint(runtime, cast)
    asked = asks(runtime, cast.lin, case_id, Kind.ENQUIRY)
    at.passes(timedelta(minutes=11))
    with pytest.raises(Conflict, match=r"done first: CMP-1\.sign"):
        decides(runtime, cast.sun, asked)
    decides(runtime, cast.sun, asked, approve=False)
    with pytest.raises(Conflict, match=r"done first: CMP-1\.sign"):
        asks(runtime, cast.lin, case_id, Kind.ENQUIRY)


def test_raised_after_it_was_lowered_it_owes_what_the_higher_grade_wants(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Grade.MINOR))
    raised(runtime, cast, case_id, Grade.MAJOR)
    assert verdicts(runtime, case_id, "CMP-2.pass_up.major") == ["excused", "open"]
    assert verdicts(runtime, case_id, "CMP-3.reply.major") == ["excused", "open"]
    assert form(runtime, case_id).first_grade == Grade.MAJOR


def test_the_rows_say_what_the_log_says_after_both(runtime: Runtime, cast: Cast) -> None:
    for wanted in (Grade.MINOR, Kind.FAULT):
        case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
        decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, wanted))
        with runtime.look(COMMAND) as act:
            assert verifying.verify_chain(act.session, f"case:{case_id}", trusted_keys=set()).problems == []


def test_the_deciders_are_told_and_then_who_asked(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Grade.MINOR), approve=False)
    with runtime.look(COMMAND) as act:
        query = select(Notice.text, Notice.staff_id).where(Notice.text.like("decision-%")).order_by(Notice.id)
        told = [tuple(row) for row in act.session.execute(query)]
    assert told == [("decision-asked", cast.sun.id), ("decision-made", cast.lin.id)]
    assert form(runtime, case_id).grade == Grade.MAJOR

"""Repeated complaints are dealt with once, each by its own clock, and each caller hears back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import (
    audit,
    cases,
    companies,
    complaint_forms,
    complaints,
    joins,
    respondents,
    signers,
    staff,
)
from hotline.domain.act import COMMAND
from hotline.domain.complaint_forms import Stage
from hotline.domain.dispatches import RESPONDENT
from hotline.domain.promises import Verdict
from hotline.errors import Conflict, Invalid, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import deciding
from tests.complaining import Filed, House, filed
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.domain.test_agreeing import found
from tests.world import START, Cast, HandClock, Person

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def joined(complaint: Filed, into: Filed, by: Person, why: str = "the same cold rooms") -> None:
    with complaint.by(by) as (act, case, person):
        joins.join(act, case, into.case, by=person, why=why)


def why_not(complaint: Filed, into: Filed, by: Person) -> str | None:
    """Which refusal somebody meets who joins the one to the other."""
    with pytest.raises((Conflict, Refused)) as refusal:
        joined(complaint, into, by)
    return refusal.value.key


@pytest.fixture
def again(runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock) -> Filed:
    """The same heating, complained of six minutes later."""
    at.passes(6 * MINUTE)
    return filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)


def asked(complaint: Filed) -> bool:
    with complaint.runtime.look(COMMAND) as act:
        return signers.waits(act, complaint.dispatch(RESPONDENT), complaint.case)


def test_what_the_department_does_is_done_for_both_and_each_customer_hears(
    cast: Cast, house: House, complaint: Filed, again: Filed, at: HandClock
) -> None:
    joined(again, complaint, cast.lin)
    assert (asked(complaint), asked(again)) == (True, False)
    at.passes(5 * MINUTE)
    complaint.does(house.liu, respondents.sign)
    assert (complaint.verdicts["CMP-1.sign"], again.verdicts["CMP-1.sign"]) == (Verdict.LATE, Verdict.KEPT)
    complaint.does(house.liu, respondents.settle, "air in the pipe")
    complaint.does(house.liu, respondents.give_back)
    assert again.verdicts["CMP-4.settle.minor"] == Verdict.KEPT
    assert "CMP-6.form" not in again.verdicts, "there is one form"
    assert (again.row.stage, again.row.settled_at) == (Stage.RETURNED, None)
    for one in (complaint, again):
        assert one.verdicts["CMP-7.tell"] == Verdict.OPEN
        one.does(cast.lin, respondents.tell_customer, "told")
        assert one.row.stage == Stage.TOLD
        one.does(cast.lin, respondents.visited, "fine", True)
        one.is_closed(cast.sun)


def test_what_was_done_before_is_done_for_the_joined_one_at_that_moment(
    cast: Cast, house: House, complaint: Filed, again: Filed, at: HandClock
) -> None:
    complaint.comes_back(house.liu)
    at.passes(20 * MINUTE)
    joined(again, complaint, cast.sun)
    assert again.verdicts["CMP-1.sign"] == Verdict.LATE
    assert again.verdicts["CMP-4.settle.minor"] == Verdict.KEPT
    assert again.verdicts["CMP-7.tell"] == Verdict.OPEN
    assert again.row.stage == Stage.RETURNED


def test_passed_up_once_it_is_passed_up_for_both(runtime: Runtime, cast: Cast, house: House) -> None:
    first, second, third = (filed(runtime, cast, department_id=house.repair) for _ in range(3))
    joined(second, first, cast.lin)
    first.does(cast.qian, respondents.acknowledge)
    joined(third, second, cast.lin)
    assert {one.verdicts["CMP-2.pass_up.important"] for one in (first, second, third)} == {Verdict.KEPT}
    assert second.row.joined_to_id == third.row.joined_to_id == first.row.id, "no chain of joins"


def test_the_joined_one_is_dealt_with_there_and_graded_there(
    cast: Cast, house: House, complaint: Filed, again: Filed
) -> None:
    joined(again, complaint, cast.lin)
    with pytest.raises(Refused, match="joined"):
        again.does(house.liu, respondents.sign)
    with pytest.raises(Refused, match="joined"):
        again.is_put_to(cast.lin, house.billing)


def test_the_department_does_not_see_the_one_through_the_other(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    unnamed = filed(runtime, cast, anonymous=True, department_id=house.repair, grade=Grade.MINOR)
    joined(complaint, unnamed, cast.lin)
    with runtime.look(COMMAND) as act:
        seen = respondents.view(act, unnamed.case)
        assert (seen.who, seen.repeated) == (None, 1)
    unnamed.comes_back(house.liu)
    assert "CMP-7.tell" in complaint.verdicts
    assert "CMP-7.tell" not in unnamed.verdicts


def test_nobody_whom_the_other_is_about_has_a_part_in_either(runtime: Runtime, cast: Cast, house: House) -> None:
    of_department = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    of_head = filed(runtime, cast, about_staff_id=house.liu.id, grade=Grade.MINOR)
    joined(of_head, of_department, cast.sun)
    with pytest.raises(Refused):
        of_department.does(house.liu, respondents.sign)
    of_department.does(cast.sun, respondents.sign)


def test_what_cannot_be_joined_is_refused(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, again: Filed
) -> None:
    graver = filed(runtime, cast, department_id=house.repair, grade=Grade.MAJOR)
    sisters = filed(runtime, cast, firm=cast.home, owner=cast.wu, grade=Grade.MINOR)
    for one, into, who, key in (
        (complaint, complaint, cast.lin, "itself"),
        (graver, complaint, cast.lin, "graver"),
        (sisters, complaint, cast.lin, "companies"),
        (again, complaint, house.liu, None),
    ):
        assert why_not(one, into, who) == key
    joined(again, complaint, cast.lin)
    for one, into, key in ((again, graver, "joined"), (complaint, graver, "leads"), (complaint, again, "itself")):
        assert why_not(one, into, cast.lin) == key
    graver.comes_back(house.liu)
    other = filed(runtime, cast, department_id=house.repair, grade=Grade.MAJOR)
    assert why_not(graver, other, cast.lin) == "settled"
    assert why_not(other, graver, cast.lin) == "dealt-with"
    assert again.due("CMP-1.sign") == START + 16 * MINUTE


def test_by_what_it_is_the_same_matter_is_said_and_kept_sealed(
    cast: Cast, house: House, complaint: Filed, again: Filed
) -> None:
    with pytest.raises(Invalid):
        joined(again, complaint, cast.lin, why=" ")
    joined(again, complaint, cast.lin)
    with again.runtime.look(COMMAND) as act:
        kept = audit.entries(act.session, f"case:{again.id}")
        [said] = [one.fields["why"] for one in kept if one.kind == "complaint-joined"]
        assert "cold rooms" not in said
        assert cases.unseal(act, again.case, said) == "the same cold rooms"


def test_what_is_about_others_or_dealt_with_already_is_joined_by_a_supervisor_alone(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, again: Filed
) -> None:
    of_bill = filed(runtime, cast, department_id=house.billing, grade=Grade.MINOR)
    of_sister = filed(runtime, cast, department_id=house.grounds, grade=Grade.MINOR)
    of_head = filed(runtime, cast, about_staff_id=house.liu.id, grade=Grade.MINOR)
    of_nobody_named = filed(runtime, cast, grade=Grade.MINOR)
    for one in (of_bill, of_sister, of_head):
        with pytest.raises(Refused, match="supervisor"):
            joined(one, complaint, cast.lin)
    with pytest.raises(Refused, match="supervisor"):
        joined(complaint, of_nobody_named, cast.lin)
    joined(of_nobody_named, complaint, cast.lin)
    complaint.does(house.liu, respondents.sign)
    complaint.does(house.liu, respondents.settle, "air in the pipe")
    with pytest.raises(Refused, match="supervisor"):
        joined(again, complaint, cast.lin)
    for one in (of_bill, again):
        joined(one, complaint, cast.sun)


def test_whom_the_joined_one_is_about_answers_for_neither_and_others_sign(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    complaint.does(house.liu, respondents.sign)
    of_owner = filed(runtime, cast, owner=cast.zhou, about_staff_id=cast.lin.id, grade=Grade.MINOR)
    joined(of_owner, complaint, cast.sun)
    assert complaint.case.owner_id == cast.sun.id
    assert complaint.row.signed_by_id == house.liu.id
    of_head = filed(runtime, cast, owner=cast.zhou, about_staff_id=house.liu.id, grade=Grade.MINOR)
    joined(of_head, complaint, cast.sun)
    assert (complaint.row.stage, complaint.row.signed_at) == (Stage.FILED, None)
    assert complaint.case.handler_id == cast.sun.id
    assert asked(complaint), "the department is rung anew"
    assert of_head.verdicts["CMP-1.sign"] == Verdict.OPEN, "what was signed by whom it is about is signed by nobody"
    complaint.comes_back(cast.sun)
    assert {one.verdicts["CMP-1.sign"] for one in (complaint, of_owner, of_head)} == {Verdict.KEPT}
    with runtime.look(COMMAND) as act:
        assert found(act.session) == []


def test_who_stands_higher_has_seen_what_a_level_below_was_to_see(runtime: Runtime, cast: Cast, house: House) -> None:
    major = filed(runtime, cast, department_id=house.repair, grade=Grade.MAJOR)
    before, after = (filed(runtime, cast, department_id=house.repair, grade=Grade.IMPORTANT) for _ in range(2))
    joined(before, major, cast.lin)
    major.does(cast.feng, respondents.acknowledge)
    joined(after, major, cast.lin)
    assert {one.verdicts["CMP-2.pass_up.important"] for one in (before, after)} == {Verdict.KEPT}


def test_who_stands_lower_has_not_seen_what_a_level_above_is_to_see(runtime: Runtime, cast: Cast, house: House) -> None:
    raised = filed(runtime, cast, department_id=house.repair, grade=Grade.IMPORTANT)
    with raised.by(cast.lin) as (act, case, person):
        complaints.grade(act, case, Grade.MAJOR, by=person, why="so many are cold")
    raised.does(cast.qian, respondents.acknowledge)
    assert raised.verdicts["CMP-2.pass_up.important"] == Verdict.KEPT
    assert raised.verdicts["CMP-2.pass_up.major"] == Verdict.OPEN


def test_a_lower_grade_of_the_leading_one_leaves_nothing_that_nobody_can_do(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    leading, before = (filed(runtime, cast, department_id=house.repair, grade=Grade.IMPORTANT) for _ in range(2))
    joined(before, leading, cast.lin)
    deciding.decides(runtime, cast.sun, deciding.asks(runtime, cast.lin, leading.id, Grade.MINOR))
    for one in (leading, before):
        assert one.verdicts["CMP-2.pass_up.important"] == Verdict.EXCUSED


def test_what_was_passed_up_in_vain_is_seen_before_it_is_joined_to_what_is_not(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    late = filed(runtime, cast, department_id=house.repair, grade=Grade.IMPORTANT)
    at.passes(2 * DAY)
    late.clock()
    deciding.decides(runtime, cast.sun, deciding.asks(runtime, cast.lin, late.id, Grade.MINOR))
    with pytest.raises(Conflict, match="passed up"):
        joined(late, complaint, cast.lin)
    late.does(cast.qian, respondents.acknowledge)
    joined(late, complaint, cast.lin)


def test_more_time_is_for_all_that_is_dealt_with_together(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed, again: Filed
) -> None:
    joined(again, complaint, cast.lin)
    until = complaint.due("CMP-4.settle.minor") + 3 * DAY
    deciding.decides(runtime, cast.qian, deciding.asks_time(runtime, cast.lin, complaint.id, until))
    for one in (complaint, again):
        assert one.due("CMP-4.settle.minor") == until
        assert one.due("CMP-9.callback") < until, "what is promised to each caller stays"


def test_whoever_dealt_with_the_leading_one_does_not_close_the_joined_one(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    leading, follower = (filed(runtime, cast, grade=Grade.MINOR) for _ in range(2))
    joined(follower, leading, cast.lin)
    leading.comes_back(cast.sun)
    with runtime.look(COMMAND) as act:
        companies.get(act, cast.heat.id)
        for one in (leading, follower):
            assert not complaint_forms.may_close(act, one.case, staff.get(act, cast.sun.id))
            assert complaint_forms.may_close(act, one.case, staff.get(act, cast.qian.id))

"""A complaint is filed with every clock of its grade, and raised by anybody but lowered by nobody alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from hotline.domain import audit, cases, complaints, respondents
from hotline.domain.act import COMMAND
from hotline.domain.complaint_forms import Stage
from hotline.domain.dispatches import RESPONDENT
from hotline.domain.promises import Verdict
from hotline.domain.staff import Role
from hotline.errors import Conflict, Invalid, NotFound, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import house as house
from tests.world import SHANGHAI, START, Cast, HandClock, Person

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MIDNIGHT = datetime(2026, 11, 19, tzinfo=SHANGHAI)


def graded(complaint: Filed, by: Person, grade: Grade, why: str = "the whole building is cold") -> None:
    with complaint.by(by) as (act, case, person):
        complaints.grade(act, case, grade, by=person, why=why)


def test_a_minor_complaint_is_signed_for_in_ten_minutes_settled_in_two_days_and_called_back(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    assert complaint.verdicts.keys() == {"CMP-1.sign", "CMP-4.settle.minor", "CMP-9.callback"}
    assert complaint.due("CMP-1.sign") == START + 10 * MINUTE
    assert complaint.due("CMP-4.settle.minor") == START + 2 * DAY
    assert complaint.dispatch(RESPONDENT).department_id == house.repair
    assert (complaint.row.first_grade, complaint.row.stage) == (Grade.MINOR, Stage.FILED)


def test_an_important_complaint_is_with_the_manager_within_the_hour_who_is_rung_when_that_draws_near(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.IMPORTANT)
    assert complaint.due("CMP-2.pass_up.important") == START + HOUR
    assert complaint.due("CMP-4.settle.important") == START + 3 * DAY
    assert complaint.dispatch(Role.MANAGER).rings_from == START + 40 * MINUTE
    assert "CMP-3.reply.major" not in complaint.verdicts


def test_a_major_complaint_is_with_the_general_manager_the_same_day_and_is_replied_to_in_two(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MAJOR)
    assert complaint.due("CMP-2.pass_up.major") == MIDNIGHT
    assert complaint.due("CMP-3.reply.major") == START + 2 * DAY
    assert complaint.due("CMP-4.settle.major") == START + 10 * DAY
    assert complaint.dispatch(Role.GENERAL_MANAGER).rings_from == MIDNIGHT - 2 * HOUR


def test_by_self_service_nothing_is_known_and_it_counts_as_the_standard_says(runtime: Runtime, cast: Cast) -> None:
    complaint = filed(runtime, cast)
    assert (complaint.row.grade, complaint.row.department_id) == (None, None)
    assert {"CMP-1.sign", "CMP-2.pass_up.important", "CMP-4.settle.important"} <= complaint.verdicts.keys()
    assert complaint.told("complaint-for-supervisor") == {cast.sun.id}


def test_whoever_stays_unnamed_is_promised_nothing_that_needs_them(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = filed(runtime, cast, anonymous=True, department_id=house.repair, grade=Grade.MAJOR)
    assert complaint.verdicts.keys() == {"CMP-1.sign", "CMP-2.pass_up.major", "CMP-4.settle.major"}


@pytest.mark.parametrize(("days", "due"), [(1, 1), (5, 2)])
def test_the_customers_own_limit_counts_where_it_is_sooner(
    runtime: Runtime, cast: Cast, house: House, days: int, due: int
) -> None:
    limit_at = START + days * DAY
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR, limit_at=limit_at)
    assert complaint.due("CMP-4.settle.minor") == START + due * DAY
    assert complaint.row.limit_at == limit_at


def test_what_cannot_be_so_is_not_filed(runtime: Runtime, cast: Cast, house: House) -> None:
    for wrong, error in (
        ({"grade": Grade.MINOR, "why": " "}, Invalid),
        ({"limit_at": START}, Invalid),
        ({"department_id": 99}, NotFound),
        ({"about_staff_id": 99}, NotFound),
    ):
        with pytest.raises(error):
            filed(runtime, cast, **wrong)
    with runtime.look(COMMAND) as act:
        assert cases.open_of(act, cast.chen.id) == []


def test_whom_it_is_about_leads_to_the_department_and_that_to_its_company(
    runtime: Runtime, cast: Cast, house: House
) -> None:
    about = filed(runtime, cast, about_staff_id=house.ma.id).row
    assert (about.department_id, about.about_company_id) == (house.grounds, cast.home.id)
    company = filed(runtime, cast, about_company_id=cast.home.id).row
    assert (company.department_id, company.about_company_id) == (None, cast.home.id)


def test_what_a_sister_company_did_is_verified_there_and_fed_back(runtime: Runtime, cast: Cast, house: House) -> None:
    named = filed(runtime, cast, department_id=house.grounds, grade=Grade.MINOR)
    unnamed = filed(runtime, cast, department_id=house.grounds, grade=Grade.MINOR, anonymous=True)
    assert named.due("CMP-11.feedback") == START + 3 * DAY
    assert "CMP-11.feedback" not in unnamed.verdicts
    assert named.case.company_id == cast.heat.id


def test_what_nobody_graded_for_a_day_is_passed_up_all_the_same_and_grading_it_lower_gains_no_time(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair)
    at.passes(DAY)
    complaint.clock()
    assert complaint.verdicts["CMP-2.pass_up.important"] == Verdict.BROKEN
    assert {cast.sun.id, cast.qian.id} <= complaint.told("promise-broken")
    graded(complaint, cast.lin, Grade.MINOR)
    assert complaint.due("CMP-4.settle.minor") == START + 2 * DAY, "counted from the filing"
    assert "CMP-4.settle.important" not in complaint.verdicts
    assert complaint.verdicts["CMP-2.pass_up.important"] == Verdict.BROKEN
    assert complaint.row.first_grade == Grade.MINOR


def test_raising_adds_what_the_higher_grade_wants_and_keeps_the_sooner_deadline(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    at.passes(HOUR)
    graded(complaint, cast.lin, Grade.MAJOR)
    assert complaint.due("CMP-4.settle.major") == START + 2 * DAY, "raising gains no time"
    assert complaint.due("CMP-3.reply.major") == START + 2 * DAY, "counted from the filing"
    assert complaint.due("CMP-2.pass_up.major") == MIDNIGHT
    assert "CMP-4.settle.minor" not in complaint.verdicts
    assert (complaint.row.grade, complaint.row.first_grade) == (Grade.MAJOR, Grade.MINOR)
    with runtime.look(COMMAND) as act:
        last = [one for one in audit.entries(act.session, complaint.case.chain) if one.kind == "complaint-graded"][-1]
        assert cases.unseal(act, complaint.case, last.fields["why"]) == "the whole building is cold"
        assert (last.fields["before"], last.fields["now"]) == (Grade.MINOR, Grade.MAJOR)


def test_raised_on_the_third_day_what_was_broken_stays_so_and_the_general_manager_has_the_day_to_hear_of_it(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    at.passes(2 * DAY + HOUR)
    complaint.clock()
    graded(complaint, cast.sun, Grade.MAJOR)
    complaint.clock()
    assert complaint.verdicts["CMP-4.settle.minor"] == Verdict.BROKEN, "what was broken stays as it was promised"
    assert "CMP-4.settle.major" not in complaint.verdicts
    assert complaint.due("CMP-2.pass_up.major") == MIDNIGHT + 2 * DAY, "the day on which it was raised"
    assert complaint.dispatch(Role.GENERAL_MANAGER).rings_from == MIDNIGHT + 2 * DAY - 2 * HOUR
    assert complaint.due("CMP-3.reply.major") == at.now + 2 * DAY
    assert {complaint.verdicts[rule] for rule in ("CMP-2.pass_up.major", "CMP-3.reply.major")} == {Verdict.OPEN}


def test_raised_after_an_hour_it_is_not_late_for_the_manager_who_could_not_know_of_it(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    at.passes(2 * HOUR)
    graded(complaint, cast.lin, Grade.IMPORTANT)
    complaint.clock()
    assert complaint.due("CMP-2.pass_up.important") == START + 3 * HOUR
    assert complaint.verdicts["CMP-2.pass_up.important"] == Verdict.OPEN


def test_a_raised_complaint_is_warned_of_by_the_graver_rule(
    runtime: Runtime, cast: Cast, house: House, at: HandClock
) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR, limit_at=START + 36 * HOUR)
    graded(complaint, cast.lin, Grade.IMPORTANT)
    at.set(START + 12 * HOUR)  # a day before; a minor one is warned of twelve hours before
    complaint.clock()
    assert complaint.told("promise-due-soon") == {cast.lin.id}
    assert complaint.due("CMP-4.settle.important") == START + 36 * HOUR


def test_a_grade_is_lowered_by_nobody_alone_and_needs_a_reason(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.IMPORTANT, about_staff_id=cast.zhou.id)
    for who, grade, why, error in (
        (cast.feng, Grade.MINOR, "it is not so bad", Refused),
        (cast.lin, Grade.IMPORTANT, "it is", Conflict),
        (cast.lin, Grade.MAJOR, " ", Invalid),
        (cast.zhou, Grade.MAJOR, "about myself", Refused),
        (house.liu, Grade.MAJOR, "about my department", Refused),
    ):
        with pytest.raises(error):
            graded(complaint, who, grade, why)
    assert complaint.row.grade == Grade.IMPORTANT


def test_a_closed_complaint_keeps_its_grade(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    with runtime.act(COMMAND) as act:
        row = cases.get(act, complaint.id)
        row.state = "closed"
    with pytest.raises(Conflict):
        graded(complaint, cast.lin, Grade.MAJOR)
    with pytest.raises(Conflict):
        complaint.does(house.liu, respondents.sign)


def test_what_was_passed_up_already_is_not_passed_up_again(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = filed(runtime, cast, department_id=house.repair)
    complaint.does(cast.qian, respondents.acknowledge)
    graded(complaint, cast.lin, Grade.IMPORTANT)
    passed_up = [one for one in complaint.promises if one.rule == "CMP-2.pass_up.important"]
    assert [one.verdict for one in passed_up] == [Verdict.KEPT]
    assert complaint.dispatch(Role.MANAGER).signed_by_id == cast.qian.id
    assert complaint.case.handler_id == cast.lin.id, "who was told of it does not do the next step"


def test_only_whoever_it_is_passed_up_to_has_seen_it(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.IMPORTANT)
    with pytest.raises(Refused):
        complaint.does(cast.sun, respondents.acknowledge)
    complaint.does(cast.feng, respondents.acknowledge)
    with pytest.raises(Conflict):
        complaint.does(cast.qian, respondents.acknowledge)
    assert complaint.verdicts["CMP-2.pass_up.important"] == Verdict.KEPT, "whoever stands above has seen it"

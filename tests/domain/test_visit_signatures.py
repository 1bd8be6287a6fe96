"""What a customer says on a return visit the department that did the work signs for, and nobody for it (VIS-4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import staff, visit_figures, visit_results, visit_signatures, visits
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Kind
from hotline.domain.verifying import What
from hotline.domain.visits import Said, Visit
from hotline.errors import Conflict, Refused
from hotline.runtime import Runtime
from tests import given
from tests.complaining import Filed, House
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.domain.test_agreeing import changed, found
from tests.tampering import forging
from tests.verified import the_log_agrees as the_log_agrees
from tests.visiting import BROKEN, GOOD, UNHAPPY, Mended, mended, told
from tests.world import Cast, HandClock, Person

SILENT = Said(mended=True, mark=5)


@pytest.fixture
def done(runtime: Runtime, cast: Cast, house: House) -> Mended:
    """Chen's radiator is mended by Wang, of the repair department, which Liu heads; a visit is owed."""
    with runtime.act(COMMAND) as act:
        staff.get(act, cast.wang.id).department_id = house.repair
    return mended(runtime, cast)


def signs(done: Mended, who: Person) -> Visit:
    """Somebody signs for the first visit; the visit as it stands then."""
    with done.by(who) as (act, case):
        visit_signatures.sign(act, visits.of_case(act, case.id)[0].id, staff.get(act, who.id))
    return done.visits[0]


@pytest.mark.parametrize("said", [BROKEN, UNHAPPY, GOOD, Said(mended=True, mark=2), Said(mended=False, mark=5)])
def test_whatever_there_is_to_know_the_head_of_who_did_the_work_is_told_and_signs(
    done: Mended, cast: Cast, house: House, at: HandClock, said: Said
) -> None:
    done.records(cast.lin, said)
    assert done.visits[0].is_unsigned
    assert done.told("visit-to-sign") == {house.liu.id}
    visit = signs(done, house.liu)
    assert (visit.is_unsigned, visit.signed_at, visit.signed_by_id) == (False, at.now, house.liu.id)
    assert visit.department_id == house.repair


def test_a_content_customer_who_says_no_word_leaves_nothing_to_sign(done: Mended, cast: Cast, house: House) -> None:
    done.records(cast.lin, SILENT)
    assert not done.visits[0].is_unsigned
    assert done.told("visit-to-sign") == set()
    with pytest.raises(Conflict):
        signs(done, house.liu)


def test_nobody_signs_for_another_department_but_a_superior(done: Mended, cast: Cast, house: House) -> None:
    done.records(cast.lin, BROKEN)
    for other in (house.xu, house.ma, cast.lin, cast.wang, cast.wu):
        with pytest.raises(Refused):
            signs(done, other)
    assert signs(done, cast.sun).signed_by_id == cast.sun.id


def test_it_is_signed_for_once(done: Mended, cast: Cast, house: House) -> None:
    done.records(cast.lin, BROKEN)
    signs(done, house.liu)
    with pytest.raises(Conflict):
        signs(done, cast.sun)
    assert done.visits[0].signed_by_id == house.liu.id


def test_where_no_head_is_there_the_supervisor_is_told(done: Mended, cast: Cast, house: House) -> None:
    with done.by(cast.sun) as (act, _case):
        staff.get(act, house.liu.id).phone = None
    done.records(cast.lin, GOOD)
    assert done.told("visit-to-sign") == {cast.sun.id}


def test_a_supervisor_who_hears_that_it_is_broken_is_not_told_twice(done: Mended, cast: Cast, house: House) -> None:
    with done.by(cast.sun) as (act, _case):
        staff.get(act, house.liu.id).phone = None
    done.records(cast.lin, BROKEN)
    assert done.told("visit-to-sign") == set()
    assert cast.sun.id in done.told("visit-unsatisfied")
    assert done.visits[0].is_unsigned


def test_where_the_work_was_of_no_department_a_superior_signs(runtime: Runtime, cast: Cast, house: House) -> None:
    done = mended(runtime, cast)
    done.records(cast.lin, GOOD)
    assert done.visits[0].department_id is None
    assert done.told("visit-to-sign") == {cast.sun.id}
    with pytest.raises(Refused):
        signs(done, house.liu)
    assert signs(done, cast.sun).signed_at is not None


def test_of_a_stay_the_department_of_whoever_answered_signs(runtime: Runtime, cast: Cast, house: House) -> None:
    with runtime.act(COMMAND) as act:
        staff.get(act, cast.lin.id).department_id = house.billing
        case = given.case(act, cast, kind=Kind.ENQUIRY)
        visits.owe(act, case, visits.VISITOR)
        stay = Mended(runtime, case.id)
    stay.records(cast.lin, Said(mark=1))
    assert stay.told("visit-to-sign") == {house.xu.id}


def test_of_a_complaint_nothing_is_signed_for_a_second_time(complaint: Filed, house: House, cast: Cast) -> None:
    visited = told(complaint, house, cast)
    visited.records(cast.lin, Said(mended=False, mark=1, words="没有道歉"))
    assert not visited.visits[0].is_unsigned
    assert visited.told("visit-to-sign") == set()


def test_what_was_told_to_the_machine_is_signed_for_and_the_head_told_once(
    done: Mended, cast: Cast, runtime: Runtime, house: House
) -> None:
    with runtime.act(COMMAND) as act:
        call, [visit] = given.call(act, cast, who=cast.chen), visits.of_case(act, done.id)
        visit_results.answered(act, visit.id, call, Said(mended=True))
        visit_results.answered(act, visit.id, call, Said(mark=5))
        assert not visit.is_unsigned
        visit_results.told_more(act, visit.id, call)
        visit_results.told_more(act, visit.id, call)
    assert done.visits[0].is_unsigned
    assert done.told("visit-to-sign") == {house.liu.id}


def test_words_that_come_after_the_signature_are_signed_for_too(
    done: Mended, cast: Cast, runtime: Runtime, house: House, at: HandClock
) -> None:
    """The customer is content with nothing; the head signs at once; in the same call the customer goes on."""
    with runtime.act(COMMAND) as act:
        call, [visit] = given.call(act, cast, who=cast.chen), visits.of_case(act, done.id)
        visit_results.answered(act, visit.id, call, Said(mended=True))
        visit_results.answered(act, visit.id, call, Said(mark=1))
    signs(done, house.liu)
    at.passes(timedelta(seconds=20))
    with runtime.act(COMMAND) as act:
        visit_results.told_more(act, visit.id, act.session.get_one(Call, call.id))
    assert done.visits[0].is_unsigned
    assert signs(done, house.liu).signed_at == at.now


def test_the_figures_say_how_many_were_signed_of_those_to_sign(
    runtime: Runtime, cast: Cast, done: Mended, house: House, at: HandClock
) -> None:
    others = [mended(runtime, cast) for _ in range(2)]
    for one, said in ((done, BROKEN), (others[0], GOOD), (others[1], SILENT)):
        one.records(cast.lin, said)
    signs(done, house.liu)
    with runtime.look(COMMAND) as act:
        repair = visit_figures.coverage(act, [cast.heat.id], at.now, at.now + timedelta(minutes=1))[0]
    assert (repair.made, repair.to_sign, repair.signed) == (3, 2, 1)


@pytest.mark.parametrize("column", ["to_sign_at", "signed_at", "signed_by_id", "department_id"])
def test_a_signature_that_is_altered_is_named(
    runtime: Runtime, cast: Cast, done: Mended, house: House, column: str
) -> None:
    done.records(cast.lin, BROKEN)
    signs(done, house.liu)
    chain = done.case.chain
    with forging(runtime) as session:
        assert changed(session, "visits", 1, column) == 1
        assert f"{chain}: {What.ROW}: visits 1 {column}" in found(session)

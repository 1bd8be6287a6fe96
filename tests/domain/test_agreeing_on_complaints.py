"""What is shown of a complaint says what the log says; whatever is changed in its row is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import complaints, joins, replaying, respondents
from hotline.domain.act import COMMAND
from hotline.domain.verifying import What
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import house as house
from tests.domain.test_agreeing import changed, found
from tests.tampering import forging, run
from tests.world import Cast, HandClock

# What pages and figures show of a complaint; none of it may fall out of what is compared.
READ = {
    "grade",
    "first_grade",
    "department_id",
    "about_company_id",
    "about_staff_id",
    "limit_at",
    "stage",
    "filed_at",
    "refused_at",
    "refusal",
    "finding",
    "joined_to_id",
    "changed_to",
    *(
        f"{step}_{column}"
        for step in ("signed", "settled", "returned", "replied", "told")
        for column in ("at", "by_id")
    ),
}


@pytest.fixture
def whole(runtime: Runtime, cast: Cast, house: House, at: HandClock) -> Filed:
    """A complaint that was refused, put to another department, raised, dealt with and told; another joined to it."""
    limit_at = at.now + timedelta(days=9)
    complaint = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR, limit_at=limit_at)
    again = filed(runtime, cast, department_id=house.repair, grade=Grade.MINOR)
    at.passes(timedelta(minutes=4))
    complaint.does(house.liu, respondents.sign)
    complaint.does(house.liu, respondents.refuse, "it is about the bill")
    complaint.is_put_to(cast.lin, house.billing)
    with complaint.by(cast.lin) as (act, case, person):
        complaints.grade(act, case, Grade.IMPORTANT, by=person, why="so many are cold")
    with again.by(cast.sun) as (act, case, person):
        joins.join(act, case, complaint.case, by=person, why="the same cold rooms")
    at.passes(timedelta(hours=1))
    complaint.clock()
    complaint.does(cast.qian, respondents.acknowledge)
    complaint.comes_back(house.xu)
    complaint.does(cast.lin, respondents.replied, "we are on it")
    complaint.does(cast.lin, respondents.tell_customer, "told")
    return complaint


def test_a_complaint_agrees_with_its_rows(whole: Filed) -> None:
    with whole.runtime.look(COMMAND) as act:
        assert found(act.session) == []


def test_every_changed_column_of_a_complaint_is_named(whole: Filed) -> None:
    assert set(replaying.COLUMNS["complaints"]) >= READ
    for column in sorted(READ):
        with forging(whole.runtime) as session:
            assert changed(session, "complaints", whole.row.id, column) == 1
            assert f"case:{whole.id}: {What.ROW}: complaints {whole.row.id} {column}" in found(session)


def test_a_promise_that_is_charged_to_another_department_is_named(whole: Filed) -> None:
    for promise in whole.promises:
        with forging(whole.runtime) as session:
            assert changed(session, "promises", promise.id, "department_id") == 1
            assert f"case:{whole.id}: {What.ROW}: promises {promise.id} department_id" in found(session)


def test_a_complaint_that_vanished_is_named(whole: Filed) -> None:
    with forging(whole.runtime) as session:
        run(session, "DELETE FROM complaints")
        assert f"case:{whole.id}: {What.ROW_GONE}: complaints {whole.row.id}" in found(session)

"""The department signs, deals with it and returns the form; the owner tells the customer; a superior closes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from hotline.domain import companies, handovers, leaving, respondents, signers
from hotline.domain.act import COMMAND
from hotline.domain.complaint_forms import Stage
from hotline.domain.dispatches import RESPONDENT
from hotline.domain.promises import Verdict
from hotline.domain.staff import Role
from hotline.errors import Conflict, HotlineError, Invalid, NotFound, Refused
from hotline.runtime import Runtime
from tests import given
from tests.complaining import Filed, House, filed, hired
from tests.complaining import complaint as complaint
from tests.complaining import house as house
from tests.domain.departures import on_leave
from tests.world import START, Cast, HandClock, Person

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def signers_of(complaint: Filed) -> list[int]:
    with complaint.runtime.look(COMMAND) as act:
        companies.get(act, complaint.case.company_id)
        return [one.id for one in signers.people(act, complaint.dispatch(RESPONDENT), complaint.case)]


def test_a_complaint_goes_its_whole_way_in_time(cast: Cast, house: House, complaint: Filed, at: HandClock) -> None:
    at.passes(9 * MINUTE)
    complaint.does(house.liu, respondents.sign)
    assert (complaint.row.stage, complaint.case.handler_id) == (Stage.SIGNED, house.liu.id)
    at.passes(DAY)
    complaint.does(house.liu, respondents.settle, "air in the pipe; apologised")
    assert (complaint.row.stage, complaint.verdicts["CMP-6.form"]) == (Stage.SETTLED, Verdict.OPEN)
    complaint.does(house.liu, respondents.give_back)
    assert (complaint.row.stage, complaint.case.handler_id) == (Stage.RETURNED, cast.lin.id)
    assert complaint.told("complaint-returned") == {cast.lin.id}
    complaint.does(cast.lin, respondents.tell_customer, "told; is glad")
    assert (complaint.row.stage, complaint.row.told_by_id) == (Stage.TOLD, cast.lin.id)
    at.passes(2 * DAY)
    complaint.does(cast.lin, respondents.visited, "warm since", True)
    assert set(complaint.verdicts.values()) == {Verdict.KEPT}
    assert {"CMP-1.sign", "CMP-4.settle.minor", "CMP-6.form", "CMP-7.tell", "CMP-8.visit", "CMP-9.callback"} == {
        *complaint.verdicts
    }
    complaint.is_closed(cast.sun)
    assert complaint.case.state == "closed"


def test_each_step_waits_for_the_one_before_and_says_so(cast: Cast, house: House, complaint: Filed) -> None:
    def refused(who: Person, what: Callable[..., None], *said: object, match: str) -> None:
        with pytest.raises(Refused, match=match):
            complaint.does(who, what, *said)

    refused(house.liu, respondents.settle, "done", match="sign for the complaint first")
    complaint.does(house.liu, respondents.sign)
    refused(house.liu, respondents.give_back, match="how the complaint was dealt with")
    refused(cast.lin, respondents.tell_customer, "soon", match="returned the form")
    complaint.does(house.liu, respondents.settle, "done")
    refused(cast.lin, respondents.tell_customer, "soon", match="returned the form")
    complaint.does(house.liu, respondents.give_back)
    refused(cast.lin, respondents.visited, "fine", True, match="hears the result first")


def test_nothing_is_done_twice(cast: Cast, house: House, complaint: Filed) -> None:
    for who, what, *said in (
        (house.liu, respondents.sign),
        (house.liu, respondents.settle, "done"),
        (house.liu, respondents.give_back),
        (cast.lin, respondents.replied, "we look into it"),
        (cast.lin, respondents.tell_customer, "told"),
        (cast.lin, respondents.visited, "fine", True),
    ):
        complaint.does(who, what, *said)
        with pytest.raises(Conflict):
            complaint.does(who, what, *said)


def test_nothing_is_done_without_words(cast: Cast, house: House, complaint: Filed) -> None:
    with pytest.raises(Invalid):
        complaint.does(house.liu, respondents.refuse, "  ")
    complaint.does(house.liu, respondents.sign)
    with pytest.raises(Invalid):
        complaint.does(house.liu, respondents.settle, "  ")
    with pytest.raises(Invalid):
        complaint.does(cast.lin, respondents.replied, "  ")


def test_nobody_signs_or_settles_in_the_name_of_the_department(cast: Cast, house: House, complaint: Filed) -> None:
    for who in (cast.lin, cast.sun, cast.feng, house.xu, house.ma):
        with pytest.raises(Refused, match="nobody in its name"):
            complaint.does(who, respondents.sign)
    complaint.does(house.liu, respondents.sign)
    for who in (cast.lin, cast.sun, house.xu):
        with pytest.raises(Refused):
            complaint.does(who, respondents.settle, "done")


def test_the_department_does_not_speak_with_the_customer(house: House, cast: Cast, complaint: Filed) -> None:
    complaint.comes_back(house.liu)
    for who in (house.liu, house.xu, cast.wu, cast.hu):
        with pytest.raises(Refused):
            complaint.does(who, respondents.tell_customer, "it is done")
    complaint.does(cast.sun, respondents.tell_customer, "it is done")


def test_a_department_that_it_is_not_about_sends_it_back_and_the_clock_of_the_filing_runs_on(
    cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    at.passes(4 * MINUTE)
    complaint.does(house.liu, respondents.refuse, "it is about the bill")
    assert complaint.told("complaint-refused") == {cast.lin.id, cast.sun.id}
    assert complaint.case.handler_id == cast.lin.id
    with pytest.raises(Conflict):
        complaint.does(house.liu, respondents.sign)
    with pytest.raises(Refused, match="supervisor"):
        complaint.is_put_to(cast.lin, house.repair)
    complaint.is_put_to(cast.lin, house.billing)
    assert (complaint.row.refused_at, complaint.dispatch(RESPONDENT).department_id) == (None, house.billing)
    assert signers_of(complaint) == [house.xu.id]
    at.passes(7 * MINUTE)
    complaint.does(house.xu, respondents.sign)
    signed = [one for one in complaint.promises if one.rule == "CMP-1.sign"]
    assert [(one.verdict, one.department_id, one.due_at) for one in signed] == [
        (Verdict.BROKEN, None, START + 10 * MINUTE),  # the desk's: it was sent to the wrong place
        (Verdict.KEPT, house.billing, START + 14 * MINUTE),
    ]


def test_a_supervisor_puts_it_to_the_same_department_again(cast: Cast, house: House, complaint: Filed) -> None:
    with pytest.raises(Conflict):
        complaint.is_put_to(cast.sun, house.repair)
    complaint.does(house.liu, respondents.refuse, "it is about the bill")
    complaint.is_put_to(cast.sun, house.repair)
    complaint.does(house.liu, respondents.sign)
    assert complaint.row.signed_by_id == house.liu.id


def test_who_signed_and_then_sends_it_back_leaves_the_next_ten_minutes_of_their_own(
    cast: Cast, house: House, complaint: Filed, at: HandClock
) -> None:
    complaint.does(house.liu, respondents.sign)
    at.passes(DAY)
    complaint.does(house.liu, respondents.refuse, "it is about the bill")
    complaint.is_put_to(cast.lin, house.billing)
    assert (complaint.row.stage, complaint.row.signed_at) == (Stage.FILED, None)
    with pytest.raises(Refused):
        complaint.does(house.liu, respondents.settle, "done")
    at.passes(9 * MINUTE)
    complaint.does(house.xu, respondents.sign)
    signed = [one for one in complaint.promises if one.rule == "CMP-1.sign"]
    assert [(one.verdict, one.due_at) for one in signed] == [
        (Verdict.KEPT, START + 10 * MINUTE),
        (Verdict.KEPT, START + DAY + 10 * MINUTE),
    ]
    assert complaint.due("CMP-4.settle.minor") == START + 2 * DAY, "no time is gained by being sent about"


def test_only_the_owner_or_a_superior_puts_it_to_a_department_and_not_once_it_is_dealt_with(
    cast: Cast, house: House, complaint: Filed
) -> None:
    for who, department_id, error in (
        (cast.zhou, house.billing, Refused),
        (house.liu, house.billing, Refused),
        (cast.hu, house.billing, Refused),
        (cast.lin, 99, NotFound),
    ):
        with pytest.raises(error):
            complaint.is_put_to(who, department_id)
    complaint.comes_back(house.liu)
    with pytest.raises(Conflict):
        complaint.is_put_to(cast.sun, house.billing)
    with pytest.raises(Conflict):
        complaint.does(house.liu, respondents.refuse, "not ours")


def test_put_to_a_sister_company_it_is_verified_there(cast: Cast, house: House, complaint: Filed) -> None:
    complaint.is_put_to(cast.lin, house.grounds)
    assert (complaint.row.about_company_id, signers_of(complaint)) == (cast.home.id, [house.ma.id])
    assert complaint.due("CMP-11.feedback") == START + 3 * DAY
    complaint.comes_back(house.ma)
    complaint.does(cast.lin, respondents.tell_customer, "told")
    assert complaint.verdicts["CMP-11.feedback"] == Verdict.KEPT


def test_where_no_head_can_be_rung_the_companys_supervisors_sign_then_those_above(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    up = [cast.sun.id, cast.qian.id, cast.feng.id]
    assert signers_of(complaint) == [house.liu.id]
    with runtime.act(COMMAND) as act:
        given.person(act, house.liu).phone = None
    assert signers_of(complaint) == [house.liu.id, *up], "who has no telephone may still sign on the page"
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        leaving.dismiss(act, house.liu.id, by=None)
    assert signers_of(complaint) == up
    complaint.does(cast.sun, respondents.sign)
    assert complaint.row.signed_by_id == cast.sun.id


def test_for_a_head_on_leave_the_supervisors_sign(cast: Cast, house: House, complaint: Filed, at: HandClock) -> None:
    on_leave(complaint.runtime, house.liu, house.xu, at)
    assert signers_of(complaint) == [cast.sun.id, cast.qian.id, cast.feng.id]


def test_before_a_department_is_named_the_supervisors_sign(runtime: Runtime, cast: Cast, house: House) -> None:
    complaint = filed(runtime, cast)
    assert signers_of(complaint) == [cast.sun.id, cast.qian.id, cast.feng.id]
    at_home = filed(runtime, cast, about_company_id=cast.home.id)
    assert signers_of(at_home) == [cast.hu.id]


def test_of_two_heads_who_sign_at_once_one_has_signed(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    with runtime.act(COMMAND) as act:
        other = hired(act, cast.heat, "孟", "meng", 44, Role.DEPARTMENT_HEAD, department_id=house.repair)
    together, refused = Barrier(2), []

    def signs(who: Person) -> None:
        together.wait()
        try:
            complaint.does(who, respondents.sign)
        except HotlineError as error:
            refused.append(type(error))

    threads = [Thread(target=signs, args=(who,)) for who in (house.liu, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == [Conflict]
    assert complaint.row.signed_by_id == complaint.dispatch(RESPONDENT).signed_by_id == complaint.case.handler_id


def test_the_supervisors_hear_of_a_customer_who_is_not_content(cast: Cast, house: House, complaint: Filed) -> None:
    complaint.comes_back(house.liu)
    complaint.does(cast.lin, respondents.tell_customer, "told")
    complaint.does(cast.lin, respondents.visited, "cold again", False)
    assert complaint.told("complaint-unsatisfied") == {cast.sun.id}


def test_what_a_head_signed_for_and_left_is_signed_for_and_dealt_with_by_others(
    runtime: Runtime, cast: Cast, house: House, complaint: Filed
) -> None:
    complaint.does(house.liu, respondents.sign)
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        leaving.dismiss(act, house.liu.id, by=None)
    assert complaint.case.handler_id == cast.lin.id
    with pytest.raises(Refused):
        complaint.does(cast.sun, respondents.settle, "air in the pipe")
    complaint.does(cast.sun, respondents.sign)
    complaint.does(cast.sun, respondents.settle, "air in the pipe")
    assert complaint.row.settled_by_id == cast.sun.id


def test_a_complaint_handed_to_a_sister_company_keeps_its_department_and_its_deadlines(
    cast: Cast, house: House, complaint: Filed
) -> None:
    due = {one.rule: one.due_at for one in complaint.promises}
    with complaint.by(cast.lin) as (act, case, _person):
        companies.get(act, case.company_id)
        asked = handovers.ask(act, case, giver_id=cast.lin.id, receiver_id=cast.wu.id, reason="their tenant")
    with complaint.by(cast.wu) as (act, _case, person):
        handovers.answer(act, asked.id, by=person.id, accept=True)
    assert {one.rule: one.due_at for one in complaint.promises if one.rule in due} == due
    complaint.comes_back(house.liu)
    with pytest.raises(Refused):
        complaint.does(cast.lin, respondents.tell_customer, "told")
    complaint.does(cast.wu, respondents.tell_customer, "told")
    complaint.does(cast.wu, respondents.visited, "fine", True)
    with pytest.raises(Refused):
        complaint.is_closed(cast.sun)
    complaint.is_closed(cast.hu)

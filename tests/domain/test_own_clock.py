"""Nobody's own clock can be gamed: each trick by its name, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import cases, complaint_forms, complaints, decisions, handovers, promises, respondents, staff
from hotline.domain import companies as firms
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.domain.staff import Role
from hotline.errors import Conflict, Refused
from hotline.runtime import Runtime
from hotline.standard.kinds import Grade
from tests import deciding, given
from tests.deciding import SETTLE, asks, asks_time, by, decides, due, state, verdicts, waits_for
from tests.world import Cast, HandClock, Person, number

DAY = timedelta(days=1)


def hired(runtime: Runtime, cast: Cast, login: str, *roles: Role, department_id: int | None = None) -> Person:
    with runtime.act(COMMAND) as act:
        heat, phone = firms.get(act, cast.heat.id), number(70 + len(login))
        made = staff.hire(
            act,
            heat,
            name=login,
            login=login,
            roles=roles,
            agent_number=login,
            phone=phone,
            department_id=department_id,
        )
        return Person(made.id, login, login, phone)


def test_approving_ones_own_request(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, owner=cast.zhou)
    asked = asks_time(runtime, cast.qian, case_id, due(runtime, case_id) + DAY)
    assert waits_for(runtime, cast.qian) == []
    with pytest.raises(Refused, match="asked for themselves"):
        decides(runtime, cast.qian, asked)
    decides(runtime, cast.feng, asked)


def test_having_a_subordinate_ask_for_the_time_that_oneself_approves(runtime: Runtime, cast: Cast) -> None:
    """The manager owns the complaint and lets an agent ask: the manager's own clock is not the manager's to stop."""
    case_id = deciding.complaint(runtime, cast, owner=cast.qian)
    asked = asks_time(runtime, cast.sun, case_id, due(runtime, case_id) + DAY)
    assert waits_for(runtime, cast.feng) == [asked]
    with pytest.raises(Refused, match="somebody above does"):
        decides(runtime, cast.qian, asked)


def test_asking_a_subordinate(runtime: Runtime, cast: Cast) -> None:
    """An enquiry's time is the supervisor's to allow, but not to the manager, nor to the manager's owner."""
    with runtime.act(by(cast.lin)) as act:
        case = given.case(act, cast, owner=cast.qian)
        promises.make(act, "CBK-1.answer", case)
    until = due(runtime, case.id, "CBK-1.answer") + DAY
    asked = asks_time(runtime, cast.qian, case.id, until, rule="CBK-1.answer")
    with pytest.raises(Refused, match="manager or somebody above"):
        decides(runtime, cast.sun, asked)
    assert waits_for(runtime, cast.feng) == [asked]


def test_asking_after_the_deadline(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    case_id = deciding.complaint(runtime, cast)
    at.set(due(runtime, case_id) + timedelta(seconds=1))
    with pytest.raises(Conflict, match="approved before it"):
        asks_time(runtime, cast.lin, case_id, at.now + DAY)


def test_asking_before_the_deadline_and_approving_after_it(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    case_id = deciding.complaint(runtime, cast)
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    at.set(due(runtime, case_id) + timedelta(seconds=1))
    with pytest.raises(Conflict, match="approved before it"):
        decides(runtime, cast.qian, asked)
    assert state(runtime, asked) == "asked"
    assert verdicts(runtime, case_id, SETTLE) == ["open"]


def test_a_manager_who_is_complained_of_decides_nothing_about_it(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, about=cast.qian)
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    assert waits_for(runtime, cast.qian) == []
    with pytest.raises(Refused, match="manager or somebody above"):
        decides(runtime, cast.qian, asked)
    with pytest.raises(Refused, match="whoever answers for the matter"):
        asks(runtime, cast.qian, case_id, Grade.MINOR)
    assert waits_for(runtime, cast.feng) == [asked]


def test_where_everybody_who_could_decide_is_concerned_the_group_decides(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        home = firms.get(act, cast.home.id)
        above = staff.hire(
            act, home, name="郑", login="zheng", roles=[Role.GENERAL_MANAGER], agent_number="90", phone=number(90)
        )
        zheng = Person(above.id, "郑", "zheng", number(90))
    case_id = deciding.complaint(runtime, cast, about=cast.feng, owner=cast.qian)
    asked = asks_time(runtime, cast.sun, case_id, due(runtime, case_id) + DAY)
    assert [waits_for(runtime, one) for one in (cast.qian, cast.feng, cast.hu, zheng)] == [[], [], [], [asked]]
    decides(runtime, zheng, asked)
    assert verdicts(runtime, case_id, SETTLE) == ["excused", "open"]


def test_where_nobody_at_all_could_decide_nothing_is_asked(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, about=cast.feng, owner=cast.qian)
    with pytest.raises(Refused, match="nobody stands above you"):
        asks_time(runtime, cast.sun, case_id, due(runtime, case_id) + DAY)


def test_asking_while_the_grade_is_low_and_having_it_approved_when_it_is_higher(runtime: Runtime, cast: Cast) -> None:
    """The manager allows more time for a minor complaint, but not any more for what has become a major one."""
    case_id = deciding.complaint(runtime, cast)
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    with runtime.act(by(cast.zhou)) as act:
        case, zhou = deciding.locked(act, case_id), given.person(act, cast.zhou)
        complaints.grade(act, case, Grade.MAJOR, by=zhou, why="they threaten with the papers")
    with pytest.raises(Refused, match="general_manager or somebody above"):
        decides(runtime, cast.qian, asked)
    assert (waits_for(runtime, cast.qian), waits_for(runtime, cast.feng)) == ([], [asked])


def test_taking_the_matter_over_after_asking(runtime: Runtime, cast: Cast) -> None:
    """Who answers for it now does not decide, nor whoever stands below."""
    case_id = deciding.complaint(runtime, cast)
    asked = asks_time(runtime, cast.lin, case_id, due(runtime, case_id) + DAY)
    with runtime.act(COMMAND) as act:
        handovers.force(act, deciding.locked(act, case_id), receiver_id=cast.feng.id)
    with pytest.raises(Refused, match="somebody above does"):
        decides(runtime, cast.feng, asked)
    with pytest.raises(Refused, match="general_manager or somebody above"):
        decides(runtime, cast.qian, asked)


def test_raising_the_grade_to_gain_its_longer_time(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast)
    before = due(runtime, case_id)
    with runtime.act(by(cast.lin)) as act:
        case, lin = deciding.locked(act, case_id), given.person(act, cast.lin)
        complaints.grade(act, case, Grade.MAJOR, by=lin, why="they threaten with the papers")
    assert due(runtime, case_id, "CMP-4.settle.major") == before


def test_lowering_and_raising_again_to_gain_time(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.IMPORTANT)
    before = due(runtime, case_id, "CMP-4.settle.important")
    at.passes(timedelta(hours=30))
    with runtime.act(COMMAND) as act:
        for rule in ("CMP-1.sign", "CMP-2.pass_up.important"):
            promises.done(act, rule, deciding.locked(act, case_id))
    decides(runtime, cast.sun, asks(runtime, cast.lin, case_id, Grade.MINOR))
    with runtime.act(by(cast.lin)) as act:
        case, lin = deciding.locked(act, case_id), given.person(act, cast.lin)
        complaints.grade(act, case, Grade.IMPORTANT, by=lin, why="it is important after all")
    assert due(runtime, case_id, "CMP-4.settle.important") == before
    assert verdicts(runtime, case_id, "CMP-4.settle.important") == ["open"]


def test_lowering_a_grade_alone(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast, grade=Grade.MAJOR)
    for who in (cast.lin, cast.feng):
        with runtime.act(by(who)) as act:
            case, person = deciding.locked(act, case_id), given.person(act, who)
            with pytest.raises(Refused, match="second, higher person"):
                complaints.grade(act, case, Grade.MINOR, by=person, why="it is nothing")


def test_making_it_an_enquiry_alone(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast)
    asked = asks(runtime, cast.sun, case_id, Kind.ENQUIRY)
    for who in (cast.sun, cast.lin):
        with pytest.raises(Refused):
            decides(runtime, who, asked)
    with runtime.look(COMMAND) as act:
        assert cases.get(act, case_id).kind == Kind.COMPLAINT


def test_closing_it_and_opening_it_anew(runtime: Runtime, cast: Cast) -> None:
    """Nothing is closed while something is promised or nobody dealt with it, and nothing opens what is closed."""
    case_id = deciding.complaint(runtime, cast)
    with runtime.act(by(cast.feng)) as act, pytest.raises(Conflict, match=r"CMP-4\.settle\.minor"):
        promises.close_case(act, deciding.locked(act, case_id), by=cast.feng.id, outcome="begin anew")
    with runtime.act(by(cast.sun)) as act:
        case = deciding.locked(act, case_id)
        for rule in ("CMP-1.sign", SETTLE, "CMP-9.callback"):
            promises.done(act, rule, case)
        with pytest.raises(Conflict, match="nobody said how"):
            promises.close_case(act, case, by=cast.sun.id, outcome="the valve was changed")
        complaints.of(act, case).settled_at = act.at
        promises.close_case(act, case, by=cast.sun.id, outcome="the valve was changed")
    with runtime.act(by(cast.sun)) as act:
        case, sun = deciding.locked(act, case_id), given.person(act, cast.sun)
        with pytest.raises(Conflict, match="is closed"):
            complaints.grade(act, case, Grade.MAJOR, by=sun, why="once more")
        with pytest.raises(Conflict, match="is closed"):
            respondents.settle(act, case, sun, "once more")
    with pytest.raises(Conflict, match="is closed"):
        asks(runtime, cast.sun, case_id, Kind.ENQUIRY)


def test_signing_for_another(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        department = firms.add_department(act, firms.get(act, cast.heat.id), "锅炉房").id
    head = hired(runtime, cast, "head", Role.DEPARTMENT_HEAD, department_id=department)
    case_id = deciding.complaint(runtime, cast, department_id=department)
    for who in (cast.lin, cast.zhou, cast.wang):
        with runtime.act(by(who)) as act, pytest.raises(Refused, match="nobody in its name"):
            respondents.sign(act, deciding.locked(act, case_id), given.person(act, who))
    with runtime.act(by(head)) as act:
        respondents.sign(act, deciding.locked(act, case_id), given.person(act, head))
    assert verdicts(runtime, case_id, "CMP-1.sign") == ["kept"]


def test_the_department_complained_of_asks_for_time_and_for_nothing_else(runtime: Runtime, cast: Cast) -> None:
    with runtime.act(COMMAND) as act:
        department = firms.add_department(act, firms.get(act, cast.heat.id), "锅炉房").id
    head = hired(runtime, cast, "head", Role.DEPARTMENT_HEAD, department_id=department)
    other = hired(runtime, cast, "other", Role.DEPARTMENT_HEAD)
    case_id = deciding.complaint(runtime, cast, grade=Grade.IMPORTANT, department_id=department)
    until = due(runtime, case_id, "CMP-4.settle.important") + DAY
    for wanted in (Grade.MINOR, Kind.ENQUIRY):
        with pytest.raises(Refused, match="whoever answers for the matter"):
            asks(runtime, head, case_id, wanted)
    with runtime.act(by(head)) as act:
        case, promise = deciding.locked(act, case_id), deciding.promised(act, case_id, "CMP-4.settle.important")
        person, what = given.person(act, head), decisions.What.LOWER_GRADE
        with pytest.raises(Refused, match="whoever answers for the matter"):
            decisions.ask(act, case, what, by=person, reason="less", wanted=Grade.MINOR, promise=promise)
    with pytest.raises(Refused, match="whoever answers for the matter"):
        asks_time(runtime, other, case_id, until, rule="CMP-4.settle.important")
    callback = due(runtime, case_id, "CMP-9.callback") + DAY
    with pytest.raises(Refused, match="whoever answers for the matter"):
        asks_time(runtime, head, case_id, callback, rule="CMP-9.callback")
    assert asks_time(runtime, head, case_id, until, rule="CMP-4.settle.important")


def test_shifting_the_limit_back_by_counting_anew(runtime: Runtime, cast: Cast, at: HandClock) -> None:
    """What is promised later counts from the filing all the same, and more time never ends before the deadline."""
    case_id = deciding.complaint(runtime, cast, grade=None)
    filed = at.now
    before = due(runtime, case_id, "CMP-4.settle.important")
    at.passes(DAY)
    with runtime.act(by(cast.lin)) as act:
        case, lin = deciding.locked(act, case_id), given.person(act, cast.lin)
        complaints.grade(act, case, Grade.MAJOR, by=lin, why="two households now")
    assert due(runtime, case_id, "CMP-4.settle.major") == before
    assert due(runtime, case_id, "CMP-3.reply.major") == filed + 2 * DAY


def test_who_asked_and_left_leaves_the_request_to_be_decided(runtime: Runtime, cast: Cast) -> None:
    case_id = deciding.complaint(runtime, cast)
    asked = asks_time(runtime, cast.sun, case_id, due(runtime, case_id) + DAY)
    with runtime.act(COMMAND) as act:
        given.person(act, cast.sun).active = False
    decides(runtime, cast.qian, asked)
    with runtime.look(COMMAND) as act:
        assert decisions.of_case(act, case_id)[0].asked_by_id == cast.sun.id
        assert complaint_forms.barred(act, case_id) == frozenset()

"""More time and a lower grade, as a firm lives through them: who is told what when, and what stays as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.domain import complaints, promises, respondents
from hotline.domain.cases import Kind
from hotline.errors import Conflict, Refused
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House, filed
from tests.complaining import house as house
from tests.deciding import SETTLE, asks, asks_time, decides, state, verdicts
from tests.line import Line
from tests.line import line as line

THREE_DAYS = timedelta(days=3)


@pytest.fixture
def complaint(line: Line, house: House) -> Filed:
    """A minor complaint of Chen's about the repair department, whose head has signed; Chen was rung back."""
    made = filed(line.runtime, line.cast, department_id=house.repair, grade=Grade.MINOR)
    made.does(house.liu, respondents.sign)
    with made.by(line.cast.lin) as (act, case, _lin):
        promises.done(act, "CMP-9.callback", case)
    return made


def told(line: Line, number: str) -> list[str]:
    return [text.body for text in line.phone(number).texts]


def test_more_time_asked_in_time(line: Line, house: House, complaint: Filed) -> None:
    line.passes(hours=30)
    first = complaint.due(SETTLE)
    asked = asks_time(line.runtime, house.liu, complaint.id, first + THREE_DAYS)
    line.phone("qian").receives("有人请求延期。「轻微投诉处理完毕」须在11月20日10:00前完成，请在此之前")
    decides(line.runtime, line.cast.qian, asked)
    line.phone(house.liu.number.e164).receives("您的申请有了决定")
    line.phone("chen").receives("需要更长时间，非常抱歉。我们会在11月23日10:00前完成，由林晓负责到底")
    line.passes(hours=24)
    assert verdicts(line.runtime, complaint.id, SETTLE) == ["excused", "open"], "the first deadline is over"
    line.passes(days=3)
    assert verdicts(line.runtime, complaint.id, SETTLE) == ["excused", "broken"]
    assert any("「轻微投诉处理完毕」未能在11月23日10:00前完成" in text for text in told(line, "sun"))


def test_more_time_asked_too_late(line: Line, house: House, complaint: Filed) -> None:
    line.passes(hours=49)
    with pytest.raises(Conflict, match="approved before it"):
        asks_time(line.runtime, house.liu, complaint.id, line.at.now + THREE_DAYS)
    assert verdicts(line.runtime, complaint.id, SETTLE) == ["broken"]
    assert not [text for text in told(line, "chen") if "更长时间" in text]


def test_more_time_asked_in_time_and_decided_by_nobody(line: Line, house: House, complaint: Filed) -> None:
    line.passes(hours=30)
    asked = asks_time(line.runtime, house.liu, complaint.id, complaint.due(SETTLE) + THREE_DAYS)
    line.passes(hours=19)
    assert (state(line.runtime, asked), verdicts(line.runtime, complaint.id, SETTLE)) == ("lapsed", ["broken"])
    assert complaint.told("decision-lapsed") == {house.liu.id}


def test_more_time_where_the_manager_is_complained_of(line: Line, house: House) -> None:
    manager = line.cast.qian
    made = filed(line.runtime, line.cast, department_id=house.repair, about_staff_id=manager.id, grade=Grade.MINOR)
    made.does(house.liu, respondents.sign)
    asks_time(line.runtime, house.liu, made.id, made.due(SETTLE) + THREE_DAYS)
    line.phone("feng").receives("有人请求延期")
    assert not [text for text in told(line, "qian") if made.case.number in text]


def test_a_grade_lowered_by_one_and_by_two(line: Line, house: House) -> None:
    made = filed(line.runtime, line.cast, department_id=house.repair, grade=Grade.MAJOR)
    made.does(house.liu, respondents.sign)
    with made.by(line.cast.lin) as (act, case, lin), pytest.raises(Refused, match="second, higher person"):
        complaints.grade(act, case, Grade.MINOR, by=lin, why="it is nothing")
    asked = asks(line.runtime, line.cast.lin, made.id, Grade.MINOR)
    line.phone("sun").receives("有一项申请等您决定")
    decides(line.runtime, line.cast.sun, asked)
    line.phone("feng").does_not_ring(within=24 * 3600)
    assert (made.row.grade, made.row.first_grade) == (Grade.MINOR, Grade.MAJOR)
    assert made.verdicts["CMP-2.pass_up.major"] == made.verdicts["CMP-3.reply.major"] == "excused"


def test_nobody_is_rung_to_sign_for_what_is_no_complaint_any_more(line: Line, house: House) -> None:
    made = filed(line.runtime, line.cast, department_id=house.repair, grade=Grade.MINOR)
    decides(line.runtime, line.cast.sun, asks(line.runtime, line.cast.lin, made.id, Kind.ENQUIRY))
    line.phone(house.liu.number.e164).does_not_ring(within=1800)
    with made.by(house.liu) as (act, case, liu), pytest.raises(Conflict, match="no complaint any more"):
        respondents.sign(act, case, liu)
    assert made.verdicts["CMP-1.sign"] == "excused"

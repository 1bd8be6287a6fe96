"""Complaints that are told by telephone, to their very end; if this broke, whoever has no form to fill in was lost."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.domain import cases, complaints, matters, respondents
from hotline.domain.outbox import OutboxEntry
from hotline.errors import Refused
from hotline.simulator.phone import Phone
from hotline.standard.kinds import Grade
from tests.complaining import Filed, House
from tests.complaining import house as house
from tests.line import Line
from tests.stories.timetable import Story
from tests.world import ADDRESS

WHAT = "昨天约好十点上门，两次都没有来人"
WHO = ("陈", "13900000088", "0088", ADDRESS)  # the name, the number, its last digits, the home


def complains(line: Line, named: str) -> Filed:
    """Chen rings in and tells it, by name or without."""
    chen = line.rings("chen").hears("投诉请按5").presses("5").hears("不匿名请按1").presses(named)
    chen.hears("时间、地点、事情经过和您的要求").speaks(WHAT).presses("#")
    if named == "1":
        chen.hears("来电的号码").presses("1")
    chen.hears("您的投诉已经登记").hears("还有什么").presses("2").hears("打分").hangs_up()
    return Filed(line.runtime, line.case().id)


def test_a_hash_pressed_after_the_recording_ended_by_itself_repeats_the_question_and_answers_nothing(
    line: Line,
) -> None:
    chen = (
        line.rings("chen").hears("投诉请按5").presses("5").hears("不匿名请按1").presses("1").hears("beep").speaks(WHAT)
    )
    chen.hears("给您回电，对吗", within=30).presses("#").hears("给您回电，对吗", within=30)
    assert not [said for said in chen.heard if "没有这个选项" in said.text or "请输入您的联系电话" in said.text]
    chen.presses("1").hears("您的投诉已经登记").hangs_up()
    assert not line.case().anonymous


@pytest.mark.parametrize(("said", "anonymous"), [("不匿名", False), ("我不想匿名", False), ("匿名", True)])
def test_nobody_is_asked_for_a_name_who_only_does_not_want_to_stay_anonymous(
    line: Line, said: str, anonymous: bool
) -> None:
    chen = line.rings("chen").hears("投诉请按5").presses("5").hears("不匿名请按1，匿名请按2").speaks(said)
    chen.hears("时间、地点").hears("beep").speaks(WHAT).presses("#")
    if not anonymous:
        chen.hears("给您回电，对吗").presses("1")
    chen.hears("您的投诉已经登记").hangs_up()
    assert line.case().anonymous is anonymous
    assert "姓名" not in "".join(caption.text for caption in chen.heard)


def is_graded(line: Line, made: Filed, grade: Grade, department_id: int) -> None:
    """It is written down, Lin grades it, and puts it to a department; whoever stands above has seen it."""
    with made.by(line.cast.lin) as (act, case, lin):
        matters.write_down(act, case, {"sealed_happened": cases.seal(act, case, WHAT)})
        complaints.grade(act, case, grade, by=lin, why="nobody came, twice")
    made.is_put_to(line.cast.lin, department_id)
    made.does(line.cast.qian, respondents.acknowledge)
    if grade is Grade.MAJOR:
        made.does(line.cast.feng, respondents.acknowledge)


def signs(line: Line, house: House) -> Phone:
    """The head of the department is rung, and signs by a key."""
    return line.phone(house.liu.number.e164).rings().answers().hears("签收").presses("1").hears("已经签收")


def test_told_by_telephone_it_is_graded_signed_for_by_a_key_dealt_with_told_visited_and_closed(
    line: Line, house: House
) -> None:
    made, story = complains(line, "1"), Story(line.runtime, line.cast, house, line.at)
    assert made.verdicts.keys() == {
        "CMP-1.sign", "CMP-2.pass_up.important", "CMP-4.settle.important", "CMP-9.callback"
    }, "nobody has graded it yet"  # fmt: skip
    line.phone("chen").receives("感谢您的意见")
    line.phone("sun").receives("收到客户投诉")
    is_graded(line, made, Grade.IMPORTANT, house.repair)
    signs(line, house)
    line.passes(hours=20)
    for step in ("settled", "returned", "told_result"):
        getattr(story, step)(made)
        line.passes(minutes=5)
    line.phone("lin").receives(made.case.number)
    line.passes(hours=20)
    story.visited(made)
    story.closed(made)
    assert made.verdicts == dict.fromkeys(made.verdicts, "kept")
    assert {"CMP-7.tell", "CMP-8.visit", "CMP-9.callback"} <= made.verdicts.keys()
    assert made.case.state == "closed"


def everything_said(line: Line, made: Filed, head: Phone) -> str:
    """All that anybody of ours read or heard of it, what is owed to the outside, what the log holds of it."""
    phones = [head, *(line.phone(name) for name in ("lin", "zhou", "sun", "qian", "feng"))]
    read = [text.body for phone in phones for text in phone.texts]
    heard = [caption.text for phone in phones for caption in phone.heard]
    with line.look() as act:
        owed = act.session.scalars(select(OutboxEntry.about).where(OutboxEntry.case_id == made.id)).all()
        seen = respondents.view(act, made.case)
    assert read
    assert heard
    return str([read, heard, owed, seen, line.chain(made.case.chain)])


def test_told_without_a_name_it_comes_to_its_end_and_nothing_of_it_says_who_it_was(line: Line, house: House) -> None:
    made, story = complains(line, "2"), Story(line.runtime, line.cast, house, line.at)
    is_graded(line, made, Grade.MAJOR, house.repair)
    signs(line, house)
    line.passes(days=10, hours=1)
    line.phone(house.liu.number.e164).receives("重大投诉处理完毕")
    story.settled(made)
    story.returned(made)
    for step in (story.replied, story.told_result, story.visited):
        with pytest.raises(Refused, match="cannot be reached"):
            step(made)
    story.closed(made)
    assert made.verdicts == {
        "CMP-1.sign": "kept",
        "CMP-2.pass_up.important": "kept",
        "CMP-2.pass_up.major": "kept",
        "CMP-4.settle.major": "late",
        "CMP-6.form": "kept",
    }
    line.passes(minutes=1)
    said = everything_said(line, made, line.phone(house.liu.number.e164))
    assert not [value for value in WHO if value in said]
    assert [text.body for text in line.phone("chen").texts if made.case.number in text.body] == []

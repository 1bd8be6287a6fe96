"""What people say in their own words: taken as it is meant, not asked away, and never for ever."""

from __future__ import annotations

import pytest

from hotline.domain import cases, companies
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from tests.line import Line

ENGLISH = "For English, press 8."


def english(line: Line, firm: str = "home") -> None:
    """The unknown caller speaks English from here on."""
    line.rings("unknown", firm).hears(ENGLISH).presses("8").hears("How may I help you")


@pytest.mark.parametrize(
    ("said", "kind", "safety"),
    [
        ("我家跑水了", "burst_pipe", "总阀门"), ("燃气味很大", "gas", "打开门窗"),
        ("着火了", "fire", "不要乘电梯"), ("我被困在电梯里", "lift", "不要扒门"),
    ],
)  # fmt: skip
def test_a_spoken_emergency_is_not_asked_for_again(line: Line, said: str, kind: str, safety: str) -> None:
    caller = line.rings("unknown", "home").hears("请问有什么可以帮您").speaks(said).hears(safety).hears("准确的地点")
    assert "什么紧急情况" not in "".join(one.text for one in caller.heard)
    caller.hangs_up()
    assert (line.case().kind, line.case().matter) == ("emergency", kind)
    assert said in line.told(line.case())["sealed_looks"]


@pytest.mark.parametrize(("said", "kind"), [("my lift is stuck", "lift"), ("fire", "fire")])
def test_a_spoken_emergency_is_not_asked_for_again_in_english(line: Line, said: str, kind: str) -> None:
    english(line)
    line.phone("unknown").speaks(said).hears("Please say exactly where it is").hangs_up()
    assert (line.case().kind, line.case().matter) == ("emergency", kind)


def test_what_names_no_kind_of_emergency_calls_help_and_is_kept(line: Line) -> None:
    caller = line.rings("unknown", "home").hears("情况请按1").presses("1").hears("什么紧急情况")
    caller.speaks("3号楼2单元").hears("已经通知值班人员").hears("准确的地点")
    assert (line.case().kind, line.case().matter) == ("emergency", "unclear")
    assert line.told(line.case())["sealed_looks"] == "3号楼2单元"
    caller.speaks("地下室").hears("现在的情况").speaks("全是烟").hears("怎么称呼").hangs_up()
    assert line.told(line.case())["sealed_looks"] == "3号楼2单元 全是烟"


def test_an_emergency_of_unclear_kind_is_told_as_one_and_without_an_address_says_so(line: Line) -> None:
    line.rings("unknown").hears("情况请按1").presses("1").hears("什么紧急情况").hangs_up()
    wang = line.phone("wang").rings().answers().hears("有一件紧急情况，请您处理").presses("1").hears("已经签收")
    wang.hears("来电人没有说地址，电话号码在维修单上").does_not_hear("地址是")
    wang.receives("紧急情况，261118001，请签收")


def test_of_who_withheld_number_and_address_nothing_is_promised(line: Line) -> None:
    line.phone("anonymous").dial(line.cast.heat.number).hears("情况请按1").presses("1").hears("什么紧急").hangs_up()
    line.phone("wang").rings().answers().hears("紧急情况").presses("1").hears("也没有留下电话号码")


@pytest.mark.parametrize(
    ("said", "question"),
    [("厕所堵了", "下水堵了"), ("没电了", "请问有没有危险"), ("电梯坏了", "被困或受伤"), ("暖气不热", "家里不热")],
)
def test_a_fault_named_at_once_is_not_asked_for_by_class(line: Line, said: str, question: str) -> None:
    line.rings("unknown", "home").hears("请问有什么可以帮您").speaks(said).hears(question).hangs_up()
    assert "哪里出了故障" not in "".join(one.text for one in line.phone("unknown").heard)


def test_a_fault_that_names_no_class_is_asked_for(line: Line) -> None:
    line.rings("unknown", "home").hears("请问有什么可以帮您").speaks("我要报修").hears("哪里出了故障").hangs_up()


def test_a_figure_spoken_to_the_menu_answers_the_menu_alone(line: Line) -> None:
    line.rings("unknown", "home").hears("请问有什么可以帮您").speaks("二").hears("哪里出了故障").hangs_up()
    line.rings("unknown", "home").hears("请问有什么可以帮您").speaks("一").hears("什么紧急情况").hangs_up()


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("I have no heating, it is freezing", "diagnosis.heating.problem"),
        ("I have a problem with my water pipe, it is leaking", "diagnosis.water.problem"),
    ],
)
def test_a_fault_in_plain_english(line: Line, said: str, question: str) -> None:
    english(line)
    line.phone("unknown").speaks(said).hears(line.runtime.prompts.text(question, "en")).hangs_up()


def test_a_message_where_none_are_taken_is_for_a_person(line: Line) -> None:
    line.rings("unknown").hears("请问有什么可以帮您").speaks("给我家老伴留个话").hears("给您回电，对吗").hangs_up()


@pytest.mark.parametrize("said", ["再说一遍", "你说什么", "什么？", "请您再说一遍"])
def test_who_asks_again_hears_it_again(line: Line, said: str) -> None:
    caller = line.rings("unknown", "home").hears("请按0").presses("0").hears("给您回电，对吗")
    caller.speaks(said).does_not_hear("没有听清楚").hears("给您回电，对吗").hangs_up()
    assert line.calls()[0].misses == 0


def test_who_asks_again_for_the_address_is_not_taken_to_live_there(line: Line) -> None:
    caller = line.rings("unknown", "home").hears("情况请按1").presses("1").hears("什么紧急").presses("1")
    caller.hears("准确的地点").speaks("你说什么").hears("准确的地点").speaks("3号楼").hears("现在的情况").hangs_up()
    assert line.told(line.case())["sealed_address"] == "3号楼"


def test_who_hears_badly_is_told_again_slowly(line: Line) -> None:
    caller = line.rings("unknown", "home").hears("请按0").presses("0").hears("给您回电，对吗")
    caller.speaks("我听不见，大声点").hears("给您回电，对吗").hangs_up()
    assert line.calls()[0].slow
    assert line.phone("unknown").heard[-2].utterance.rate == "75%"


@pytest.mark.parametrize(
    "said",
    [
        ["再说一遍"] * 5,
        ["慢一点"] * 5,
        ["嗯嗯嗯", "慢一点", "你说什么", "哦哦", "我听不见"],
        ["慢一点", "嗯嗯嗯", "慢一点", "嗯嗯嗯", "慢一点"],
    ],
)
def test_five_useless_sentences_lead_to_a_person(line: Line, said: list[str]) -> None:
    caller = line.rings("unknown", "home").hears("请按0")
    for sentence in said[:-1]:
        caller.speaks(sentence).hears("请按0")
    caller.speaks(said[-1]).hears("我们换一种办法帮您").hears("给您回电，对吗").hangs_up()


def test_a_wrong_key_is_told_as_such_and_a_sentence_is_asked_for_again(line: Line) -> None:
    caller = line.rings("unknown", "home").hears("请按0").presses("0").hears("给您回电，对吗")
    caller.presses("7").hears("没有这个选项，请您重新选择").hears("给您回电，对吗")
    caller.speaks("今天天气不错").hears("请您再说一遍，或者按键选择").hangs_up()


def test_who_asked_nothing_is_not_told_that_their_question_was_not_heard(line: Line) -> None:
    """ANS-5: its words are for a question; at a yes or no, and at a number, a key is missed."""
    caller = line.rings("unknown", "home").hears("请按0").hears("没有听清楚您的问题", within=60)
    caller.hears("请按0", within=60).presses("0").hears("给您回电，对吗")
    caller.hears("没有收到您的按键", within=60).hears("给您回电，对吗").presses("2")
    caller.hears("请输入您的联系电话").hears("没有收到您的按键", within=60)
    caller.hears("请输入您的联系电话").presses("123#").hears("这个号码不完整").hangs_up()


@pytest.mark.parametrize(
    ("key", "kind", "matter"),
    [
        ("3", "complaint", "complaint"), ("4", "enquiry", "enquiry"), ("5", "callback", "message"),
        ("6", "callback", "progress"), ("0", "callback", "agent"), ("2", "callback", "unclear"),
    ],
)  # fmt: skip
def test_what_the_caller_came_for_survives_a_hang_up(line: Line, key: str, kind: str, matter: str) -> None:
    line.rings("unknown", "home").hears("请按0").presses(key).stays_silent(3).hangs_up()
    line.passes(seconds=5)
    assert (line.case().kind, line.case().matter) == (kind, matter)


def test_a_complaint_dropped_at_its_first_question_is_rung_back_as_one(line: Line) -> None:
    line.rings("chen", "home").hears("请问有什么可以帮您").speaks("我要投诉").hears("匿名请按2").hangs_up()
    assert (line.case().kind, line.promised(line.case())["CMP-9.callback"]) == ("complaint", "open")


def test_a_cold_radiator_named_in_one_sentence_is_a_repair_where_the_address_is_known(line: Line) -> None:
    line.rings("chen", "home").hears("请问有什么可以帮您").speaks("暖气不热").hears("家里不热").hangs_up()
    assert (line.case().kind, line.case().matter) == ("fault", "heating")


@pytest.mark.parametrize("many", [2, 3])
def test_with_several_open_matters_each_is_told_the_newest_first(line: Line, many: int) -> None:
    opened(line, many)
    chen = line.rings("chen").hears("查询办理进度请按3").presses("3").hears(f"您有{many}件事正在办理")
    for place in range(many, 0, -1):
        chen.hears(f"单号2 6 1 1 1 8 0 0 {place}")
    chen.hears("还有什么").hangs_up()
    assert all("progress-told" in [kind for kind, _ in line.chain(case.chain)] for case in line.cases())


def test_with_more_open_matters_than_anybody_remembers_the_number_is_asked_for(line: Line) -> None:
    opened(line, 4)
    line.rings("chen").hears("查询办理进度请按3").presses("3").hears("请输入您的单号").hangs_up()


def opened(line: Line, many: int) -> None:
    """Mrs. Chen has so many questions open at the heating company."""
    with line.runtime.act(COMMAND) as act:
        heat = companies.get(act, line.cast.heat.id)
        for _ in range(many):
            cases.open(
                act, heat, kind=Kind.ENQUIRY, matter="enquiry", owner_id=line.cast.lin.id,
                customer_id=line.cast.chen.id,
            )  # fmt: skip

"""Who rings, and how they like to speak: every caller is answered in a way that suits them."""

from __future__ import annotations

from datetime import timedelta

from hotline.domain import customers
from hotline.domain.act import COMMAND
from tests.line import Line


def languages(line: Line, who: str) -> set[str]:
    return {one.utterance.language for one in line.phone(who).heard if one.utterance.language}


def test_an_english_caller_is_spoken_to_in_english_and_the_next_time_at_once(line: Line) -> None:
    line.tells("english")
    assert [call.language for call in line.calls()] == ["en", "en"]
    assert languages(line, "unknown") == {"cmn-CN", "en-US"}


def test_the_other_language_is_offered_in_that_language(line: Line) -> None:
    line.rings("unknown").hears("For English, press 8.").hangs_up()
    offered = [one for one in line.phone("unknown").heard if one.text.startswith("For English")]
    assert [one.utterance.language for one in offered] == ["en-US"]


def test_slow_speech_is_remembered(line: Line) -> None:
    line.tells("slowly")
    assert [call.slow for call in line.calls()] == [True, True]
    assert line.phone("unknown").heard[-2].utterance.rate == "75%"


def test_every_answer_may_be_spoken(line: Line) -> None:
    line.tells("spoken")
    case = line.case()
    assert (case.kind, case.matter) == ("fault", "electricity")
    assert line.told(case)["sealed_address"] == "阳光小区8号楼1单元302"


def test_a_caller_who_says_nothing_is_rung_back_and_the_line_let_go(line: Line) -> None:
    line.tells("silent")
    assert line.promised(line.case()) == {"ANS-3.callback": "open"}
    assert line.calls()[0].state == "ended"
    assert line.phone("unknown").state == "idle"


def test_a_nuisance_number_hears_a_polite_refusal_and_leaves_no_case(line: Line) -> None:
    with line.runtime.act(COMMAND) as act:
        flagged = customers.flag_nuisance(
            act, line.cast.unknown, reason="rings at night", flagged_by=line.cast.lin.id,
            expires_at=act.at + timedelta(days=30),
        )  # fmt: skip
        customers.confirm_nuisance(act, flagged.id, line.cast.sun.id)
    line.tells("nuisance")
    assert line.cases() == []
    assert len(line.calls()) == 2


def test_a_number_flagged_and_not_confirmed_is_answered_as_ever(line: Line) -> None:
    with line.runtime.act(COMMAND) as act:
        customers.flag_nuisance(
            act, line.cast.unknown, reason="rings at night", flagged_by=line.cast.lin.id,
            expires_at=act.at + timedelta(days=30),
        )  # fmt: skip
    line.rings("unknown").hears("请问有什么可以帮您").hangs_up()


def test_a_number_that_belongs_to_no_company_is_said_not_to_be_in_service(line: Line) -> None:
    line.tells("not_in_service")
    assert line.calls() == []


def test_a_company_without_a_menu_asks_openly(line: Line) -> None:
    line.changes(line.cast.home, flow={"menu": False})
    line.tells("open_question")
    assert line.case().kind == "enquiry"


def test_a_colleague_with_other_matters_is_a_caller_like_any_other(line: Line) -> None:
    line.tells("cold_radiator")
    line.passes(minutes=1)
    line.rings("wang").hears("其他事情请按0").presses("0").hears("请问有什么可以帮您").presses("0").hears("给您回电")
    line.phone("wang").presses("1").hears("单号是").hangs_up()
    assert line.told(line.cases()[-1])["sealed_contact"] == line.cast.wang.number.e164

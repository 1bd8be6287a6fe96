"""Whose number is keyed need not be there when it is; else a stranger could have a victim rung all day."""

from __future__ import annotations

from hotline.domain import callbacks, cases, customers
from hotline.domain.act import COMMAND
from tests import given, rung
from tests.line import Line
from tests.stories.test_line import asks_for_a_person
from tests.world import number

VICTIM, OWN = number(77), number(78)


def is_told_today(line: Line, times: int) -> None:
    """So many callers of today wanted to be rung at the victim's telephone."""
    for last in range(times):
        with line.runtime.act(COMMAND) as act:
            case = given.case(act, line.cast, whose=customers.with_number(act, number(500 + last)))
            case.details = {"sealed_contact": cases.seal(act, case, VICTIM.e164)}
            callbacks.owe(act, case, rung.MISSED)


def test_a_number_that_was_told_too_often_today_is_not_taken_again(line: Line) -> None:
    is_told_today(line, 3)
    caller = asks_for_a_person(line, "anonymous").hears("请输入您的联系电话").presses(f"{VICTIM.national}#")
    caller.hears("请输入您的联系电话").presses(f"{OWN.national}#").hears("您的联系电话是1 3 9").presses("1")
    caller.hangs_up()
    assert line.told(line.cases()[-1])["sealed_contact"] == OWN.e164


def test_a_number_that_was_told_twice_is_taken(line: Line) -> None:
    is_told_today(line, 2)
    asks_for_a_person(line, "anonymous").hears("请输入您的联系电话").presses(f"{VICTIM.national}#").hears(
        "您的联系电话是"
    )

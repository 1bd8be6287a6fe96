"""What says who somebody is; if this broke, a department would read in a complaint's own words who complained."""

from __future__ import annotations

import pytest

from hotline.domain import cases, customers, identity, respondents
from hotline.domain.act import COMMAND
from hotline.domain.identity import Identity
from hotline.runtime import Runtime
from tests import complaining
from tests.complaining import House, filed
from tests.complaining import house as house
from tests.world import Cast

CHEN = Identity(("陈明月", "Chen Mingyue"), ("+8613800138000", "13800138000", "3号楼2单元501"))


@pytest.mark.parametrize(
    "number",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "+86 138 0013 8000",
        "１３８００１３８０００",
        "幺三八零零幺三八零零零",
        "010-88880001",
        "0573 8206 0001",
        "(010) 8888 0001",
        "+49 30 901820",
    ],
)
def test_a_telephone_number_is_found_however_it_is_written(number: str) -> None:
    words = f"三天没有暖气，打{number}找我"
    assert identity.says_who([words])
    assert identity.without(words, Identity()) == "三天没有暖气，打***找我"


@pytest.mark.parametrize(
    "words", ["11月18日9点30分，3号楼12层", "合同号202611180001，欠费1380元", "2026-11-18 09:30-11:30", "一二三单元"]
)
def test_what_is_no_number_stays_as_it_was_written(words: str) -> None:
    assert not identity.says_who([words], CHEN)
    assert identity.without(words, CHEN) == words


def test_whatever_the_customer_is_known_by_is_found_and_a_name_keeps_one_character() -> None:
    words = "我是陈明月（CHEN MINGYUE），住三号楼二单元501，电话1380 0138 000"
    for told in ("陈明月", "chen mingyue", "三号楼二单元501", "1380-0138-000"):
        assert identity.says_who(["师傅来晚了", told], CHEN), told
    assert identity.without(words, CHEN) == "我是陈**（C**），住***，电话***"


def test_a_name_of_one_character_is_a_part_of_many_words() -> None:
    assert not identity.says_who(["陈年旧账"], Identity(("陈",)))
    assert identity.without("陈年旧账", Identity(("陈",))) == "陈年旧账"


@pytest.mark.parametrize("anonymous", [False, True])
def test_the_department_reads_what_happened_without_who_it_happened_to(
    runtime: Runtime, cast: Cast, house: House, anonymous: bool
) -> None:
    chen = complaining.customer(runtime, "陈明月", 61)
    with runtime.act(COMMAND) as act:
        who = customers.get(act, chen.id)
        customers.settle_at(act, who, company_id=cast.heat.id, address="3号楼501", agreement=None, ends=None)
    own = f"我是陈明月，3号楼501，{chen.number.national}，三天没有暖气"
    complaint = filed(runtime, cast, customer=chen, anonymous=anonymous, department_id=house.repair)
    with runtime.act(COMMAND) as act:
        case = act.session.merge(complaint.case)
        told = cases.seal(act, case, "打13800138000，三天没有暖气" if anonymous else own)
        case.details = {**case.details, "sealed_happened": told}
    with runtime.look(COMMAND) as act:
        seen = respondents.view(act, complaint.case)
    assert seen.happened == ("打***，三天没有暖气" if anonymous else "我是陈**，***，***，三天没有暖气")

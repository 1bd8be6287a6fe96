"""Texts to customers and colleagues; if this broke, nobody would have in writing what was promised (OWN-7)."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from hotline.domain import cases, companies, customers, promises
from hotline.domain.act import COMMAND
from hotline.domain.cases import Kind
from hotline.jobs import segments
from hotline.prompts import FOLDER, Prompts
from tests.jobs.workshop import Workshop
from tests.world import Person

PROMPTS = Prompts()
LINK = "https://hotline.example.com/sheet/" + "x" * 32
LONGEST = {
    "company": "某某市某某区安心热力集团有限公司",
    "phone": "4008001234",
    "number": "2611180001",
    "owner": "欧阳晓晓",
    "handler": "司马强强",
    "matter": "报修，原因待查",
    "step": "维修人员签收并与您联系",
    "promised": "被投诉部门签收投诉单，部门处理当日交回",
    "due": "11月18日10:10前",
    "link": LINK,
    "count": "12345",
    "matters": "12345",
    "numbers": "2611180001, 2611180002, 2611180003 +12342",
    "broken": "12345",
    "since": "11月18日10:10",
    "n": "12345",
    "by": "欧阳晓晓",
    "why": "一小时内查看了很多客户的信息",
    "duty": "维修值班",
    "until": "11月18日10:10",
    "name": "欧阳晓晓",
    "period": "2026年第四季度",
}


def received(shop: Workshop, person: Person, text: str) -> str:
    """What somebody reads after a text was owed about a fault."""
    to = "customer" if person is shop.cast.chen else "staff"
    shop.owe("send-text", case_id=shop.fault(), to=to, who=person.id, text=text)
    shop.works_for(timedelta(seconds=5))
    return shop.texts(person)[-1].body


def test_the_customer_reads_number_owner_next_step_and_deadline(shop: Workshop) -> None:
    body = received(shop, shop.cast.chen, "case-opened")
    for told in ("安心热力", "261118001", "林晓", "维修人员签收并与您联系", "11月18日10:10", "13900001000"):
        assert told in body
    assert shop.cast.chen.name not in body


def test_a_customer_who_speaks_english_reads_english(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        customers.get(act, shop.cast.chen.id).language = "en"
    body = received(shop, shop.cast.chen, "case-opened")
    assert body.startswith("Anxin Heating: your call is case 261118001")
    assert "by 18 Nov 10:10" in body


def test_a_company_says_it_in_its_own_words(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, shop.cast.heat.id).words = {"zh-CN": {"texts.case-opened": "{number}号，{owner}负责。"}}
    assert received(shop, shop.cast.chen, "case-opened") == "261118001号，林晓负责。"


@pytest.mark.parametrize(
    ("language", "matter", "told"),
    [
        ("zh-CN", "burst_pipe", "紧急情况：水管爆裂，261118001，请签收"),
        ("zh-CN", "unclear", "紧急情况，261118001，请签收"),
        ("en", "gas", "Emergency: Gas leak, 261118001. Please sign"),
        ("en", "unclear", "Emergency, 261118001. Please sign"),
    ],
)
def test_a_colleague_reads_first_that_it_is_an_emergency(shop: Workshop, language: str, matter: str, told: str) -> None:
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, shop.cast.heat.id).overrides = {"languages": {"default": language}}
    emergency(shop, matter)
    shop.works_for(timedelta(seconds=5))
    assert shop.texts(shop.cast.wang)[-1].body.startswith(told)


@pytest.mark.parametrize(
    ("language", "told"),
    [("zh-CN", "您好，值班人员王强正在赶来"), ("en", "王强 is on duty and is coming to you at once")],
)
def test_who_reported_an_emergency_reads_that_help_is_coming(shop: Workshop, language: str, told: str) -> None:
    case_id = emergency(shop, "burst_pipe")
    with shop.runtime.act(COMMAND) as act:
        customers.get(act, shop.cast.chen.id).language = language
        cases.get(act, case_id).handler_id = shop.cast.wang.id
    shop.owe("send-text", case_id=case_id, to="customer", who=shop.cast.chen.id, text="repair-signed")
    shop.works_for(timedelta(seconds=5))
    assert shop.texts(shop.cast.chen)[-1].body.startswith(told)


@pytest.mark.parametrize(
    ("language", "told"), [("zh-CN", "11月18日24点前"), ("en", "by midnight at the end of 18 Nov")]
)
def test_midnight_is_the_end_of_its_day(shop: Workshop, language: str, told: str) -> None:
    with shop.runtime.act(COMMAND) as act:
        customers.get(act, shop.cast.chen.id).language = language
    case_id = shop.fault()
    with shop.runtime.act(COMMAND) as act:
        promises.of_case(act, case_id)[-1].due_at = datetime(2026, 11, 18, 16, tzinfo=UTC)
    shop.owe("send-text", case_id=case_id, to="customer", who=shop.cast.chen.id, text="case-opened")
    shop.works_for(timedelta(seconds=5))
    assert told in shop.texts(shop.cast.chen)[-1].body


def test_without_a_promise_the_deadline_is_soon(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        heat = companies.get(act, shop.cast.heat.id)
        case = cases.open(act, heat, kind=Kind.MESSAGE, matter="message", owner_id=shop.cast.lin.id)
    shop.owe("send-text", case_id=case.id, to="customer", who=shop.cast.chen.id, text="message-received")
    shop.works_for(timedelta(seconds=5))
    assert "尽快转达" in shop.texts(shop.cast.chen)[-1].body


def test_a_broken_promise_is_told_by_its_title_and_its_deadline(shop: Workshop) -> None:
    shop.fault()
    shop.works_for(timedelta(minutes=11))
    told = [text.body for text in shop.texts(shop.cast.sun) if "未能在" in text.body]
    assert any("「维修人员签收」未能在11月18日10:10前完成" in body for body in told)


def test_telling_keeps_the_promise_to_tell(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        heat = companies.get(act, shop.cast.heat.id)
        case = cases.open(act, heat, kind=Kind.MESSAGE, matter="lost-property", owner_id=shop.cast.lin.id)
        promises.make(act, "EMG-3.tell", case)
    shop.owe(
        "send-text",
        case_id=case.id,
        to="staff",
        who=shop.cast.sun.id,
        text="lost-property-for-supervisor",
        keeps="EMG-3.tell",
    )
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        assert [promise.verdict for promise in promises.of_case(act, case.id)] == ["kept"]


def test_a_customer_who_was_erased_is_not_written_to_and_the_supervisor_is_told(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        customers.get(act, shop.cast.chen.id).key = None
    shop.owe("send-text", case_id=case_of_nobody(shop), to="customer", who=shop.cast.chen.id, text="case-opened")
    shop.works_for(timedelta(seconds=15))
    assert shop.texts(shop.cast.chen) == []
    assert "未能送达" in shop.texts(shop.cast.sun)[-1].body


def emergency(shop: Workshop, matter: str) -> int:
    """An emergency case that those on duty are rung for."""
    case_id = shop.fault(kind=Kind.EMERGENCY)
    with shop.runtime.act(COMMAND) as act:
        cases.get(act, case_id).matter = matter
    return case_id


def case_of_nobody(shop: Workshop) -> int:
    with shop.runtime.act(COMMAND) as act:
        heat = companies.get(act, shop.cast.heat.id)
        return cases.open(act, heat, kind=Kind.MESSAGE, matter="message", owner_id=shop.cast.lin.id).id


def sentences() -> list[tuple[str, str]]:
    return [
        (language, key)
        for language in PROMPTS.languages
        for key in sorted(PROMPTS.keys(language))
        if ((key.count(".") == 1 and key.startswith("texts.")) or key.startswith("texts.emergency."))
        and not key.startswith(("texts.when", "texts.soon"))
    ]


@pytest.mark.parametrize(("language", "key"), sentences())
def test_every_text_fits_even_with_long_names(language: str, key: str) -> None:
    body = PROMPTS.text(key, language, **LONGEST)
    assert segments.count(body) <= 3


def test_both_languages_have_the_same_texts_with_the_same_variables() -> None:
    zh, en = (
        {key: PROMPTS.variables(key, language) for key in PROMPTS.keys(language) if key.startswith("texts.")}
        for language in ("zh-CN", "en")
    )
    assert set(zh) == set(en)
    wanted = {"number", "owner", "due"}
    assert wanted <= zh["texts.case-opened"] & en["texts.case-opened"]
    assert "link" in zh["texts.dispatch-link"] & en["texts.dispatch-link"]


def test_every_text_stands_in_its_own_file() -> None:
    for language in PROMPTS.languages:
        words = tomllib.loads((FOLDER / f"texts.{language}.toml").read_text("utf-8"))
        assert list(words) == ["texts"]

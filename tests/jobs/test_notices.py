"""What people are told goes out in one text; if this broke, they would get hundreds, or none (OWN-6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.domain import audit, cases, companies, notices, promise_looks, promises
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.cases import Case, Kind
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.jobs import segments, texts, work
from hotline.prompts import Prompts
from hotline.simulator.faults import Trouble
from tests import given
from tests.jobs.workshop import Workshop
from tests.world import SHANGHAI, Person

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
NIGHT = datetime(2026, 11, 18, 22, tzinfo=SHANGHAI)
PROMPTS = Prompts()


@pytest.fixture
def case(shop: Workshop) -> Case:
    """A question of Chen's, owned by Lin."""
    with shop.runtime.act(COMMAND) as act:
        return given.case(act, shop.cast)


def tell(shop: Workshop, case: Case, who: Person, text: str = "recording-lost", **how: Any) -> None:
    with shop.runtime.act(CLOCK) as act:
        notices.tell(act, given.person(act, who), Occasion(case, text, **{"about": "1", **how}))


def told(shop: Workshop) -> list[Notice]:
    with shop.runtime.look(COMMAND) as act:
        return list(act.session.scalars(select(Notice).order_by(Notice.id)))


def bodies(shop: Workshop, who: Person) -> list[str]:
    return [text.body for text in shop.texts(who)]


def performs(shop: Workshop) -> None:
    """Workers do what is due; the clock does not look at what was promised."""
    while claimed := shop.claim():
        for entry_id, attempt in claimed:
            work.perform(entry_id, attempt)


def promised(shop: Workshop, case: Case, rule: str = "FLT-2.sign") -> int:
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, case.company_id)
        return promises.make(act, rule, cases.get(act, case.id)).id


def test_one_notice_is_told_in_its_own_words_after_a_moment(shop: Workshop, case: Case) -> None:
    tell(shop, case, shop.cast.sun)
    shop.works()
    assert bodies(shop, shop.cast.sun) == []
    shop.works_for(10 * SECOND)
    (body,) = bodies(shop, shop.cast.sun)
    assert body.startswith(f"{case.number} 供暖报修：来电者的录音没有取到")
    (notice,) = told(shop)
    assert (notice.told_at, notice.heard_at) == (shop.at.now - 5 * SECOND, None)


def test_the_log_says_who_was_told_of_what(shop: Workshop, case: Case) -> None:
    promise = promised(shop, case)
    tell(shop, case, shop.cast.sun, "promise-broken", promise=promise, urgent=True)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        last = audit.entries(act.session, case.chain)[-1]
    assert (last.kind, last.fields) == (
        "staff-told",
        {"notice": told(shop)[0].id, "staff": shop.cast.sun.id, "text": "promise-broken", "promise": promise},
    )


def test_several_notices_come_as_one_summary_with_the_address_of_the_page(shop: Workshop, case: Case) -> None:
    for about in ("1", "2", "3"):
        tell(shop, case, shop.cast.sun, about=about)
    shop.works_for(10 * SECOND)
    (body,) = bodies(shop, shop.cast.sun)
    assert body.startswith(f"3条通知，涉及1件事项（{case.number}），请到工作台查看")
    assert "https://hotline.example.com/console/notices" in body
    assert all(one.told_at is not None for one in told(shop))


def test_a_summary_counts_what_is_broken_and_since_when(shop: Workshop) -> None:
    for n in range(5):
        shop.passes(MINUTE)
        with shop.runtime.act(COMMAND) as act:
            case = given.case(act, shop.cast, matter="water")
        promise = promised(shop, case, "CBK-1.answer")
        with shop.runtime.act(CLOCK) as act:
            if n:
                row = act.session.get_one(promises.Promise, promise)
                row.verdict, row.due_at = promises.Verdict.BROKEN, shop.at.now
        tell(shop, case, shop.cast.sun, "promise-broken", promise=promise, about=str(promise))
    shop.works_for(10 * SECOND)
    (first, *_) = bodies(shop, shop.cast.sun)
    assert (
        "5条通知，涉及5件事项（261118001、261118002、261118003 +2），其中4项承诺已逾期，最早一项于11月18日10:02到期"
        in first
    )


@pytest.mark.parametrize("urgent", [False, True])
def test_a_flood_is_told_in_few_texts_and_nothing_of_it_is_lost(shop: Workshop, case: Case, urgent: bool) -> None:
    for second in range(60):
        for n in range(4):
            tell(shop, case, shop.cast.sun, about=f"{second}-{n}", urgent=urgent)
        shop.works_for(SECOND, SECOND)
    shop.works_for(2 * MINUTE)
    counts = [int(body.partition("条")[0]) for body in bodies(shop, shop.cast.sun) if "条通知" in body]
    assert sum(counts) + (len(bodies(shop, shop.cast.sun)) - len(counts)) == 240
    assert len(bodies(shop, shop.cast.sun)) <= (8 if urgent else 3)


@pytest.mark.parametrize("rule", ["CBK-1.answer", "FLT-2.sign"])
def test_a_clock_that_stood_still_for_days_tells_a_person_in_one_summary(shop: Workshop, rule: str) -> None:
    with shop.runtime.act(COMMAND) as act:
        for _ in range(12):
            promises.make(act, rule, given.case(act, shop.cast, owner=shop.cast.zhou))
    shop.passes(timedelta(days=3))
    for _ in range(4):  # in several acts, as a clock does that has much to look at; workers go on meanwhile
        with shop.runtime.act(CLOCK) as act:
            promise_looks.look(act, promise_looks.due_looks(act, shop.cast.heat.id, most=3))
        performs(shop)
        shop.passes(SECOND)
    shop.works_for(MINUTE)
    assert [body[:4] for body in bodies(shop, shop.cast.sun)] == ["12条通"]
    with shop.runtime.look(COMMAND) as act:
        judged = act.session.scalars(select(promises.Promise)).all()
    assert {promise.verdict for promise in judged} == {"broken"}


def test_a_clock_that_never_catches_up_keeps_a_summary_waiting_no_longer_than_a_minute(
    shop: Workshop, case: Case
) -> None:
    behind = promised(shop, case)
    shop.passes(timedelta(hours=1))
    for n in range(2):
        tell(shop, case, shop.cast.sun, "promise-broken", about=str(n), promise=behind)
    for second in range(0, 60, 10):
        assert bodies(shop, shop.cast.sun) == [], second
        performs(shop)
        shop.passes(10 * SECOND)
    performs(shop)
    shop.passes(10 * SECOND)
    assert [body[:4] for body in bodies(shop, shop.cast.sun)] == ["2条通知"]


def test_what_waits_for_the_morning_comes_as_one_text_when_it_is_there(shop: Workshop, case: Case) -> None:
    shop.at.set(NIGHT)
    for hour in range(4):
        tell(shop, case, shop.cast.sun, about=str(hour))
        tell(shop, case, shop.cast.sun, "nobody-signed", about=str(hour), urgent=True)
        shop.works()
        shop.at.passes(timedelta(hours=1))
    night = list(shop.exchange.board.messages.values())
    shop.at.set(NIGHT + timedelta(hours=10))
    shop.works()
    assert len(night) == 4
    assert all("均未签收" in text.body for text in night)
    morning = [text.body for text in shop.exchange.board.messages.values()][4:]
    assert [body.partition("，")[0] for body in morning] == ["4条通知"]


def test_people_of_two_companies_get_a_text_of_each(shop: Workshop, case: Case) -> None:
    with shop.runtime.act(COMMAND) as act:
        home = companies.get(act, shop.cast.home.id)
        other = cases.open(act, home, kind=Kind.MESSAGE, matter="message", owner_id=shop.cast.wu.id)
    tell(shop, case, shop.cast.sun)
    tell(shop, other, shop.cast.sun, about="2")
    shop.works_for(10 * SECOND)
    assert {body.rpartition("（")[2] for body in bodies(shop, shop.cast.sun)} == {"安心热力）", "安心物业）"}


def test_a_warning_of_what_is_done_meanwhile_is_told_to_nobody(shop: Workshop, case: Case) -> None:
    promise = promised(shop, case, "CBK-1.answer")
    tell(shop, case, shop.cast.lin, "promise-due-soon", promise=promise)
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, case.company_id)
        promises.done(act, "CBK-1.answer", cases.get(act, case.id))
    shop.works_for(10 * SECOND)
    assert (bodies(shop, shop.cast.lin), told(shop)) == ([], [])


def test_who_left_meanwhile_is_told_nothing_and_the_supervisor_is_once(shop: Workshop, case: Case) -> None:
    for who in (shop.cast.zhou, shop.cast.sun):
        tell(shop, case, who)
    with shop.runtime.act(COMMAND) as act:
        given.person(act, shop.cast.zhou).active = False
    shop.works_for(MINUTE + 10 * SECOND)
    assert bodies(shop, shop.cast.zhou) == []
    assert len(bodies(shop, shop.cast.sun)) == 1


def test_an_answer_that_got_lost_tells_nobody_twice(shop: Workshop, case: Case) -> None:
    shop.exchange.faults.order(Trouble.REST_SILENT_LATE)
    tell(shop, case, shop.cast.sun)
    shop.works_for(7 * SECOND, SECOND)
    tell(shop, case, shop.cast.sun, about="2")
    shop.works_for(3 * MINUTE)
    assert [body[:9] for body in bodies(shop, shop.cast.sun)] == [case.number] * 2
    assert all(one.told_at is not None for one in told(shop))


def test_telling_the_supervisor_of_lost_property_keeps_the_promise_to_tell(shop: Workshop) -> None:
    with shop.runtime.act(COMMAND) as act:
        lost = given.case(act, shop.cast, kind=Kind.MESSAGE, matter="lost-property")
    promised(shop, lost, "EMG-3.tell")
    tell(shop, lost, shop.cast.sun, "lost-property-for-supervisor")
    shop.works_for(10 * SECOND)
    with shop.runtime.look(COMMAND) as act:
        assert [promise.verdict for promise in promises.of_case(act, lost.id)] == ["kept"]


# Everything personal that a case can hold, each value found nowhere else.
PERSONAL = {
    "sealed_name": "欧阳独一无二",
    "sealed_contact": "+8613700137137",
    "sealed_address": "碧海花园77号楼",
    "sealed_happened": "他在门口骂人",
    "sealed_wanted": "要求书面道歉",
    "sealed_where_when": "昨晚七点一刻",
    "sealed_respondent": "高个子保安",
    "sealed_complaint": "态度恶劣得很",
}


def staff_texts(language: str) -> list[str]:
    """What colleagues are told of a case: customers are told our number, and a link stands in texts of its own kind."""
    own = {key: PROMPTS.variables(key, language) for key in PROMPTS.keys(language) if key.count(".") == 1}
    told = [key for key, names in own.items() if key.startswith("texts.") and not {"link", "phone"} & names]
    return [key.removeprefix("texts.") for key in sorted(told) if {"number", "matter"} & own[key]]


@pytest.mark.parametrize("language", PROMPTS.languages)
@pytest.mark.parametrize("kind", [Kind.COMPLAINT, Kind.FAULT, Kind.EMERGENCY])
def test_no_text_to_colleagues_says_anything_of_the_customer_and_each_fits(
    shop: Workshop, language: str, kind: Kind
) -> None:
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, shop.cast.heat.id).overrides = {"languages": {"default": language}}
        case = given.case(act, shop.cast, kind=kind)
        case.details = {name: cases.seal(act, case, value) for name, value in PERSONAL.items()}
    promise_id = promised(shop, case)
    texts_to_staff = staff_texts(language)
    assert {"promise-broken", "decision-asked", "notice-unheard", "complaint-for-supervisor"} <= set(texts_to_staff)
    with shop.runtime.look(COMMAND) as act:
        promise = act.session.get_one(promises.Promise, promise_id)
        for text in texts_to_staff:
            body = texts.for_colleagues(shop.runtime, act, act.session.merge(case), text, promise)
            told_of = (*PERSONAL.values(), "13700137137", shop.cast.chen.number.national, shop.cast.chen.name)
            assert [value for value in told_of if value in body] == [], text
            assert segments.count(body) <= shop.runtime.figures.carrier.text_segments, text


def test_a_text_to_a_colleague_that_a_version_before_owed_is_sent(shop: Workshop, case: Case) -> None:
    shop.owe("send-text", case_id=case.id, to="staff", who=shop.cast.sun.id, text="nobody-signed")
    shop.works_for(5 * SECOND)
    assert ["均未签收" in body for body in bodies(shop, shop.cast.sun)] == [True]

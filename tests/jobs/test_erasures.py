"""A customer is erased when one person asks and another approves, and nothing stands against it; the log holds."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hotline.domain import audit, call_searches, calls, cases, companies, customers, erasures
from hotline.domain.act import COMMAND
from hotline.domain.call_searches import CallSearch
from hotline.domain.call_words import CallWord
from hotline.domain.cases import Case
from hotline.domain.customers import NuisanceNumber
from hotline.domain.news import Recording
from hotline.errors import Conflict, HotlineError, NotFound, Refused
from hotline.jobs import routine
from hotline.runtime import Runtime
from tests import given
from tests.jobs import kept
from tests.jobs.kept import told as told
from tests.jobs.workshop import Workshop
from tests.world import Person, number

WHY = "保存期已满"


def asks(runtime: Runtime, who: Person, case_id: int, reason: str = "客户书面要求删除") -> int:
    with runtime.act(COMMAND) as act:
        matter = cases.get(act, case_id)
        companies.get(act, matter.company_id)
        return erasures.ask(act, matter, by=given.person(act, who), reason=reason).id


def answers(runtime: Runtime, who: Person, erasure_id: int, *, approve: bool = True) -> None:
    with runtime.act(COMMAND) as act:
        person = given.person(act, who)
        companies.get(act, person.company_id)
        erasures.decide(act, erasure_id, by=person, approve=approve, answer="核对过身份")


def test_a_customer_is_erased_when_a_second_person_approves_and_every_chain_verifies(shop: Workshop, told: int) -> None:
    asked = asks(shop.runtime, shop.cast.sun, told)
    with pytest.raises(Refused):
        answers(shop.runtime, shop.cast.sun, asked)
    with pytest.raises(Conflict):
        asks(shop.runtime, shop.cast.sun, told)
    answers(shop.runtime, shop.cast.qian, asked)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        case, row = act.session.get_one(Case, told), act.session.get_one(Recording, "RE1")
        assert customers.find(act, shop.cast.chen.number) is None
        for sealed in (case.details["sealed_wish"], case.outcome or ""):
            with pytest.raises(NotFound, match="erased"):
                cases.unseal(act, case, sealed)
        with pytest.raises(NotFound):
            shop.runtime.sounds.read(row.file or "")
        assert act.session.scalar(select(CallWord.word).limit(1)) is None
        assert "customer-erased" in [entry.kind for entry in audit.entries(act.session, case.chain)]
    assert kept.is_unaltered(shop.runtime)
    with pytest.raises(Conflict):
        asks(shop.runtime, shop.cast.sun, told)


def test_a_request_can_be_refused_and_made_again(shop: Workshop, told: int) -> None:
    asked = asks(shop.runtime, shop.cast.sun, told)
    answers(shop.runtime, shop.cast.qian, asked, approve=False)
    with pytest.raises(Conflict):
        answers(shop.runtime, shop.cast.qian, asked)
    assert asks(shop.runtime, shop.cast.sun, told) != asked


def test_an_open_matter_a_hold_and_a_call_stand_against_it_also_after_it_was_asked(shop: Workshop, told: int) -> None:
    asked = asks(shop.runtime, shop.cast.sun, told)
    with shop.runtime.act(COMMAND) as act:
        matter = given.case(act, shop.cast)
        number, open_case = matter.number, matter.id
    with pytest.raises(Refused, match=number):
        answers(shop.runtime, shop.cast.qian, asked)
    with shop.runtime.act(COMMAND) as act:
        cases.mark_closed(act, cases.get(act, open_case), by=shop.cast.lin.id, outcome="答复了")
    held = kept.hold(shop.runtime, shop.cast, open_case)
    with pytest.raises(Refused, match=f"hold {held}"):
        answers(shop.runtime, shop.cast.qian, asked)
    kept.lifts(shop.runtime, held, shop.cast.qian)
    with shop.runtime.act(COMMAND) as act:
        ringing = given.call(act, shop.cast, sid="CA" + "7" * 32, who=shop.cast.chen).id
    with pytest.raises(Refused, match="on the telephone"):
        answers(shop.runtime, shop.cast.qian, asked)
    with shop.runtime.act(COMMAND) as act:
        calls.progress(
            act, calls.locked(act, ringing), state=calls.State.ENDED, sequence=9, ended_by="them", cause=None
        )
    answers(shop.runtime, shop.cast.qian, asked)


@pytest.mark.parametrize("wrong", ["anonymous", "no-reason"])
def test_nobody_known_and_no_reason_are_refused(shop: Workshop, told: int, wrong: str) -> None:
    with shop.runtime.act(COMMAND) as act:
        act.session.get_one(Case, told).anonymous = wrong == "anonymous"
    with pytest.raises(HotlineError):
        asks(shop.runtime, shop.cast.sun, told, reason="要" if wrong == "no-reason" else WHY)


def test_no_flag_and_no_search_by_their_number_or_name_outlives_a_customer(shop: Workshop, told: int) -> None:
    typed = ({"number": "139 0000 0088"}, {"words": "三号楼"}, {"words": "暖气"}, {"number": number(99).e164})
    with shop.runtime.act(COMMAND) as act:
        customers.rename(act, customers.get(act, shop.cast.chen.id), "陈桂兰")
        companies.get(act, shop.cast.heat.id)
        searches = [call_searches.ask(act, shop.cast.sun.id, one) for one in typed]
        call_searches.keep(act, searches[1], "陈桂兰家")
        kept_ids = [searches[2].id, searches[3].id]
        for phone in (shop.cast.chen.number, number(99)):
            by, ends = shop.cast.lin.id, act.at.replace(year=2030)
            customers.flag_nuisance(act, phone, reason="反复拨打", flagged_by=by, expires_at=ends)
    answers(shop.runtime, shop.cast.qian, asks(shop.runtime, shop.cast.sun, told))
    with shop.runtime.look(COMMAND) as act:
        assert list(act.session.scalars(select(CallSearch.id).order_by(CallSearch.id))) == kept_ids
        [left] = act.session.scalars(select(NuisanceNumber))
        assert act.sealer.open(left.number) == number(99).e164
    shop.at.set(shop.at.now.replace(year=2030))
    routine.dispose_of_news(shop.runtime)
    with shop.runtime.look(COMMAND) as act:
        assert act.session.scalar(select(NuisanceNumber.id)) is None, "a flag that expired goes by itself"

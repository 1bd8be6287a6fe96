"""Other systems that are told what happens; if this broke, they would miss it, or be told by anybody at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from hotline.domain import audit, callbacks, cases, companies, dispatches, promises, repairs, staff, webhooks
from hotline.domain.act import COMMAND, Act
from hotline.domain.cases import Case, Kind
from hotline.domain.notices import Notice
from hotline.domain.repairs import Stage
from hotline.domain.webhooks import Event, Webhook
from hotline.errors import Conflict, NotFound, Refused
from hotline.jobs import webhooks as telling
from tests import deciding, given
from tests.jobs.workshop import Workshop
from tests.receiver import HANGS_UP, PATH, Receiver
from tests.receiver import receiver as receiver
from tests.receiver import settings as settings

DAY = timedelta(days=1)


def subscribes(shop: Workshop, receiver: Receiver, *events: Event, firm: str = "heat") -> tuple[int, str]:
    """The receiver is told of these events, or of all; the webhook's id and the secret."""
    with shop.runtime.act(COMMAND) as act:
        also, company = {receiver.origin}, companies.coded(act, firm)
        hook, secret = webhooks.add(act, company.id, receiver.url, events or list(Event), also=also)
        return hook.id, secret


def row(shop: Workshop, webhook: int) -> Webhook:
    with shop.runtime.look(COMMAND) as act:
        return act.session.get_one(Webhook, webhook)


def happens(shop: Workshop) -> str:
    """A question is asked; the case's number."""
    with shop.runtime.act(COMMAND) as act:
        return given.case(act, shop.cast).number


def states(shop: Workshop) -> list[str]:
    return [entry.state for entry in shop.entries(webhooks.TELLS)]


def statements(shop: Workshop, do: Callable[[Act], Any]) -> list[str]:
    """What the database was asked in an act in which this is done."""
    asked: list[str] = []

    def noted(*told: Any) -> None:
        asked.append(told[2])

    event.listen(shop.runtime.engine, "before_cursor_execute", noted)
    with shop.runtime.act(COMMAND) as act:
        do(act)
    event.remove(shop.runtime.engine, "before_cursor_execute", noted)
    return asked


def test_a_matter_is_told_of_from_its_first_step_to_its_last(shop: Workshop, receiver: Receiver) -> None:
    _id, secret = subscribes(shop, receiver)
    case_id, cast = shop.fault(), shop.cast
    shop.works()
    shop.passes(timedelta(hours=1))
    shop.works()
    shop.signs()
    shop.works()
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        order = repairs.of_case(act, case_id)
        assert order is not None
        repairs.advance(act, order, Stage.ARRIVED, by=cast.wang.id)
        done = {"found": "换阀门", "tested": True, "customer_signed": True}
        repairs.finish(act, order, by=order.engineer_id or 0, **done)  # type: ignore[arg-type]
    shop.works()
    told = [one.event for one in receiver.told]
    assert [one["data"]["stage"] for one in told if one["type"] == "repair.progress"] == ["signed", "arrived", "done"]
    opened, broken = told[0], next(one for one in told if one["type"] == "promise.broken")
    assert opened == {
        "id": opened["id"], "type": "case.opened", "at": "2026-11-18T02:00:00+00:00", "company": "heat",
        "case": {"number": "261118001", "kind": "fault", "state": "open"}, "data": {},
    }  # fmt: skip
    assert set(broken["data"]) == {"rule", "due"}
    assert len({one["id"] for one in told}) == len(told)
    assert all(one.is_signed_with(secret) and one.path == PATH for one in receiver.told)
    everything = b"".join(one.body for one in receiver.told).decode()
    for personal in (cast.chen.name, cast.chen.number.e164, cast.chen.number.national, "换阀门", "501"):
        assert personal not in everything


def test_handing_over_calling_back_and_closing_are_told_too(shop: Workshop, receiver: Receiver) -> None:
    subscribes(shop, receiver)
    with shop.runtime.act(COMMAND) as act:
        case = given.case(act, shop.cast)
        callback = callbacks.owe(act, case, "CBK-1.answer")
        case_id = case.id
    with shop.runtime.act(COMMAND) as act:
        callbacks.cancel(act, callback.id, by=shop.cast.lin.id, why="客户自己来了")
    with shop.runtime.act(COMMAND) as act:
        case = cases.get(act, case_id)
        companies.get(act, case.company_id)
        promises.done(act, "CBK-1.answer", case)
        promises.close_case(act, case, by=shop.cast.lin.id, outcome="已答复")
    shop.works()
    assert receiver.types == ["case.opened", "callback.done", "case.closed"]
    assert [one.event["case"]["state"] for one in receiver.told] == ["open", "open", "closed"]
    assert receiver.told[1].event["data"] == {"outcome": "cancelled"}


def test_only_what_was_asked_for_is_told_and_only_of_ones_own_company(shop: Workshop, receiver: Receiver) -> None:
    subscribes(shop, receiver, Event.CASE_CLOSED)
    subscribes(shop, receiver, firm="home")
    happens(shop)
    shop.works()
    assert receiver.told == []
    assert shop.entries(webhooks.TELLS) == []


def test_of_complaints_and_of_what_was_told_without_a_name_no_system_is_told(
    shop: Workshop, receiver: Receiver
) -> None:
    subscribes(shop, receiver)
    with shop.runtime.act(COMMAND) as act:
        company = companies.get(act, shop.cast.heat.id)
        complained = given.case(act, shop.cast, kind=Kind.COMPLAINT)
        promises.make(act, "CBK-1.answer", complained)
        cases.open(act, company, kind=Kind.MESSAGE, matter="heating", owner_id=shop.cast.lin.id, anonymous=True)
    changed = deciding.complaint(shop.runtime, shop.cast, about=shop.cast.zhou)
    wish = deciding.asks(shop.runtime, shop.cast.lin, changed, Kind.MESSAGE)
    deciding.decides(shop.runtime, shop.cast.qian, wish)
    shop.passes(5 * DAY)
    shop.works()
    with shop.runtime.look(COMMAND) as act:
        assert act.session.get_one(Case, changed).kind == Kind.MESSAGE
        for chain in (complained.chain, f"case:{changed}"):
            assert any(one.kind == "promise-broken" for one in audit.entries(act.session, chain)), chain
    assert shop.entries(webhooks.TELLS) == []


def test_two_systems_know_one_event_by_one_name(shop: Workshop, receiver: Receiver) -> None:
    subscribes(shop, receiver)
    subscribes(shop, receiver)
    happens(shop)
    shop.works()
    first, second = receiver.told
    assert first.body == second.body
    assert first.signature != second.signature, "each has a secret of its own"


def test_what_was_not_taken_is_told_again_word_for_word_and_the_others_wait(shop: Workshop, receiver: Receiver) -> None:
    hook, secret = subscribes(shop, receiver)
    receiver.answers = [500, 302, HANGS_UP, 429]
    happens(shop)
    shop.works()
    happens(shop)
    shop.works()
    assert len(receiver.told) == 1, "it failed a moment ago: nobody else waits for it"
    assert row(shop, hook).told_at is None
    shop.works_for(timedelta(minutes=12), step=timedelta(seconds=20))
    assert states(shop) == ["done"] * 2
    bodies = [one.body for one in receiver.told]
    assert len(bodies) == 6
    assert len(set(bodies)) == 2
    assert all(one.is_signed_with(secret) for one in receiver.told)
    assert len({one.signature.split(",")[0] for one in receiver.told}) > 2, "signed anew, so that it is not too old"
    assert not any(one.path.startswith("/elsewhere") for one in receiver.told)
    assert row(shop, hook).told_at is not None


def test_what_is_never_taken_waits_for_a_person_who_is_told(shop: Workshop, receiver: Receiver) -> None:
    subscribes(shop, receiver)
    receiver.answers = [500] * 50
    happens(shop)
    shop.works_for(timedelta(hours=6), step=timedelta(minutes=5))
    entry = shop.entry(webhooks.TELLS)
    assert (entry.state, entry.problem) == ("failed", "webhook-refused (500)")
    with shop.runtime.look(COMMAND) as act:
        told = list(act.session.query(Notice.text).where(Notice.staff_id == shop.cast.sun.id))
    assert [one.text for one in told] == ["outbox-failed"]


def test_whoever_says_that_they_are_gone_is_told_no_more(shop: Workshop, receiver: Receiver) -> None:
    hook, _secret = subscribes(shop, receiver)
    receiver.answers = [410]
    happens(shop)
    happens(shop)
    shop.works()
    assert len(receiver.told) == 1
    assert states(shop) == ["dropped"] * 2
    ended = row(shop, hook)
    assert (ended.why, ended.url, ended.secret) == ("gone", "", "")
    happens(shop)
    assert len(states(shop)) == 2
    with shop.runtime.look(COMMAND) as act:
        assert audit.entries(act.session, "house")[-1].kind == "webhook-ended"


def test_a_new_secret_signs_beside_the_old_one_for_a_day(shop: Workshop, receiver: Receiver) -> None:
    hook, old = subscribes(shop, receiver)
    with shop.runtime.act(COMMAND) as act:
        new = webhooks.rotate(act, webhooks.get(act, hook))
    telling.try_out(shop.runtime, hook)
    shop.passes(DAY)
    telling.try_out(shop.runtime, hook)
    during, after = receiver.told
    assert [during.is_signed_with(one) for one in (old, new)] == [True, True]
    assert [after.is_signed_with(one) for one in (old, new)] == [False, True]
    assert json.loads(during.body)["type"] == "test"
    receiver.answers = [404]
    with pytest.raises(Refused, match=r"did not take it: webhook-refused \(404\)"):
        telling.try_out(shop.runtime, hook)


def test_nothing_that_opens_a_door_lies_open(shop: Workshop, receiver: Receiver) -> None:
    hook, secret = subscribes(shop, receiver)
    found = row(shop, hook)
    assert "a-key-of-the-receiver" not in f"{found.url} {found.host}"
    assert secret not in found.secret
    with shop.runtime.act(COMMAND) as act:
        webhooks.end(act, webhooks.get(act, hook), webhooks.Why.REMOVED)
        assert b"a-key-of-the-receiver" not in b"".join(one.body for one in audit.entries(act.session, "house"))
    with shop.runtime.act(COMMAND) as act:
        for again in (webhooks.rotate, lambda act, hook: webhooks.end(act, hook, webhooks.Why.REMOVED)):
            with pytest.raises(Conflict, match="has ended"):
                again(act, webhooks.get(act, hook))
    with pytest.raises(NotFound, match="forgotten"):
        telling.try_out(shop.runtime, hook)


def test_where_nobody_listens_nothing_is_asked_of_the_database(shop: Workshop, receiver: Receiver) -> None:
    def opens(act: Act) -> None:
        given.case(act, shop.cast)

    alone = statements(shop, opens)
    assert not any("FROM webhooks" in one for one in alone if "FROM companies" not in one)
    subscribes(shop, receiver, firm="home")
    listened = statements(shop, opens)
    assert len(listened) == len(alone) + 2, "which webhooks there are, and the case as it stands"


def test_a_repair_that_begins_anew_is_told_as_reported(shop: Workshop, receiver: Receiver) -> None:
    subscribes(shop, receiver, Event.REPAIR_PROGRESS)
    case_id = shop.fault()
    shop.works()
    shop.signs()
    with shop.runtime.act(COMMAND) as act:
        companies.get(act, shop.cast.heat.id)
        dispatches.get(act, dispatches.of_case(act, case_id)[0].id)
        order = repairs.of_case(act, case_id)
        assert order is not None
        repairs.give_back(act, order)
        assert staff.get(act, shop.cast.wang.id).active
    shop.works()
    assert [one.event["data"] for one in receiver.told] == [{"stage": "signed"}, {"stage": "reported"}]

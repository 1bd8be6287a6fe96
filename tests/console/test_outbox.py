"""What failed waits on a page for somebody's decision; if this broke, a lost call or text would wait for nobody."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from rq import Queue as RqQueue
from rq import Worker

from hotline.carrier.codes import CODES
from hotline.console import asking
from hotline.domain import alarms, audit, claims, outbox
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.alarms import What
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.jobs.handlers import HANDLERS
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from tests.console import complaining, matters
from tests.console.visitor import Visitor, text_of
from tests.world import Cast, HandClock, Person

PAGE = "/console/outbox"
WORDS = Prompts()


def failed(runtime: Runtime, kind: str = "send-text", case_id: int | None = None, **about: Any) -> int:
    """An effect was tried eight times in vain; its entry's id."""
    with runtime.act(COMMAND) as act:
        outbox.post(act, kind, case_id=case_id, **about)
    with runtime.act(CLOCK) as act:
        entry = act.session.query(OutboxEntry).order_by(OutboxEntry.id.desc()).first()
        assert entry is not None
        entry.attempts, entry.failures = 9, 8
        outbox.settle(act, entry, State.FAILED, problem="number-wrong (21211)")
        return entry.id


def logs_in(app: Flask, who: Person) -> Visitor:
    visitor = Visitor(app)
    visitor.logs_in(who)
    return visitor


def state(runtime: Runtime, entry_id: int) -> str:
    with runtime.look(COMMAND) as act:
        return act.session.get_one(OutboxEntry, entry_id).state


@pytest.fixture
def case_id(runtime: Runtime, cast: Cast) -> int:
    return matters.enquiry(runtime, cast)


def test_what_failed_is_told_in_words_with_its_case_its_tries_and_why(
    sun: Visitor, runtime: Runtime, case_id: int
) -> None:
    entry_id = failed(runtime, case_id=case_id)
    answer = sun.opens(PAGE)
    assert f"给客户发短信 #{entry_id} · 普通 261118001 号码有误 21211 8 次 11-18 10:00" in text_of(answer)
    assert f'href="/console/cases/{case_id}"' in answer.text


def test_the_number_beside_the_link_says_how_much_waits(sun: Visitor, runtime: Runtime, case_id: int) -> None:
    for _ in range(2):
        failed(runtime, case_id=case_id)
    assert 'id="waits-console-outbox_list">2<' in sun.opens("/console/cases").text


def test_with_a_reason_it_is_tried_again(sun: Visitor, runtime: Runtime, cast: Cast, case_id: int) -> None:
    entry_id = failed(runtime, case_id=case_id)
    assert sun.sends(f"{PAGE}/{entry_id}/retry", page=PAGE, why="号码已改好").location == PAGE
    assert state(runtime, entry_id) == State.DUE
    assert "没有需要处理的事项" in sun.opens(PAGE).text
    with runtime.look(COMMAND) as act:
        last = audit.entries(act.session, f"case:{case_id}")[-1]
        assert (last.kind, last.actor) == ("outbox-retried", f"console:{cast.sun.id}")
    assert "对外事项再试" in sun.opens(f"/console/cases/{case_id}").text


def test_with_a_reason_it_is_given_up(sun: Visitor, runtime: Runtime, case_id: int) -> None:
    entry_id = failed(runtime, case_id=case_id)
    sun.sends(f"{PAGE}/{entry_id}/give-up", page=PAGE, why="客户已来过")
    assert state(runtime, entry_id) == State.ABANDONED


@pytest.mark.parametrize("doing", ["retry", "give-up"])
def test_without_a_reason_or_too_late_nothing_is_done(sun: Visitor, runtime: Runtime, case_id: int, doing: str) -> None:
    entry_id = failed(runtime, case_id=case_id)
    back = sun.is_refused(f"{PAGE}/{entry_id}/{doing}", page=PAGE, why="  ")
    assert "请写明理由" in back.text
    assert state(runtime, entry_id) == State.FAILED
    sun.sends(f"{PAGE}/{entry_id}/give-up", page=PAGE, why="够了")
    assert "已经有人处理过了" in sun.is_refused(f"{PAGE}/{entry_id}/{doing}", page=PAGE, why="再来").text
    assert state(runtime, entry_id) == State.ABANDONED


def test_nothing_else_can_be_done_with_it(sun: Visitor, runtime: Runtime, case_id: int) -> None:
    entry_id = failed(runtime, case_id=case_id)
    assert sun.sends(f"{PAGE}/{entry_id}/burn", page=PAGE, why="x").status_code == 404
    assert state(runtime, entry_id) == State.FAILED


def test_each_company_has_its_own_and_who_keeps_the_platform_what_is_nobodys_too(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    heat, home = (failed(runtime, "tell-staff", company=firm.id, who=1) for firm in (cast.heat, cast.home))
    nobodys = failed(runtime, "match-line")
    assert seen(logs_in(app, cast.sun)) == {heat}
    assert seen(logs_in(app, cast.hu)) == {home}
    assert seen(logs_in(app, cast.qian)) == {heat, nobodys}
    assert seen(logs_in(app, cast.tang)) == {heat, home, nobodys}
    for other in (cast.sun, cast.qian):
        visitor = logs_in(app, other)
        assert "已经有人处理过了" in visitor.is_refused(f"{PAGE}/{home}/give-up", page=PAGE, why="再来").text
    assert state(runtime, home) == State.FAILED


def seen(visitor: Visitor) -> set[int]:
    page = visitor.opens(PAGE).text
    return {n for n in range(1, 10) if f'id="entry-{n}"' in page}


def test_of_a_complaint_about_them_nobody_learns_that_anything_failed(app: Flask, runtime: Runtime, cast: Cast) -> None:
    complaint = complaining.filed(runtime, cast, about_staff_id=cast.qian.id)
    entry_id = failed(runtime, "send-text", case_id=complaint)
    qian = logs_in(app, cast.qian)
    assert seen(qian) == set()
    qian.sends(f"{PAGE}/{entry_id}/give-up", page="/console/cases", why="弄走")
    assert state(runtime, entry_id) == State.FAILED
    assert entry_id in seen(logs_in(app, cast.sun))


def test_they_come_a_page_at_a_time(sun: Visitor, runtime: Runtime, case_id: int) -> None:
    ids = [failed(runtime, case_id=case_id) for _ in range(51)]
    first = sun.opens(PAGE).text
    assert f'id="entry-{ids[0]}"' not in first
    assert f'href="?before={ids[1]}&amp;back=0"' in first
    assert f'id="entry-{ids[0]}"' in sun.opens(f"{PAGE}?before={ids[1]}").text


def test_each_queue_says_what_waits_and_who_works_on_it(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    with runtime.act(COMMAND) as act:
        outbox.post(act, "match-line", urgent=True)
        outbox.post(act, "match-line", urgent=True)
    with runtime.act(CLOCK) as act:
        claims.claim_due(act, lease=at.now - at.now, most=1)
    worker = Worker([RqQueue(Queue.URGENT, connection=runtime.redis)], connection=runtime.redis)
    worker.register_birth()  # type: ignore[no-untyped-call]
    runtime.redis.hset(worker.key, mapping={"successful_job_count": 4, "total_working_time": 0.5})
    runtime.redis.hset(worker.key, "last_heartbeat", at.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    page = text_of(logs_in(app, cast.tang).opens(PAGE))
    assert "紧急 1 1 0 秒 1" in page
    assert "普通 0 0 — 没有工作进程" in page
    assert "空闲 4 125 毫秒" in page
    assert "运行正常" not in page


def test_what_is_wrong_with_the_platform_stands_on_top(sun: Visitor, runtime: Runtime, at: HandClock) -> None:
    with runtime.act(CLOCK) as act:
        alarms.note(act, [What.LATE], after=at.now - at.now, urgent=True)
    assert "告警 待发事项积压，没有按时发出 · 自 11-18 10:00 起" in text_of(sun.opens(PAGE))


def test_without_redis_the_page_says_what_it_can(sun: Visitor, runtime: Runtime, case_id: int) -> None:
    entry_id = failed(runtime, case_id=case_id)
    runtime.redis = Redis.from_url("redis://127.0.0.1:1/0")
    page = sun.opens(PAGE).text
    assert "Redis 没有回应" in page
    assert f'id="entry-{entry_id}"' in page


@pytest.mark.parametrize("language", asking.LANGUAGES)
def test_every_effect_and_every_refusal_of_the_carrier_has_a_word(language: str) -> None:
    keys = WORDS.keys(language)
    assert {kind for kind in HANDLERS if f"console.effect.{kind}" not in keys} == set()
    assert {one.word for one in CODES.values() if f"console.carrier.{one.word}" not in keys} == set()
    assert {what for what in What if f"console.alarm.{what}" not in keys} == set()

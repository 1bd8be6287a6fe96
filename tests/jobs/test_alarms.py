"""What is wrong with the platform itself is told once, and once when it is over; else nobody would know in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rq import Queue as RqQueue
from rq import Worker
from sqlalchemy import delete

from hotline.domain import alarms, dead_letters, robots, staff
from hotline.domain.act import COMMAND
from hotline.domain.alarms import What
from hotline.domain.callbacks import Style
from hotline.domain.outbox import OutboxEntry, Queue, State
from hotline.jobs import alarms as watching
from hotline.jobs.routine import Rounds
from tests import rung
from tests.chatroom import Room
from tests.chatroom import room as room
from tests.chatroom import settings as settings
from tests.jobs.workshop import Workshop

SECOND = timedelta(seconds=1)


@pytest.fixture
def watched(shop: Workshop) -> Workshop:
    """Each queue has a worker, and Tang, the administrator, a telephone."""
    for name in Queue:
        begins_work(shop, name)
    with shop.runtime.act(COMMAND) as act:
        staff.set_phone(act, staff.get(act, shop.cast.tang.id), shop.cast.unknown)
    return shop


def begins_work(shop: Workshop, name: Queue) -> Worker:
    made = Worker([RqQueue(name, connection=shop.runtime.redis)], connection=shop.runtime.redis)
    made.register_birth()  # type: ignore[no-untyped-call]
    gives_sign_of_life(shop, made)
    return made


def gives_sign_of_life(shop: Workshop, worker: Worker) -> None:
    """Now, by the hand-turned clock, and for a day."""
    seen = (shop.at.now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    shop.runtime.redis.hset(worker.key, "last_heartbeat", seen)


def leaves(shop: Workshop, name: Queue) -> None:
    for worker in Worker.all(queue=RqQueue(name, connection=shop.runtime.redis)):
        worker.register_death()  # type: ignore[no-untyped-call]
        shop.runtime.redis.delete(worker.key)


def goes_by(shop: Workshop, seconds: int) -> None:
    """The machine is looked at every five seconds."""
    for _ in range(seconds // 5):
        shop.passes(5 * SECOND)
        watching.look(shop.runtime)


def told(shop: Workshop) -> list[tuple[str, int]]:
    """What is wrong, and whether it is over, as it was told, in order."""
    with shop.runtime.look(COMMAND) as act:
        rows = {row.id: row.what for row in act.session.query(alarms.Alarm)}
    return [(rows[entry.about["alarm"]], entry.about["over"]) for entry in shop.entries("tell-alarm")]


def texts_to_tang(shop: Workshop) -> list[str]:
    return [one.body for one in shop.exchange.board.messages.values() if one.to == shop.cast.unknown.e164]


def test_a_machine_that_works_tells_nothing(watched: Workshop) -> None:
    goes_by(watched, 300)
    assert told(watched) == []


@pytest.mark.parametrize(("name", "what"), [(Queue.URGENT, "电话打不出去"), (Queue.ROUTINE, "短信发不出去")])
def test_a_queue_without_a_worker_is_told_once_and_once_when_it_has_one(
    watched: Workshop, name: Queue, what: str
) -> None:
    leaves(watched, name)
    goes_by(watched, 70)
    watched.works()
    goes_by(watched, 600)
    watched.works()
    (text,) = texts_to_tang(watched)
    assert what in text
    assert "10:00" in text
    assert "/console/outbox" in text
    begins_work(watched, name)
    goes_by(watched, 10)
    watched.works()
    goes_by(watched, 600)
    assert [over for _what, over in told(watched)] == [0, 1]
    assert "现已恢复" in texts_to_tang(watched)[1]


def test_it_is_told_by_the_queue_that_has_a_worker(watched: Workshop) -> None:
    leaves(watched, Queue.URGENT)
    goes_by(watched, 70)
    assert [entry.queue for entry in watched.entries("tell-alarm")] == [Queue.ROUTINE]


def test_where_nobody_works_at_all_the_dispatcher_tells_it_by_itself(watched: Workshop) -> None:
    watched.owe("end-call", call=0)
    for name in Queue:
        leaves(watched, name)
    goes_by(watched, 70)
    watched.dispatcher.turn()
    first, second = texts_to_tang(watched)
    assert "没有工作进程" in first
    assert "没有工作进程" in second
    assert watched.entry("end-call").state == State.CLAIMED  # everything else waits for a worker


def test_a_worker_that_is_soon_back_is_nobodys_alarm(watched: Workshop) -> None:
    for _ in range(3):
        leaves(watched, Queue.URGENT)
        goes_by(watched, 50)
        begins_work(watched, Queue.URGENT)
        goes_by(watched, 10)
    assert told(watched) == []


def test_what_is_owed_and_not_done_in_time_is_told(watched: Workshop) -> None:
    watched.owe("end-call", call=0)
    goes_by(watched, 120)
    assert told(watched) == []
    goes_by(watched, 70)
    assert told(watched) == [(What.LATE, 0)]


def test_a_call_that_is_due_and_not_begun_is_told_unless_it_waits_for_an_agent(watched: Workshop) -> None:
    """What woke a worker for it is gone, so that nothing is late but the call itself (CBK-3)."""
    for style, then in ((Style.TALK, []), (Style.SURVEY, [(What.LATE, 0)])):
        rung.owes(watched.runtime, watched.cast, style=style)
        with watched.runtime.act(COMMAND) as act:
            act.session.execute(delete(OutboxEntry))
        goes_by(watched, 200)
        assert told(watched) == then, "nobody is there who could talk; the machine asks by itself"
    rung.begins(watched.runtime)
    goes_by(watched, 10)
    assert told(watched) == [(What.LATE, 0), (What.LATE, 1)]


def test_an_entry_that_failed_is_told_until_a_person_has_dealt_with_it(watched: Workshop) -> None:
    owed = watched.owe("paint-the-fence")
    watched.works()
    assert watched.entry("paint-the-fence").state == State.FAILED
    goes_by(watched, 200)
    assert told(watched) == [(What.FAILED, 0)]
    with watched.runtime.act(COMMAND) as act:
        dead_letters.give_up(act, owed, "nobody paints fences")
    goes_by(watched, 10)
    assert told(watched) == [(What.FAILED, 0), (What.FAILED, 1)]


def test_the_next_occasion_is_told_anew(watched: Workshop) -> None:
    for _ in range(2):
        leaves(watched, Queue.URGENT)
        goes_by(watched, 70)
        begins_work(watched, Queue.URGENT)
        goes_by(watched, 10)
    assert [over for _what, over in told(watched)] == [0, 1, 0, 1]


def test_without_an_administrator_who_can_be_reached_each_companys_managers_are_told(watched: Workshop) -> None:
    with watched.runtime.act(COMMAND) as act:
        staff.get(act, watched.cast.tang.id).phone = None
    leaves(watched, Queue.URGENT)
    goes_by(watched, 70)
    assert sorted(entry.about["who"] for entry in watched.entries("tell-alarm")) == managers(watched)


def managers(shop: Workshop) -> list[int]:
    with shop.runtime.look(COMMAND) as act:
        firms = (shop.cast.heat, shop.cast.home)
        return sorted(one.id for firm in firms for one in staff.told(act, firm.id, staff.Role.MANAGER))


def test_whoever_left_meanwhile_is_not_told(watched: Workshop) -> None:
    leaves(watched, Queue.URGENT)
    goes_by(watched, 70)
    with watched.runtime.act(COMMAND) as act:
        staff.get(act, watched.cast.tang.id).active = False
    watched.works()
    assert watched.entry("tell-alarm").state == State.DROPPED


def test_group_robots_say_the_same(watched: Workshop, room: Room) -> None:
    with watched.runtime.act(COMMAND) as act:
        also = watched.runtime.settings.robot_hosts_also
        robots.add(act, watched.cast.heat.id, "值班群", room.robot(), also=also)
    leaves(watched, Queue.URGENT)
    goes_by(watched, 70)
    watched.works()
    begins_work(watched, Queue.URGENT)
    goes_by(watched, 10)
    watched.works()
    began, over = (one.text for one in room.told)
    assert began.startswith("【平台告警】紧急队列没有工作进程，电话打不出去，自")
    assert over.startswith("【平台告警解除】")


def test_it_is_part_of_the_recurring_work(watched: Workshop) -> None:
    leaves(watched, Queue.URGENT)
    rounds = Rounds(watched.runtime, watched.runtime.redis)
    for _ in range(15):
        rounds.turn()
        watched.passes(5 * SECOND)
    assert told(watched) == [(What.NO_WORKER_URGENT, 0)]

"""<Enqueue>, <Leave> and <Dial><Queue>: contract sections 2.3 and 5.3; the waiting line rests on them."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.product import BASE, HOTLINE, World, say

WAIT = f'{say("请稍等")}<Pause length="10"/>'


def line_up(world: World, wait: str = WAIT, queue: str = "main", action: str = "/left") -> None:
    """A customer dials and waits."""
    world.product.at("/in", f'<Enqueue action="{action}" waitUrl="/wait">{queue}</Enqueue>{say("后面")}')
    world.product.at("/wait", wait)
    world.product.at("/left", "")
    world.customer.dial(HOTLINE)


def queue_sid(world: World) -> str:
    """The queue the customer waits in."""
    return str(world.client.queues.list()[0].sid)


def test_the_wait_document_is_asked_for_again_whenever_it_runs_out(world: World) -> None:
    line_up(world)
    world.customer.hears("请稍等")
    world.exchange.advance(35)
    asked = world.product.at_path("/wait")
    assert len(asked) == 4
    assert [one.form["QueuePosition"] for one in asked] == ["1"] * 4
    times = [int(one.form["QueueTime"]) for one in asked]
    assert times == sorted(times)
    assert 20 < times[-1] < 36
    assert {"AvgQueueTime", "CurrentQueueSize", "MaxQueueSize", "QueueSid"} <= set(asked[0].form)


def test_leave_goes_on_to_the_action_at_once(world: World) -> None:
    line_up(world, wait="<Leave/>")
    world.product.at("/left", say("已离开"))
    world.customer.hears("已离开")
    assert world.product.last("/left")["QueueResult"] == "leave"


def test_a_key_in_the_wait_document_can_lead_out_of_the_queue(world: World) -> None:
    line_up(world, wait=f'<Gather action="/key" numDigits="1">{say("按一请我们回电")}</Gather>')
    world.product.at("/key", "<Leave/>")
    world.product.at("/left", say("我们会回电"))
    world.customer.hears("按一").presses("1").hears("我们会回电")


def test_hanging_up_while_waiting_is_told(world: World) -> None:
    line_up(world)
    world.customer.hears("请稍等").stays_silent(7).hangs_up()
    told = world.product.last("/left")
    assert (told["QueueResult"], told["CallStatus"]) == ("hangup", "completed")
    assert told["QueueTime"] == "7"


def test_a_full_queue_turns_the_caller_away_without_a_sid(world: World) -> None:
    world.client.queues.create(friendly_name="main", max_size=1)
    line_up(world)
    world.customer.hears("请稍等")
    world.product.at("/left", say("太忙了"))
    world.agent.dial(HOTLINE).hears("太忙了")
    told = world.product.last("/left")
    assert told["QueueResult"] == "queue-full"
    assert "QueueSid" not in told
    assert 14207 in world.codes()


def test_a_verb_that_may_not_be_there_ends_the_wait_with_an_error(world: World) -> None:
    line_up(world, wait="<Record action='/r'/>")
    world.exchange.advance(1)
    assert world.product.last("/left")["QueueResult"] == "error"
    assert 13238 in world.codes()


def test_a_name_longer_than_64_characters_is_error_14205(world: World) -> None:
    line_up(world, queue="q" * 65)
    world.exchange.advance(1)
    assert 14205 in world.codes()


def test_a_caller_is_pulled_out_over_rest_and_runs_the_named_document(world: World) -> None:  # section 6
    line_up(world)
    world.product.at("/agent", say("为您接通"))
    world.customer.hears("请稍等")
    call = world.product.last("/in")["CallSid"]
    member = world.client.queues(queue_sid(world)).members(call).update(url=f"{BASE}/agent")
    assert (member.position, member.call_sid) == (1, call)
    world.customer.hears("为您接通")
    assert world.product.last("/left")["QueueResult"] == "redirected"
    assert world.client.queues(queue_sid(world)).fetch().current_size == 0


def test_pulling_a_caller_who_has_hung_up_is_404(world: World) -> None:
    line_up(world)
    world.customer.hears("请稍等")
    call = world.product.last("/in")["CallSid"]
    world.customer.hangs_up()
    with pytest.raises(TwilioRestException) as caught:
        world.client.queues(queue_sid(world)).members(call).update(url=f"{BASE}/agent")
    assert (caught.value.status, caught.value.code) == (404, 20404)


def dial_queue(world: World, url: str = "") -> None:
    """An agent's call that dials the queue."""
    world.product.at("/agent", f'<Dial action="/done"><Queue {url}>main</Queue></Dial>')
    world.product.at("/done", say("结束"))
    world.client.calls.create(to=world.agent.number, from_=HOTLINE, url=f"{BASE}/agent")
    world.agent.rings().answers()
    world.exchange.advance(1)


def test_whoever_dials_the_queue_talks_to_the_first_in_line(world: World) -> None:
    line_up(world)
    world.customer.hears("请稍等")
    world.product.at("/soon", say("让您久等了"))
    dial_queue(world, 'url="/soon"')
    world.customer.hears("让您久等了").hears("connected")
    world.agent.speaks("您好")
    world.customer.hears("您好", within=0).hangs_up()
    world.agent.hears("结束")
    assert world.product.last("/left")["QueueResult"] == "bridged"
    assert world.product.last("/done")["DialCallStatus"] == "completed"
    assert world.product.last("/soon")["DequeingCallSid"].startswith("CA")


def test_the_waiting_callers_document_runs_on_after_the_agent_hung_up(world: World) -> None:
    line_up(world)
    world.product.at("/left", say("再见"))
    world.customer.hears("请稍等")
    dial_queue(world)
    world.customer.hears("connected")
    world.agent.hangs_up()
    world.customer.hears("再见")
    assert world.product.last("/left")["QueueResult"] == "bridged"


def test_an_empty_queue_is_waited_at_until_somebody_comes(world: World) -> None:
    world.client.queues.create(friendly_name="main")
    dial_queue(world)
    world.exchange.advance(10)
    line_up(world)
    world.customer.hears("connected")
    world.agent.speaks("您好")
    world.customer.hears("您好")


def test_a_queue_that_does_not_exist_is_told_to_the_action(world: World) -> None:
    dial_queue(world)
    world.agent.hears("结束")
    assert world.product.last("/done")["DialCallStatus"] == "failed"


def test_nobody_in_the_queue_until_the_timeout_is_no_answer(world: World) -> None:
    world.client.queues.create(friendly_name="main")
    dial_queue(world)
    world.agent.hears("结束", within=40)
    assert world.product.last("/done")["DialCallStatus"] == "no-answer"


def test_without_a_wait_url_the_carrier_plays_music(world: World) -> None:
    world.product.at("/in", "<Enqueue>main</Enqueue>")
    world.customer.dial(HOTLINE).hears("hold music").stays_silent(60)
    assert world.customer.state == "in-progress"


def test_hanging_up_in_the_wait_document_ends_the_call(world: World) -> None:
    line_up(world, wait="<Hangup/>")
    world.exchange.advance(1)
    assert world.product.last("/left")["QueueResult"] == "hangup"
    assert world.customer.state == "idle"


def test_a_wait_document_that_cannot_be_fetched_is_an_error(world: World) -> None:
    line_up(world)
    world.exchange.faults.order("fail", matching="/wait")
    world.product.at("/left", say("请稍后再拨"))
    world.customer.hears("请稍后再拨")
    assert world.product.last("/left")["QueueResult"] == "error"


def test_an_agent_who_hangs_up_during_the_announcement_leaves_an_error(world: World) -> None:
    line_up(world)
    world.customer.hears("请稍等")
    world.product.at("/soon", say("马上为您接通，请不要挂机"))
    world.product.at("/left", say("对不起"))
    dial_queue(world, 'url="/soon"')
    world.customer.hears("马上为您接通")
    world.agent.hangs_up()
    world.customer.hears("对不起")
    assert world.product.last("/left")["QueueResult"] == "error"


def test_a_customer_who_hangs_up_during_the_announcement_frees_the_agent(world: World) -> None:
    line_up(world)
    world.customer.hears("请稍等")
    world.product.at("/soon", say("马上为您接通，请不要挂机"))
    dial_queue(world, 'url="/soon"')
    world.customer.hears("马上为您接通").hangs_up()
    world.agent.hears("结束")
    assert world.product.last("/done")["DialBridged"] == "false"


def test_a_customer_sent_elsewhere_while_talking_is_told_as_such(world: World) -> None:
    line_up(world)
    world.customer.hears("请稍等")
    dial_queue(world)
    world.customer.hears("connected")
    world.product.at("/else", say("另一段"))
    world.client.calls(world.product.last("/in")["CallSid"]).update(url=f"{BASE}/else")
    world.customer.hears("另一段")
    world.agent.hears("结束")
    assert world.product.last("/left")["QueueResult"] == "redirected-from-bridged"

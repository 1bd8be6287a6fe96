"""Stories: the plain text in which a supervisor writes a call, and how a failing line is reported."""

from __future__ import annotations

import pytest

from hotline.simulator.story import Here, Step, StoryFailed, StoryUnreadable, play, read
from tests.simulator.product import AGENT, BASE, CUSTOMER, ENGINEER, HOTLINE, World, say

NUMBERS = {"hotline": HOTLINE, "customer": CUSTOMER, "agent": AGENT}
COLD = f"""
# A cold radiator in the heating season
phones: engineer {ENGINEER}

customer dials hotline
customer hears 您好，这里是热线
customer presses 1
customer does not hear 再见 within 2 seconds
engineer's phone rings within 60 seconds
engineer answers
engineer hears 暖气
engineer presses 1
engineer's phone does not ring within 5 seconds
customer says 我家在三号楼
engineer hears 三号楼
engineer gets a text with 编号 within 1 minute
10 minutes pass
customer hangs up
"""


def hotline(world: World) -> None:
    """A product that puts a customer through to the engineer."""
    world.product.at("/in", f'<Gather numDigits="1" action="/one">{say("您好，这里是热线")}</Gather>')
    world.product.at("/one", f'<Dial><Number url="/whisper">{ENGINEER}</Number></Dial>')
    world.product.at("/whisper", f'<Gather numDigits="1" action="/yes">{say("暖气不热，请按一")}</Gather><Hangup/>')
    world.product.at("/yes", "")


def test_a_whole_call_is_played(world: World) -> None:
    hotline(world)
    world.client.messages.create(to=ENGINEER, from_=HOTLINE, body="编号 1")
    began = world.clock.now()
    seen: list[Step] = []
    play(COLD, Here(world.exchange), NUMBERS, watch=seen.append)
    assert (world.clock.now() - began).total_seconds() > 600
    assert seen[0].line == "customer dials hotline"
    assert world.customer.state == "idle"


def test_a_failing_line_says_its_number_and_what_was_heard(world: World) -> None:
    hotline(world)
    text = "customer dials hotline\n\ncustomer hears 早上好 within 20 seconds"
    with pytest.raises(StoryFailed) as caught:
        play(text, Here(world.exchange), NUMBERS)
    assert caught.value.number == 3
    assert "line 3: customer hears 早上好 within 20 seconds" in str(caught.value)
    assert "did not hear '早上好' within 20 s" in str(caught.value)
    assert "您好，这里是热线" in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "agent's phone rings within 5 seconds",
        "agent answers",
        "agent presses 1",
        "agent hangs up",
        "agent hears 您好 within 1 second",
        "agent gets a text with 编号 within 1 second",
        "agent lets it ring",
        "agent declines",
    ],
)
def test_what_cannot_be_done_or_does_not_happen_fails_its_line(world: World, line: str) -> None:
    with pytest.raises(StoryFailed, match=r"line 1: .*\n.*agent"):
        play(line, Here(world.exchange), NUMBERS)


def test_a_ring_that_should_not_come_fails_its_line(world: World) -> None:
    world.client.calls.create(to=AGENT, from_=HOTLINE, url=f"{BASE}/in")
    with pytest.raises(StoryFailed, match="rang"):
        play("agent's phone does not ring within 5 seconds", Here(world.exchange), NUMBERS)


def test_habits_and_voicemail_can_be_told(world: World) -> None:
    world.product.at("/in", say("有人吗") + '<Pause length="9"/>')
    for _ in range(2):
        world.client.calls.create(to=AGENT, from_=HOTLINE, url=f"{BASE}/in")
    story = """
        agent's phone rings
        agent goes to voicemail
        agent hears 有人吗
        agent hangs up
        agent's phone usually busy
        agent stays silent for 3 seconds
    """
    play(story, Here(world.exchange), NUMBERS)
    assert world.agent.line.habit == "busy"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("customer sings loudly", 1),
        ("\n# a remark\ncustomer presses A", 3),
        ("customer dials nowhere", 1),
        ("phones: somebody 12", 1),
        ("stranger hangs up", 1),
    ],
)
def test_a_line_that_means_nothing_is_named_before_anything_happens(text: str, number: int) -> None:
    with pytest.raises(StoryUnreadable) as caught:
        read(text, NUMBERS)
    assert caught.value.number == number


def test_time_that_cannot_be_turned_is_refused_in_a_clear_sentence(world: World) -> None:
    port = Here(world.exchange)
    port.turns_time = False
    with pytest.raises(StoryUnreadable, match="Time cannot be turned on a running exchange"):
        play("customer dials hotline\n10 minutes pass", port, NUMBERS)
    assert world.product.asked == []

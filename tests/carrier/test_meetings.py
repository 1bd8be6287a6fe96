"""Waiting callers and conferences against the contract; if this broke, nobody would be put through (contract 6, 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from hotline.carrier import CarrierError, LegState
from hotline.carrier.twilio import TwilioCarrier
from hotline.settings import CarrierAccount
from hotline.simulator.board import NumberConfig
from hotline.simulator.clock import ManualClock
from hotline.simulator.courier import Answer
from hotline.simulator.exchange import Exchange
from hotline.simulator.faults import Trouble
from hotline.simulator.phone import Phone
from hotline.simulator.rooms import Participant
from tests.carrier.conftest import START
from tests.carrier.lines import BASE, OURS, WANG, ZHAO

LINE, ROOM = "hotline", "c0ffee"
DOCUMENTS = {
    "inbound": f'<Enqueue action="{BASE}/left" waitUrl="{BASE}/wait">{LINE}</Enqueue>',
    "wait": '<Say language="cmn-CN" voice="Polly.Zhiyu">对不起，请再稍等一下！</Say><Pause length="10"/>',
    "join": f'<Dial action="{BASE}/left"><Conference beep="false">{ROOM}</Conference></Dial>',
    "moved": '<Say language="cmn-CN" voice="Polly.Zhiyu">请稍等</Say><Pause length="60"/>',
    "held": '<Say language="cmn-CN" voice="Polly.Zhiyu">谢谢</Say><Pause length="10"/>',
    "said": '<Say language="cmn-CN" voice="Polly.Zhiyu">同事已加入</Say>',
}


@pytest.fixture
def exchange(account: CarrierAccount) -> Exchange:
    return Exchange(
        account_sid=account.sid,
        auth_token=account.tokens[0],
        sender=_documents,
        clock=ManualClock(START),
        numbers=[NumberConfig(OURS, voice_url=f"{BASE}/inbound")],
    )


def test_a_waiting_caller_is_fetched_and_goes_on_with_our_document(carrier: TwilioCarrier, exchange: Exchange) -> None:
    phone, sid = waits(exchange)
    carrier.fetch_from_queue(LINE, sid, f"{BASE}/moved")
    phone.hears("请稍等")
    assert leaving(exchange) == ["redirected"]


def test_whoever_was_fetched_already_is_gone_from_the_line_but_still_talking(
    carrier: TwilioCarrier, exchange: Exchange
) -> None:
    _phone, sid = waits(exchange)
    carrier.fetch_from_queue(LINE, sid, f"{BASE}/moved")
    assert refused(lambda: carrier.fetch_from_queue(LINE, sid, f"{BASE}/moved")) == ("gone", True)
    assert carrier.fetch_call(sid).state is LegState.TALKING


def test_whoever_hung_up_is_gone(carrier: TwilioCarrier, exchange: Exchange) -> None:
    phone, sid = waits(exchange)
    phone.hangs_up()
    assert refused(lambda: carrier.fetch_from_queue(LINE, sid, f"{BASE}/moved")) == ("gone", True)
    assert carrier.fetch_call(sid).state is LegState.ENDED


def test_in_a_queue_that_does_not_exist_nobody_waits(carrier: TwilioCarrier) -> None:
    assert refused(lambda: carrier.fetch_from_queue(LINE, "CA" + "1" * 32, f"{BASE}/moved")) == ("gone", True)


def test_a_queue_that_was_removed_and_made_anew_is_found_again(carrier: TwilioCarrier, exchange: Exchange) -> None:
    _phone, sid = waits(exchange)
    carrier.fetch_from_queue(LINE, sid, f"{BASE}/moved")
    exchange.board.queues.clear()
    phone, again = waits(exchange, ZHAO)
    carrier.fetch_from_queue(LINE, again, f"{BASE}/moved")
    phone.hears("请稍等")


def test_a_queue_is_looked_for_once(carrier: TwilioCarrier, exchange: Exchange) -> None:
    for who in (WANG, ZHAO):
        carrier.fetch_from_queue(LINE, waits(exchange, who)[1], f"{BASE}/moved")
    exchange.faults.order(Trouble.REST_BUSY)  # the next request, which is the fetching itself
    _phone, sid = waits(exchange, "+8613900000005")
    assert refused(lambda: carrier.fetch_from_queue(LINE, sid, f"{BASE}/moved")) == ("too-many-requests", False)


def test_a_live_call_is_moved_and_an_ended_one_is_gone(carrier: TwilioCarrier, exchange: Exchange) -> None:
    phone, sid = waits(exchange)
    carrier.move_call(sid, f"{BASE}/moved")
    phone.hears("请稍等").hangs_up()
    assert refused(lambda: carrier.move_call(sid, f"{BASE}/moved")) == ("gone", True)
    assert refused(lambda: carrier.move_call("CA" + "0" * 32, f"{BASE}/moved")) == ("gone", True)


def test_whoever_is_held_hears_our_document_until_the_call_goes_on(carrier: TwilioCarrier, exchange: Exchange) -> None:
    phone, sid = meets(carrier, exchange)
    carrier.hold(ROOM, sid, f"{BASE}/held")
    phone.hears("谢谢")
    assert there(exchange, sid).hold
    carrier.resume(ROOM, sid)
    assert not there(exchange, sid).hold


def test_an_announcement_is_heard_by_the_one_that_it_is_for(carrier: TwilioCarrier, exchange: Exchange) -> None:
    phone, sid = meets(carrier, exchange)
    other, _ = meets(carrier, exchange, ZHAO)
    carrier.announce(ROOM, sid, f"{BASE}/said")
    phone.hears("同事已加入")
    assert not any("同事" in text for text in heard(other))


def test_an_announcement_to_the_conference_is_heard_by_all(carrier: TwilioCarrier, exchange: Exchange) -> None:
    phones = [meets(carrier, exchange, who)[0] for who in (WANG, ZHAO)]
    (room,) = exchange.board.conferences
    carrier.announce(room, None, f"{BASE}/said")
    for phone in phones:
        phone.hears("同事已加入")


def test_a_supervisor_listens_coaches_and_joins(carrier: TwilioCarrier, exchange: Exchange) -> None:
    _agent, agent = meets(carrier, exchange)
    _supervisor, sid = meets(carrier, exchange, ZHAO)
    modes = []
    for muted, coached in ((True, None), (False, agent), (False, None)):
        carrier.set_mode(ROOM, sid, muted=muted, coached=coached)
        modes.append((there(exchange, sid).muted, there(exchange, sid).coaching))
    assert modes == [(True, None), (False, agent), (False, None)]


def test_whoever_left_a_conference_is_gone_from_it(carrier: TwilioCarrier, exchange: Exchange) -> None:
    phone, sid = meets(carrier, exchange)
    phone.hangs_up()
    assert refused(lambda: carrier.hold(ROOM, sid, f"{BASE}/held")) == ("gone", True)


def test_a_call_is_recorded_paused_and_recorded_on(carrier: TwilioCarrier, exchange: Exchange) -> None:
    phone, sid = meets(carrier, exchange)
    made = carrier.start_recording(sid, f"{BASE}/recording/7")
    exchange.advance(10)
    carrier.pause_recording(sid)
    exchange.advance(20)
    carrier.resume_recording(sid)
    exchange.advance(5)
    phone.hangs_up()
    exchange.advance(10)
    assert exchange.board.recordings[made].duration == 15
    told = [one.params["RecordingStatus"] for one in exchange.passages if "/recording/7" in one.url]
    assert told == ["in-progress", "completed"]


def test_without_a_recording_there_is_none_to_pause(carrier: TwilioCarrier, exchange: Exchange) -> None:
    _phone, sid = meets(carrier, exchange)
    assert refused(lambda: carrier.pause_recording(sid)) == ("gone", True)
    assert refused(lambda: carrier.resume_recording(sid)) == ("gone", True)


def test_a_recording_that_was_begun_though_no_answer_came_is_found(carrier: TwilioCarrier, exchange: Exchange) -> None:
    _phone, sid = meets(carrier, exchange)
    began = exchange.clock.now()
    exchange.faults.order(Trouble.REST_SILENT_LATE)
    with pytest.raises(CarrierError) as raised:
        carrier.start_recording(sid, f"{BASE}/recording/7")
    assert raised.value.unknown
    assert carrier.find_recordings(sid, began) == list(exchange.board.recordings)
    assert carrier.find_recordings(sid, began + timedelta(seconds=30)) == []


def waits(exchange: Exchange, who: str = WANG) -> tuple[Phone, str]:
    """Somebody rings and waits in line; the telephone and the call's id."""
    phone = Phone(exchange, who).dial(OURS).hears("请再稍等")
    return phone, list(exchange.board.calls)[-1]


def meets(carrier: TwilioCarrier, exchange: Exchange, who: str = WANG) -> tuple[Phone, str]:
    """Somebody is rung, answers and is in the conference; the telephone and the call's id."""
    sid = carrier.place_call(
        to=who,
        from_=OURS,
        url=f"{BASE}/join",
        status_url=f"{BASE}/status/7",
        fallback_url=f"{BASE}/fallback",
        ring_seconds=25,
    )
    phone = Phone(exchange, who).rings(within=5)
    phone.answers()
    exchange.advance(1)
    return phone, sid


def there(exchange: Exchange, sid: str) -> Participant:
    """A call as it takes part in the conference."""
    (room,) = exchange.board.conferences.values()
    (found,) = [one for one in room.participants if one.leg.sid == sid]
    return found


def leaving(exchange: Exchange) -> list[str]:
    """Why callers left the line, as we were told."""
    return [one.params["QueueResult"] for one in exchange.passages if "QueueResult" in one.params]


def heard(phone: Phone) -> list[str]:
    """What a telephone heard."""
    return [one.text for one in phone.heard]


def refused(ask: Callable[[], object]) -> tuple[str, bool]:
    """The carrier's refusal in our words, and whether it is for good."""
    with pytest.raises(CarrierError) as raised:
        ask()
    return raised.value.word, raised.value.permanent


def _documents(method: str, url: str, headers: Mapping[str, str], body: bytes, timeout: float) -> Answer:
    """What answers the exchange's webhooks: the document that an address names, or none."""
    verbs = DOCUMENTS.get(url.removeprefix(f"{BASE}/"), "")
    return Answer(200, {"content-type": "text/xml"}, f"<Response>{verbs}</Response>".encode())

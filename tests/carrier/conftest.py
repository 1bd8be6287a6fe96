"""A simulated carrier and our client to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from redis import Redis

from hotline.carrier.twilio import TwilioCarrier
from hotline.settings import CarrierAccount
from hotline.simulator.board import NumberConfig
from hotline.simulator.clock import ManualClock
from hotline.simulator.exchange import Exchange
from hotline.simulator.wire import SimulatedHttpClient
from hotline.standard import loader
from tests.carrier.lines import OURS, silence
from tests.contract import emitted

START = datetime(2026, 11, 18, 2, tzinfo=UTC)


@pytest.fixture
def account() -> CarrierAccount:
    return CarrierAccount("AC" + "7" * 32, ("the-token",), None, None, None, 1.0)


@pytest.fixture
def exchange(account: CarrierAccount) -> Exchange:
    return Exchange(
        account_sid=account.sid,
        auth_token=account.tokens[0],
        sender=silence,
        clock=ManualClock(START),
        numbers=[NumberConfig(OURS)],
    )


@pytest.fixture
def carrier(account: CarrierAccount, exchange: Exchange) -> TwilioCarrier:
    client = SimulatedHttpClient(exchange)
    client.on_request.append(emitted.request)
    return TwilioCarrier(account, loader.platform().carrier, client, client.media)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as opened:
        yield opened

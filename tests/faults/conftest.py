"""The product on the line, single webhooks, and one workshop, for every test here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotline.runtime import Runtime
from tests.jobs.workshop import Workshop
from tests.line import line as line
from tests.voice.ring import rings as rings
from tests.world import Cast, HandClock


@pytest.fixture
def shop(runtime: Runtime, cast: Cast, at: HandClock) -> Iterator[Workshop]:
    """The product's jobs beside a simulated carrier; time stands still."""
    made = Workshop(runtime, cast, at)
    yield made
    made.dispatcher.close()

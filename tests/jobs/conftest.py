"""One workshop per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotline.runtime import Runtime
from tests.jobs.switchboard import Switchboard
from tests.jobs.workshop import Workshop
from tests.world import Cast, HandClock


@pytest.fixture
def shop(runtime: Runtime, cast: Cast, at: HandClock) -> Iterator[Workshop]:
    """The product's jobs beside a simulated carrier; time stands still."""
    made = Workshop(runtime, cast, at)
    yield made
    made.dispatcher.close()


@pytest.fixture
def board(runtime: Runtime, cast: Cast, at: HandClock) -> Iterator[Switchboard]:
    """The same with a line in which callers wait, and conferences."""
    made = Switchboard(runtime, cast, at)
    yield made
    made.dispatcher.close()

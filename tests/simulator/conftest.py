"""One world per test: without it each test would build its own exchange and product."""

from __future__ import annotations

import pytest

from tests.simulator.product import World


@pytest.fixture
def world() -> World:
    """An exchange, a product and its people; time stands still."""
    return World()

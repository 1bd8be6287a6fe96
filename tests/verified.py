"""Whatever a test did stands in the log as in the rows; who imports the fixture holds each test of a module to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hotline.domain import verifying
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime


@pytest.fixture(autouse=True)
def the_log_agrees(runtime: Runtime) -> Iterator[None]:
    """Afterwards every entry is whole, and every row is as its entries tell (REC-2)."""
    yield
    with runtime.look(COMMAND) as act:
        assert [str(problem) for problem in verifying.verify(act.session).problems] == []

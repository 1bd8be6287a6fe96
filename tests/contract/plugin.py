"""Fails a test whose product emitted what the carrier would refuse; without it such a test would pass.

Listed in the top conftest: pytest_plugins = ["tests.contract.plugin"].
"""

from __future__ import annotations

from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest

from tests.contract import emitted, packages

MARKER = "carrier_packages: needs Node and the carrier's npm packages, as all of tests/contract does"
NOTICE = "contract tests not run: {}; run scripts/contract-packages"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@cache
def _missing() -> str:
    return packages.missing()


def _needs_packages(item: pytest.Item) -> bool:
    here = packages.HERE in Path(item.path).parents
    return here or item.get_closest_marker("carrier_packages") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Elsewhere than in CI a machine without Node runs all the rest; CI may not lose a test in silence."""
    left_out = [item for item in items if _needs_packages(item)] if _missing() else []
    if not left_out:
        return
    if packages.required():
        raise pytest.UsageError(NOTICE.format(_missing()))
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _missing():
        terminalreporter.write_line(NOTICE.format(_missing()), yellow=True)
    elif emitted.SEEN.documents or emitted.SEEN.requests:
        seen = f"{emitted.SEEN.documents} documents and {emitted.SEEN.requests} requests"
        terminalreporter.write_line(f"held against the carrier's descriptions: {seen}")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    emitted.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """Judges in the call and not in the teardown, so that the test itself is what fails."""
    result = yield
    if emitted.SEEN.complaints:
        pytest.fail("the carrier would refuse:\n" + "\n".join(emitted.SEEN.complaints[:10]), pytrace=False)
    return result

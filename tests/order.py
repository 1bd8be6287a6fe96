"""The longest tests first, one for each process; else the last of them would run alone while all others are done."""

from __future__ import annotations

import pytest

# From the longest on; each takes ten seconds or more, most of them waiting.
LONGEST = (
    "properties/test_crowd.py",
    "browser/test_three_pages.py",
    "browser/test_desk_phone.py",
    "faults/test_processes_killed.py",
    "faults/test_line_restarted.py",
    "test_up.py",
    "test_benches.py",
    "properties/test_chain.py",
    "browser/test_desk_errors.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share the tests, each begins with one of the longest."""
    told: dict[str, int] | None = getattr(config, "workerinput", None)
    if told is not None:
        items[:] = dealt(items, told["workercount"])


def dealt(items: list[pytest.Item], among: int) -> list[pytest.Item]:
    """The same tests, so that each of as many equal parts as there are processes begins with the longest of its own."""
    longest = sorted((one for one in items if rank(one) < len(LONGEST)), key=rank)
    others = iter([one for one in items if rank(one) == len(LONGEST)])
    order: list[pytest.Item] = []
    for part in range(among):
        size = (len(items) - len(order)) // (among - part)
        order += longest[part::among]
        order += [one for _place, one in zip(range(size - len(longest[part::among])), others, strict=False)]
    return [*order, *others]


def rank(item: pytest.Item) -> int:
    """The place of a test's file among the longest; behind all of them where it is none."""
    places = (place for place, name in enumerate(LONGEST) if item.path.as_posix().endswith(f"tests/{name}"))
    return next(places, len(LONGEST))

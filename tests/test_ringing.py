"""A story on a terminal: what is heard is printed while it is heard, and a line that does not come true is named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.runtime import Runtime
from hotline.simulator.board import NumberConfig
from hotline.simulator.practice import PhoneConfig
from hotline.simulator.server import Running
from tests.operator import Operator
from tests.world import Cast


@pytest.fixture
def exchange(cast: Cast) -> Iterator[Running]:
    """A running exchange that knows the company's number and has nobody who answers for it."""
    running = Running(
        port=0,
        account_sid="AC" + "0" * 32,
        auth_token="token",
        numbers=[NumberConfig(number=cast.heat.number)],
        phones=[PhoneConfig(number=cast.lin.number.e164)],
    )
    thread = threading.Thread(target=running.run)
    thread.start()
    yield running
    running.stop()
    thread.join()


@pytest.fixture
def operator(runtime: Runtime, exchange: Running) -> Operator:
    return Operator.of(runtime.settings)


def story(folder: Path, *lines: str) -> str:
    file = folder / "story.txt"
    file.write_text("\n".join(lines), "utf-8")
    return str(file)


def port(exchange: Running) -> str:
    return exchange.url.rpartition(":")[2]


def test_a_story_that_comes_true_prints_its_lines_and_what_is_heard(
    operator: Operator, exchange: Running, tmp_path: Path
) -> None:
    told = story(tmp_path, "lin dials heat", "lin hears 空号", "lin does not hear 您好")
    said = operator.answered("ring", told, "--port", port(exchange))
    assert "  1 lin dials heat\n" in said
    assert "      lin <- 您拨打的号码是空号" in said
    assert said.endswith("The story came true.\n")  # and no call began, so there is none to look at


def test_unknown_is_a_number_by_which_nobody_is_known(operator: Operator, exchange: Running, tmp_path: Path) -> None:
    told = story(tmp_path, "unknown dials heat", "unknown hears 空号")
    assert operator.answered("ring", told, "--port", port(exchange)).endswith("The story came true.\n")


def test_a_line_that_does_not_come_true_gives_status_1_and_is_named(
    operator: Operator, exchange: Running, tmp_path: Path
) -> None:
    told = story(tmp_path, "# somebody answers", "lin dials heat", "lin hears 您好 within 1 second")
    failed = operator.types("ring", told, "--port", port(exchange))
    assert failed.exit_code == 1
    assert "line 3: lin hears 您好 within 1 second\n" in failed.stderr


def test_time_cannot_be_turned_on_a_running_hotline(operator: Operator, exchange: Running, tmp_path: Path) -> None:
    told = story(tmp_path, "lin dials heat", "10 minutes pass")
    assert "line 2: 10 minutes pass\nTime cannot be turned" in operator.refused("ring", told, "--port", port(exchange))

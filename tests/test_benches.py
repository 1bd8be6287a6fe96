"""What a bench publishes is what was played; without this a page of figures could tell of a day that never was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from scripts.benches import callbacks, crew, line, promises, queue, tables

CALLERS = 5


def test_the_line_is_played_on_both_databases_and_published(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page, build = tmp_path / "performance.md", tmp_path / "build"
    line.main(CALLERS, page=page, build=build)
    figures = json.loads((build / "bench-line.json").read_text("utf-8"))
    assert list(figures) == ["SQLite", "PostgreSQL"]
    for played in figures.values():
        assert played["calls"] >= CALLERS
        assert played["webhooks"] > played["calls"]
        assert played["longest silence in the line, s"] <= 15
    assert f"| calls | {figures['SQLite']['calls']} | {figures['PostgreSQL']['calls']} |" in page.read_text("utf-8")
    assert "| calls |" in capfd.readouterr().out


def test_the_clock_looks_at_promises_that_are_judged_and_told_and_published(tmp_path: Path) -> None:
    page, build = tmp_path / "performance.md", tmp_path / "build"
    promises.main(200, kinds=["SQLite"], page=page, build=build)
    figures = json.loads((build / "bench-promises.json").read_text("utf-8"))
    assert [(one["due within one minute"], one["broken"]) for one in figures.values()] == [(2, 2), (6, 6), (20, 20)]
    for found in figures.values():
        assert found["notices"] > found["broken"]
        assert found["longest act, ms"] > 0
        assert found["the same beside the clock, median, ms"] > 0
    assert "| due within one minute | 2 | 6 | 20 |" in page.read_text("utf-8")


def test_the_queue_is_measured_beside_rq_alone_by_real_processes_and_published(tmp_path: Path) -> None:
    page, build = tmp_path / "performance.md", tmp_path / "build"
    queue.main(40, kinds=["SQLite"], workers=(1,), rates=(50,), lasts=1, owed_=(500, 1500), page=page, build=build)
    found = json.loads((build / "bench-queue.json").read_text("utf-8"))["SQLite"]
    for floor in ("RQ alone", "an empty job"):
        assert found[f"the outbox by {floor}, 1 worker"] > 0
    assert found["of processor, the outbox, 1 worker, ms"] > 0
    median, latest = (
        found[f"late at 50 due a second, 1 worker, {share}, ms"] for share in ("median", "99th percentile")
    )
    assert 0 < median <= latest
    for size in ("500", "1,500"):
        none, some = (found[f"{size} owed: a turn with {due} due, median, ms"] for due in ("none", 100))
        assert 0 < none < some
    assert "## The queue: 40 entries, beside RQ alone" in page.read_text("utf-8")


def test_callbacks_amid_a_kill_are_rung_once_each_and_published(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page, build = tmp_path / "performance.md", tmp_path / "build"
    callbacks.main(50, a_second=10, deaths_every=4, kinds=["SQLite"], page=page, build=build)
    found = json.loads((build / "bench-callbacks.json").read_text("utf-8"))["SQLite"]
    assert (found["customers rung"], found["rung twice"]) == (50, 0)
    assert found["processes killed"] > 0
    assert 0 < found["late, median, s"] <= found["late, 99th percentile, s"] <= found["latest, s"]
    assert "## 50 callbacks, 10 due a second, a kill and a carrier's fault every 4 s" in page.read_text("utf-8")
    assert "everybody was rung" in capfd.readouterr().out


def test_what_a_crew_takes_of_the_processor_is_counted_over_all_of_it(tmp_path: Path) -> None:
    busy, idle = ("-c", "while True: pass"), ("-c", "import time; time.sleep(60)")
    with Redis() as redis, (tmp_path / "log").open("ab") as out:
        started = [subprocess.Popen([sys.executable, *program], stdout=out) for program in (idle, busy, busy)]
        both, alone = (crew.Crew(some, redis, tmp_path / "log") for some in (started[1:], started[:1]))
        crew.until(lambda: both.processor() > 0.2, both.said)
        assert alone.processor() < 0.2 < both.processor()
        for one in started:
            one.kill()
            one.wait()


def test_a_section_takes_the_place_of_the_one_before_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    for name, figure in (("line", 1), ("desk", 2), ("line", 3)):
        tables.publish(name, "Title", {"SQLite": {"row": figure}}, page=page, build=tmp_path)
    written = page.read_text("utf-8")
    assert ("| row | 1 |" in written, "| row | 2 |" in written, "| row | 3 |" in written) == (False, True, True)
    assert written.startswith(tables.HEAD)


@pytest.mark.parametrize(
    ("values", "share", "found"), [([], 50, 0.0), ([3, 1, 2], 50, 2), ([1, 2, 3, 4], 99, 4), ([7], 1, 7)]
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], share: float, found: float) -> None:
    assert tables.percentile(values, share) == found

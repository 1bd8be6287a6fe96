"""What the README says of several machines can be followed; if this broke, the script would follow something else."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hotline.settings import Settings
from scripts.benches.kept import Kept
from scripts.fleet import proxy, written
from tests.served import free_port

ROOT = Path(__file__).parent.parent
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text("ascii").splitlines())
NOTES = "systemctl() { shift 2; printf '%s\\n' \"$@\"; }\n"


def test_the_readme_names_settings_that_there_are() -> None:
    assert {name.lower() for name in written.read().settings} <= Settings.model_fields.keys()
    assert written.read().settings[-4:] == ["SECRET_KEY", "SEALING_KEYS", "BLIND_INDEX_KEY", "AUDIT_SIGNING_KEY"]


def test_every_process_of_the_procfile_is_started_save_the_one_for_releases() -> None:
    given = ["bash", "-euc", NOTES + written.read().start]
    units = subprocess.run(given, capture_output=True, text=True, check=True).stdout.split()
    assert units == [f"hotline@{name}" for name in PROCFILE if name != "release"]


def test_the_unit_starts_the_process_of_its_name(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$*"\n')
    python.chmod(0o755)
    unit = written.read().unit
    assert unit.environment == {"PATH": "/opt/hotline/.venv/bin:/usr/bin:/bin"}
    for name, line in PROCFILE.items():
        given = unit.command(name)
        said = subprocess.run(
            given, cwd=ROOT, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True
        )
        assert f"python {said.stdout.strip()}" == line


def test_a_block_that_is_not_there_is_named(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"# Hotline\n\n{written.HEADING}\n\n```\n{written.SETTINGS}\nPORT=1\n```\n")
    with pytest.raises(SystemExit, match=r"hotline@\.service"):
        written.read(page)


class Backend(ThreadingHTTPServer):
    """A machine's web server: says its name, after as long as it is told."""

    daemon_threads = True

    def __init__(self, name: str, seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.name, self.seconds, self.asked = name, seconds, list[str]()


class _Answers(BaseHTTPRequestHandler):
    server: Backend

    def do_POST(self) -> None:
        self.server.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        time.sleep(self.server.seconds)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{self.server.name} for {self.headers['X-Forwarded-For']}".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def backend(name: str, seconds: float = 0.0) -> Iterator[Backend]:
    with Backend(name, seconds) as made:
        thread = threading.Thread(target=made.serve_forever, args=[0.01])
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def asks(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data=b"CallSid=1") as answer:
        return str(answer.read().decode())


def in_front(stack: ExitStack, *machines: proxy.Backend, answer: float = proxy.ANSWER) -> tuple[proxy.Proxy, int]:
    port = free_port()
    return stack.enter_context(proxy.proxy(("127.0.0.1", port), machines, answer)), port


def test_a_machine_that_takes_no_connection_is_passed_over(stack: ExitStack) -> None:
    there = stack.enter_context(backend("two"))
    made, port = in_front(stack, ("127.0.0.1", free_port()), ("127.0.0.1", there.server_port))
    assert [asks(port, "/console") for _ in range(4)] == ["two for 127.0.0.1"] * 4
    assert there.asked == ["CallSid=1"] * 4
    assert made.passed_on == 2


def test_a_webhook_is_given_to_the_next_where_one_does_not_answer_and_nothing_else_is(
    stack: ExitStack,
) -> None:
    hangs, there = (stack.enter_context(backend(name, seconds)) for name, seconds in (("one", 0.4), ("two", 0.0)))
    port = in_front(stack, *(("127.0.0.1", one.server_port) for one in (hangs, there)), answer=0.1)[1]
    assert asks(port, "/voice/inbound") == "two for 127.0.0.1"
    assert asks(port, "/voice/inbound") == "two for 127.0.0.1"
    assert asks(port, "/console/cases") == "one for 127.0.0.1"


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


def test_a_kept_process_is_started_again_whatever_ended_it_until_it_is_stopped(tmp_path: Path) -> None:
    log, born = tmp_path / "log", "import time; print('born', flush=True); time.sleep(60)"
    kept = Kept([sys.executable, "-c", born], tmp_path, {}, log, 0.01)
    for times in (1, 2):
        until(partial(was_born, log, times))
        kept.kill() if times == 1 else kept.stop()
    kept.join()
    assert was_born(log, 2)


def was_born(log: Path, times: int) -> bool:
    return log.read_text().count("born") == times

"""The commands that prepare and start: what they print, and the sentence with which each refuses."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from hotline import VERSION, demo, ringing, running, serving, settings
from hotline.errors import Conflict
from hotline.runtime import Runtime
from tests import world
from tests.operator import Operator
from tests.world import Cast

ROOT = Path(__file__).parent.parent


@pytest.fixture
def operator(runtime: Runtime) -> Operator:
    return Operator.of(runtime.settings)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else listens on."""
    with socket.create_server((running.HOST, 0)) as listener:
        yield listener.getsockname()[1]


def test_fresh_keys_are_accepted_as_settings(operator: Operator, tmp_path: Path) -> None:
    printed = dict(line.split("=", 1) for line in operator.answered("keys").splitlines())
    assert settings.load({**printed, "HOTLINE_VAR": str(tmp_path)}).sealer()
    again = operator.reads("keys")
    assert set(again) == set(printed)
    assert not set(again.values()) & set(printed.values())


def test_migrating_twice_is_migrating_once(operator: Operator) -> None:
    operator.answered("migrate")
    operator.answered("migrate")
    assert operator.reads("calls list") == []


def test_an_unmigrated_database_is_said_so(operator: Operator, tmp_path: Path) -> None:
    operator.environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/new.db"
    assert operator.refused("calls list") == "hotline: the database lacks tables: `hotline migrate` makes them\n"


def test_a_key_that_is_missing_is_named_with_what_to_do(operator: Operator) -> None:
    del operator.environment["SECRET_KEY"]
    assert operator.refused("web").startswith("hotline: SECRET_KEY is not set: `hotline keys` prints fresh ones")


def test_a_data_folder_that_is_none_is_refused_by_its_name(operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    operator.environment["HOTLINE_VAR"] = str(tmp_path / "file")
    assert (
        operator.refused("up") == f"hotline: {tmp_path}/file: File exists: HOTLINE_VAR names a folder we may write in\n"
    )


def test_a_worker_wants_a_carrier(operator: Operator) -> None:
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        del operator.environment[name]
    assert "TWILIO_ACCOUNT_SID" in operator.refused("worker urgent")
    assert "Invalid value" in operator.refused("worker lazy")


def test_the_web_server_keeps_no_log_of_addresses_and_has_its_limits(operator: Operator) -> None:
    command = serving.command("127.0.0.1", 8000)
    assert not [word for word in command if "access" in word]
    assert {"--bind=127.0.0.1:8000", "--worker-class=gthread", "--workers=2", "--threads=32", "--timeout=30"} < set(
        command
    )
    checked = subprocess.run(
        [*command, "--check-config"],
        cwd=ROOT,
        env=settings.environment(**operator.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_a_taken_port_is_named_with_what_it_was_wanted_for(taken: int) -> None:
    with pytest.raises(Conflict, match=rf"port {taken}, wanted for the web server, cannot be had.*PORT="):
        running.refuse_taken({"the web server": taken})


def test_the_port_that_is_suggested_can_be_had_with_the_next_one(taken: int) -> None:
    with ExitStack() as stack:
        with suppress(OSError):  # somebody else's already
            stack.enter_context(socket.create_server((running.HOST, running.simulator_port(8100))))
        with pytest.raises(Conflict) as refused:
            running.refuse_taken({"the web server": taken})
        suggested = int(str(refused.value).rpartition("PORT=")[2])
        running.refuse_taken({"the web server": suggested, "the practice phone": running.simulator_port(suggested)})


def test_a_trial_with_a_carrier_account_says_that_nobody_has_the_demo_numbers(
    runtime: Runtime, operator: Operator
) -> None:
    demo.load(runtime)
    said = running.welcome(runtime.settings, simulated=False)
    assert "hotline staff phone LOGIN NUMBER" in said
    assert "hotline staff phone" not in running.welcome(runtime.settings, simulated=True)
    assert "the link in the text" in said
    assert operator.answered("staff phone wang 13900000088") == "wang is rung at 139****0088\n"


def test_up_refuses_a_taken_port_before_it_starts_anything(tmp_path: Path, taken: int) -> None:
    environment = settings.environment(HOTLINE_VAR=str(tmp_path), PORT=str(taken))
    for name in [name for name in environment if name.endswith("_URL") or name.startswith("TWILIO_")]:
        del environment[name]
    refused = subprocess.run(
        [sys.executable, "-m", "hotline", "up"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"hotline: port {taken}, wanted for the web server, cannot be had")
    assert not (tmp_path / "redis.sock").exists()


@pytest.mark.usefixtures("cast")
def test_a_story_needs_a_running_hotline(operator: Operator, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("lin dials heat\n")
    assert operator.refused(f"ring {story} --port 1") == (
        "hotline: nothing answers at http://127.0.0.1:1: run scripts/start first\n"
    )


@pytest.mark.usefixtures("cast")
@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("lin dances", "line 1: lin dances\nThis line means nothing"),
        ("nobody dials heat", "nobody is neither a number nor a name"),
    ],
)
def test_a_story_that_cannot_be_read_is_refused_with_its_line(
    operator: Operator, tmp_path: Path, line: str, reason: str
) -> None:
    story = tmp_path / "story.txt"
    story.write_text(line)
    assert reason in operator.refused(f"ring {story} --port 1")


@pytest.mark.usefixtures("cast")
def test_a_story_is_not_played_against_a_real_carrier(operator: Operator, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text("lin dials heat\n")
    assert "stories need the simulated carrier" in operator.refused(f"ring {story}")
    del operator.environment["TWILIO_ACCOUNT_SID"]
    operator.environment["PORT"] = "1"
    assert "nothing answers at" in operator.refused(f"ring {story}")


def test_a_story_may_name_companies_and_staff(runtime: Runtime, cast: Cast) -> None:
    known = ringing.names(runtime)
    assert known["heat"] == cast.heat.number
    assert known["wang"] == cast.wang.number.e164


def test_the_version_is_the_one_of_the_package(operator: Operator) -> None:
    assert operator.answered("--version") == f"hotline, version {VERSION}\n"
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert found is not None
    assert found[1] == VERSION


def test_the_procfile_runs_every_process_and_never_the_demo() -> None:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    assert lines == {
        "release": "python -m hotline migrate",
        "web": "python -m hotline web --host 0.0.0.0",
        "dispatch": "python -m hotline dispatch",
        "worker-urgent-1": "python -m hotline worker urgent",
        "worker-urgent-2": "python -m hotline worker urgent",
        "worker-routine": "python -m hotline worker routine",
    }


def test_every_command_and_every_option_explains_itself(operator: Operator) -> None:
    for command in ("", "up", "web", "worker", "ring", "company add", "staff add", "nuisance flag", "audit verify"):
        said = operator.answered(command, "--help")
        assert said.count("\n  -") >= 1
    assert json.loads(operator.answered("company list --json")) == []
    assert world.PASSWORD not in operator.answered("staff add --help")

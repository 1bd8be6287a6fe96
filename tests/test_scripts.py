"""The suite's own commands: which tests they run, side by side, and the floor under the business."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"
# Stands for the environment's Python: notes what it was asked for and answers as the test wants.
PYTHON = """#!/usr/bin/env bash
echo "$*" >>"$0.asked"
case "$*" in
    *pytest*) exit "$SUITE" ;;
    *--format=total*) echo 90 ;;
    *--fail-under=95*) echo "hotline/domain/calls.py 94%"; exit "$FLOOR" ;;
esac
"""


def run(name: str, folder: Path, *arguments: str, suite: int = 0, floor: int = 0) -> tuple[int, list[str], str]:
    """Run a script: its status, its lines, and what it asked Python for."""
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(PYTHON)
    python.chmod(0o755)
    environment = {**os.environ, "HOTLINE_VENV": str(folder), "SUITE": str(suite), "FLOOR": str(floor)}
    done = subprocess.run([SCRIPTS / name, *arguments], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines(), Path(f"{python}.asked").read_text()


@pytest.mark.parametrize(("suite", "floor", "status"), [(0, 0, 0), (0, 2, 1), (1, 0, 1)])
def test_the_measured_run_fails_with_a_test_or_under_the_floor(
    tmp_path: Path, suite: int, floor: int, status: int
) -> None:
    answered, lines, asked = run("coverage", tmp_path, suite=suite, floor=floor)
    assert answered == status
    assert "covered: 90 % of everything" in lines
    assert "--include=hotline/domain/*,hotline/voice/*,hotline/jobs/*" in asked


def test_the_whole_suite_runs_side_by_side_and_a_part_of_it_by_itself(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "part").mkdir()
    _status, _lines, whole = run("test", tmp_path / "whole")
    assert " -n " in whole.splitlines()[-1]
    _status, _lines, part = run("test", tmp_path / "part", "tests/domain")
    assert part.splitlines()[-1] == "-m pytest tests/domain"


def test_a_failing_suite_fails_the_script(tmp_path: Path) -> None:
    assert run("test", tmp_path, suite=1)[0] == 1

"""The full run measures itself: a suite that passes and leaves the business uncovered fails."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "scripts" / "test"
# Stands for the environment's Python: notes what it was asked for and answers as the test wants.
PYTHON = """#!/usr/bin/env bash
echo "$*" >>"$0.asked"
case "$*" in
    *"coverage run"*) echo "3 passed in 1.00s"; exit "$SUITE" ;;
    *--format=total*) echo 90 ;;
    *--fail-under=95*) echo "hotline/domain/calls.py 94%"; exit "$FLOOR" ;;
esac
"""


def run(folder: Path, *arguments: str, ci: str = "true", suite: int = 0, floor: int = 0) -> tuple[int, list[str], str]:
    """Run scripts/test: its status, its lines, and what it asked Python for."""
    python = folder / "bin" / "python"
    python.parent.mkdir()
    python.write_text(PYTHON)
    python.chmod(0o755)
    environment = {**os.environ, "HOTLINE_VENV": str(folder), "CI": ci, "SUITE": str(suite), "FLOOR": str(floor)}
    done = subprocess.run([SCRIPT, *arguments], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines(), Path(f"{python}.asked").read_text()


@pytest.mark.parametrize(("suite", "floor", "status"), [(0, 0, 0), (0, 2, 1), (1, 0, 1)])
def test_the_full_run_fails_with_a_test_or_under_the_floor(tmp_path: Path, suite: int, floor: int, status: int) -> None:
    answered, lines, asked = run(tmp_path, suite=suite, floor=floor)
    assert answered == status
    assert "covered: 90 % of everything" in lines
    assert lines[-1] == "3 passed in 1.00s", "the suite's closing line comes last"
    assert "--include=hotline/domain/*,hotline/voice/*,hotline/jobs/*" in asked


@pytest.mark.parametrize(("arguments", "ci"), [(("tests/domain",), "true"), ((), "")])
def test_a_part_of_the_suite_and_a_run_by_hand_are_not_measured(
    tmp_path: Path, arguments: tuple[str, ...], ci: str
) -> None:
    status, _lines, asked = run(tmp_path, *arguments, ci=ci)
    assert status == 0
    assert asked.splitlines()[-1] == " ".join(("-m pytest", *arguments))

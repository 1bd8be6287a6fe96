"""The console's words: the same in every language, and every one that is asked for is there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from hotline.console import asking, words
from hotline.console.line import WHY
from hotline.domain.calls import State
from hotline.domain.cases import Kind
from hotline.domain.dispatches import Answer
from hotline.domain.findings import What
from hotline.domain.parties import Mode, Role
from hotline.domain.parties import State as PartyState
from hotline.domain.promises import Verdict
from hotline.domain.repairs import Stage
from hotline.domain.seats import UNANSWERED, UNSEEN, Device, Status
from hotline.domain.staff import Duty
from hotline.domain.waits import IN_LINE
from hotline.prompts import Prompts
from hotline.standard import loader
from hotline.standard.kinds import Scope

HOTLINE = Path(__file__).parents[2] / "hotline"
PROMPTS = Prompts()
OURS = sorted(key for key in PROMPTS.keys("zh-CN") if key.startswith("console."))


def test_every_language_has_the_same_words_with_the_same_variables() -> None:
    for language in asking.LANGUAGES:
        assert sorted(key for key in PROMPTS.keys(language) if key.startswith("console.")) == OURS
    for key in OURS:
        assert PROMPTS.variables(key, "zh-CN") == PROMPTS.variables(key, "en"), key


def test_no_word_of_ours_is_a_forbidden_one() -> None:
    for key in OURS:
        values = dict.fromkeys(PROMPTS.variables(key, "zh-CN"), "")
        assert loader.default().wording.offences(PROMPTS.text(key, "zh-CN", **values)) == (), key


def test_every_word_that_a_template_or_a_page_asks_for_is_there() -> None:
    asked = set()
    for path in (HOTLINE / "console").rglob("*.html"):
        asked |= set(re.findall(r"""\bt\(["']([\w.-]+)["'](?! ~)""", path.read_text("utf-8")))
    for path in (HOTLINE / "console").glob("*.py"):
        asked |= set(re.findall(r"""words\.text\(["']([\w.-]+)["']""", path.read_text("utf-8")))
    assert len(asked) > 100
    assert {key for key in asked if f"console.{key}" not in OURS} == set()


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("state", State),
        ("kind", Kind),
        ("offer", Answer),
        ("altered", [what.name.lower() for what in What]),
        ("verdict", Verdict),
        ("stage", Stage),
        ("duty", Duty),
        ("scope", Scope),
        ("seat", Status),
        ("away", [UNSEEN, UNANSWERED, WHY]),
        ("device", Device),
        ("waiting", IN_LINE),
        ("party", Role),
        ("party-state", PartyState),
        ("mode", Mode),
    ],
)
def test_every_name_of_the_business_has_a_word(group: str, names: list[str]) -> None:
    assert {name for name in names if f"console.{group}.{name}" not in OURS} == set()


def test_every_step_and_every_variable_of_a_call_has_a_word() -> None:
    named = (HOTLINE / "voice" / "names.py").read_text("utf-8")
    steps = re.findall(r'^    [A-Z_]+ = "([\w-]+)"', named, re.MULTILINE)
    values = re.findall(r'^    "(\w+)": ', (HOTLINE / "voice" / "values.py").read_text("utf-8"), re.MULTILINE)
    assert len(steps) > 50
    assert {name for name in steps if f"console.step.{name}" not in OURS} == set()
    assert {name for name in values if f"console.variable.{name}" not in OURS} == set()


def test_every_entry_of_a_calls_or_a_cases_record_has_a_word() -> None:
    source = " ".join(path.read_text("utf-8") for path in HOTLINE.rglob("*.py"))
    kinds = re.findall(r"""remember\(\s*(?!"house")[^,"]*(?:f"[^"]*")?,\s*"([\w-]+)\"""", source)
    kinds += re.findall(r"""parties\.note\(\s*act,\s*meeting,\s*"([\w-]+)""", source)
    assert len(kinds) > 20
    assert {kind for kind in kinds if f"console.entry.{kind}" not in OURS} == set()


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 秒"),
        (59, "59 秒"),
        (60, "1 分"),
        (61, "1 分 1 秒"),
        (3660, "1 小时 1 分"),
        (90_000, "1 天 1 小时"),
        (86_461, "1 天"),
    ],
)
def test_a_length_of_time_is_told_in_its_two_largest_units(seconds: int, told: str) -> None:
    assert _span(seconds) == told


def test_a_deadline_at_midnight_is_told_as_the_end_of_its_day() -> None:
    midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert words.due_short(midnight, "Asia/Shanghai") == "11-23 24:00"
    assert words.due_when(midnight, "Asia/Shanghai") == "2026-11-23 24:00"
    assert words.due_short(midnight + timedelta(minutes=1), "Asia/Shanghai") == "11-24 00:01"
    assert words.due_short(None, "Asia/Shanghai") == "—"


def _span(seconds: int) -> str:
    app = Flask(__name__)
    app.extensions["hotline"] = type("OnlyWords", (), {"prompts": PROMPTS})()
    app.secret_key = "only words"
    with app.test_request_context():
        return words.span(timedelta(seconds=seconds))

"""The catalogue of rules is whole, and every figure stands beside one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest

from hotline.errors import Invalid
from hotline.standard import loader
from hotline.standard.catalogue import RULES
from hotline.standard.engine import Engine
from hotline.standard.figures import PLATFORM, Figure
from hotline.standard.kinds import Grade, Role
from hotline.standard.rules import Standard

COUNTS = {
    "ANS": 14,
    "OWN": 7,
    "REC": 8,
    "FLT": 9,
    "CMP": 13,
    "CBK": 3,
    "VIS": 5,
    "SEC": 5,
    "EMG": 3,
    "PPL": 6,
}


def figures(kind: Any, path: str = "") -> Iterator[tuple[str, Any, Figure | None]]:
    """Every field of the standard's dataclasses, with the figure that stands beside it."""
    for name, hint in get_type_hints(kind, include_extras=True).items():
        inner, figure = get_args(hint) if get_origin(hint) is Annotated else (hint, None)
        if is_dataclass(inner) and inner.__module__.endswith((".rules", ".engine")):
            yield from figures(inner, f"{path}{name}.")
        else:
            yield f"{path}{name}", inner, figure


@pytest.mark.parametrize(
    "id_", [f"{subject}-{number}" for subject, count in COUNTS.items() for number in range(1, count + 1)]
)
def test_every_rule_of_the_standard_is_in_the_catalogue(id_: str) -> None:
    rule = RULES[id_]
    assert rule.id == id_
    assert rule.title_zh.strip()
    assert rule.title_en.strip()
    assert rule.subject
    assert set(rule.source.split(", ")) <= {"000", "001", "002", "003", "004"}


def test_the_catalogue_holds_no_rule_beyond_the_standard() -> None:
    assert len(RULES) == sum(COUNTS.values())


def test_titles_tell_the_rules_apart() -> None:
    assert len({rule.title_zh for rule in RULES.values()}) == len(RULES)
    assert len({rule.title_en for rule in RULES.values()}) == len(RULES)


def test_every_figure_names_a_rule_of_the_catalogue_or_the_platform() -> None:
    named = {path: figure.rule for path, _, figure in figures(Standard) if figure is not None}
    assert named["answering.rings"] == "ANS-1"
    assert {path: rule for path, rule in named.items() if rule not in RULES and rule != PLATFORM} == {}


def test_a_number_of_the_standard_never_stands_without_its_rule_and_range() -> None:
    bare = [
        path
        for path, kind, figure in figures(Standard)
        if kind in (int, float) and (figure is None or figure.low is None or figure.high is None)
    ]
    assert bare == []


def test_the_platforms_figures_are_the_only_ones_without_a_rule() -> None:
    without = {path for path, _, figure in figures(Standard) if figure is not None and figure.rule == PLATFORM}
    assert {path.split(".")[0] for path in without} == {"engine"}


@pytest.mark.parametrize("profile", loader.profiles())
def test_every_promise_rule_names_its_rule_and_those_who_are_told(profile: str) -> None:
    for key, rule in loader.load(profile).promise_rules.items():
        assert rule.key == key
        assert rule.rule_id in RULES
        assert key.startswith(f"{rule.rule_id}.")
        assert rule.tells


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("FLT-2.notify", "60 s"),
        ("FLT-2.sign", "10 min"),
        ("CBK-1.answer", "1 business day"),
        ("CBK-2.missed", "30 business min"),
        ("CMP-1.sign", "10 min"),
        ("CMP-2.pass_up.important", "1 h"),
        ("CMP-2.pass_up.major", "same day"),
        ("CMP-3.reply.major", "2 days"),
        ("CMP-4.settle.minor", "2 days"),
        ("CMP-4.settle.important", "3 days"),
        ("CMP-4.settle.major", "10 days"),
        ("CMP-6.form", "same day"),
        ("CMP-7.tell", "same day"),
        ("CMP-8.visit", "3 days"),
        ("CMP-9.callback", "2 days"),
        ("VIS-1.repair", "7 days"),
        ("VIS-2.complaint", "3 days"),
        ("VIS-3.visitor", "next day"),
    ],
)
@pytest.mark.parametrize("profile", loader.profiles())
def test_the_clocks_of_the_standard_run_as_the_documents_say(profile: str, key: str, limit: str) -> None:
    assert str(loader.load(profile).promise(key).limit) == limit


@pytest.mark.parametrize(
    ("grade", "approver"),
    [(Grade.MINOR, Role.MANAGER), (Grade.IMPORTANT, Role.GENERAL_MANAGER), (Grade.MAJOR, Role.GENERAL_MANAGER)],
)
def test_who_may_allow_a_complaint_more_time_depends_on_its_grade(grade: Grade, approver: Role) -> None:
    rule = loader.default().graded("CMP-4.settle", grade)
    assert rule is not None
    assert rule.approved_by is approver


def test_a_grade_without_a_clock_has_none() -> None:
    assert loader.default().graded("CMP-2.pass_up", Grade.MINOR) is None
    assert loader.default().graded("CMP-3.reply", Grade.IMPORTANT) is None


def test_an_unknown_promise_is_refused_by_its_key() -> None:
    with pytest.raises(Invalid, match=r"no promise is called 'FLT-2\.notfy'"):
        loader.default().promise("FLT-2.notfy")
    with pytest.raises(Invalid, match=r"'CMP-1\.sign' differs by grade"):
        loader.default().graded("CMP-1.sign", Grade.MINOR)


def test_an_emergency_is_told_as_fast_as_a_fault() -> None:
    standard = loader.default()
    assert standard.promise("EMG-1.tell").limit == standard.promise("FLT-2.notify").limit


def test_waits_between_attempts_grow_and_the_last_one_repeats() -> None:
    outbox = loader.platform().outbox
    waits = [outbox.wait_after(failures).seconds for failures in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[0] == outbox.back_off[0].seconds
    assert waits[-1] == waits[-2] == outbox.back_off[-1].seconds


def test_the_platforms_figures_are_at_hand_without_a_company() -> None:
    assert isinstance(loader.platform(), Engine)
    assert loader.platform() == loader.default().engine

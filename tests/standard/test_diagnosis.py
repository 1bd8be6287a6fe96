"""The trees: every way ends, nobody is asked too much, and each company judges by its own scope."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from hotline.errors import Invalid
from hotline.standard import diagnosis, loader
from hotline.standard.diagnosis import Tree, Verdict
from hotline.standard.kinds import EmergencyKind, FaultClass, Scope

CLASSES = list(FaultClass)


def walk(tree: Tree, *keys: int) -> Verdict:
    """The verdict after pressing these keys."""
    to: str | Verdict = tree.start
    for key in keys:
        assert isinstance(to, str)
        answer = tree.node(to).pressed(str(key))
        assert answer is not None
        to = answer.to
    assert isinstance(to, Verdict)
    return to


@pytest.mark.parametrize("fault_class", CLASSES)
def test_every_way_through_a_tree_asks_two_to_four_questions(fault_class: FaultClass) -> None:
    for asked, verdict in diagnosis.tree(fault_class).paths():
        assert len(asked) <= diagnosis.MOST_QUESTIONS
        assert len(asked) >= 2 or verdict.scope is Scope.EMERGENCY, "only danger is believed at once"


@pytest.mark.parametrize("fault_class", CLASSES)
def test_every_tree_knows_what_is_ours(fault_class: FaultClass) -> None:
    scopes = {verdict.scope for _, verdict in diagnosis.tree(fault_class).paths()}
    assert {Scope.IN_SCOPE, Scope.UNCLEAR, Scope.OUT_OF_SCOPE} <= scopes | {Scope.UNCLEAR}


@pytest.mark.parametrize("fault_class", CLASSES)
def test_what_is_out_of_scope_comes_with_guidance_and_nothing_else_does(fault_class: FaultClass) -> None:
    for _, verdict in diagnosis.tree(fault_class).paths():
        assert (verdict.guide is not None) is (verdict.scope is Scope.OUT_OF_SCOPE)
        assert verdict.fee in (None, fault_class)


@pytest.mark.parametrize("fault_class", CLASSES)
def test_keys_are_digits_in_the_order_of_the_answers(fault_class: FaultClass) -> None:
    for node in diagnosis.tree(fault_class).nodes.values():
        assert [answer.key for answer in node.answers] == list(range(1, len(node.answers) + 1))


def test_a_cold_radiator_behind_a_closed_valve_is_guided() -> None:
    verdict = walk(diagnosis.tree(FaultClass.HEATING), 1, 1, 2)
    assert verdict == Verdict("valve_closed", Scope.OUT_OF_SCOPE, "diagnosis.heating.guide.valve", FaultClass.HEATING)


def test_a_cold_home_among_cold_neighbours_is_ours() -> None:
    assert walk(diagnosis.tree(FaultClass.HEATING), 1, 2, 1).scope is Scope.IN_SCOPE


@pytest.mark.parametrize(
    ("fault_class", "keys", "kind"),
    [
        (FaultClass.HEATING, (2, 1), EmergencyKind.BURST_PIPE),
        (FaultClass.WATER, (1, 1), EmergencyKind.BURST_PIPE),
        (FaultClass.ELECTRICITY, (1,), EmergencyKind.FIRE),
        (FaultClass.ELECTRICITY, (2,), EmergencyKind.INJURY),
        (FaultClass.LIFT, (1,), EmergencyKind.LIFT),
        (FaultClass.LIFT, (2,), EmergencyKind.INJURY),
        (FaultClass.DOOR, (1,), EmergencyKind.INJURY),
    ],
)
def test_danger_ends_the_questions(fault_class: FaultClass, keys: tuple[int, ...], kind: EmergencyKind) -> None:
    verdict = walk(diagnosis.tree(fault_class), *keys)
    assert verdict.scope is Scope.EMERGENCY
    assert verdict.emergency is kind


def test_an_answer_is_found_by_its_key_or_its_word() -> None:
    node = diagnosis.tree(FaultClass.HEATING).node("rooms")
    assert node.prompt == "diagnosis.heating.rooms"
    pressed = node.pressed("1")
    assert pressed is not None
    assert pressed is node.said("one")
    assert pressed.words == "words.diagnosis.heating.rooms.one"
    assert node.pressed("9") is None
    assert node.pressed("#") is None
    assert node.said("several") is None


def test_an_unknown_question_is_refused_by_its_name() -> None:
    with pytest.raises(Invalid, match="the lift diagnosis has no question 'rooms'"):
        diagnosis.tree(FaultClass.LIFT).node("rooms")


def test_the_heating_group_takes_a_cold_home_as_its_own() -> None:
    keys = (1, 2, 2, 1)
    assert walk(diagnosis.of(loader.load("heating"), FaultClass.HEATING), *keys).scope is Scope.IN_SCOPE
    assert walk(diagnosis.of(loader.load("property"), FaultClass.HEATING), *keys).scope is Scope.UNCLEAR
    assert walk(diagnosis.tree(FaultClass.HEATING), *keys).scope is Scope.UNCLEAR


def test_what_becomes_ours_is_neither_guided_nor_charged() -> None:
    verdict = walk(diagnosis.of(loader.load("building"), FaultClass.ELECTRICITY), 3, 1, 1)
    assert verdict == Verdict("own_lamp", Scope.IN_SCOPE)


def test_what_a_company_puts_out_of_scope_is_guided_and_priced() -> None:
    own = loader.load("property", {"repair": {"scope": {"water": {"home_dry": "out_of_scope"}}}})
    verdict = walk(diagnosis.of(own, FaultClass.WATER), 2, 2, 1)
    assert verdict == Verdict("home_dry", Scope.OUT_OF_SCOPE, diagnosis.GENERAL_GUIDE, FaultClass.WATER)


SOUND: dict[str, Any] = {
    "start": "first",
    "questions": {
        "first": {
            "answers": [
                {"key": 1, "word": "yes", "question": "second"},
                {"key": 2, "word": "no", "verdict": "ours"},
            ]
        },
        "second": {
            "answers": [
                {"key": 1, "word": "yes", "verdict": "ours"},
                {"key": 2, "word": "no", "verdict": "theirs"},
            ]
        },
    },
    "verdicts": {"ours": {"scope": "in_scope"}, "theirs": {"scope": "out_of_scope", "guide": "self"}},
}


def change(path: str, value: object) -> dict[str, Any]:
    """The sound tree with one place changed, such as "questions.second.answers.1.key"."""
    table = copy.deepcopy(SOUND)
    *way, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place: Any = table
    for step in way:
        place = place[step]
    place[last] = value
    return table


def test_a_sound_tree_is_taken() -> None:
    tree = diagnosis.parse(FaultClass.DOOR, SOUND, "door")
    assert [(len(asked), verdict.name) for asked, verdict in tree.paths()] == [(2, "ours"), (2, "theirs"), (1, "ours")]


TO_FIRST = {"key": 2, "word": "no", "question": "first"}
MANY = [{"key": key, "word": f"w{key}", "verdict": "ours"} for key in range(1, 6)]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (change("start", "third"), "start: 'third' is not a question"),
        (change("questions.second.answers.1", TO_FIRST), "questions.first: asked after first, second: a circle"),
        (change("questions.second.answers.1.key", 1), "questions.second: two answers have one key"),
        (change("questions.second.answers.1.key", 10), "questions.second.answers.2.key: 10 is not a whole number"),
        (change("questions.second.answers.1.word", "yes"), "questions.second: two answers have one word"),
        (change("questions.second.answers", MANY), "questions.second: has 5 answers, not 2 to 4"),
        (change("questions.second.answers", MANY[:1]), "questions.second: has 1 answers, not 2 to 4"),
        (change("questions.third", SOUND["questions"]["second"]), "questions.third: is never asked"),
        (change("verdicts.spare", {"scope": "unclear"}), "verdicts.spare: is never reached"),
        (change("verdicts.ours.guide", "self"), "verdicts.ours: a guide belongs to what is out of scope"),
        (change("verdicts.theirs", {"scope": "out_of_scope"}), "verdicts.theirs: a guide belongs to what"),
        (change("verdicts.ours", {"scope": "emergency"}), "verdicts.ours: an emergency names its kind"),
        (change("verdicts.ours.emergency", "fire"), "verdicts.ours: an emergency names its kind"),
        (change("verdicts.ours.emergency", "flood"), "verdicts.ours.emergency: 'flood' is not one of fire,"),
        (change("verdicts.ours.price", 5), "verdicts.ours.price: is not known here"),
        (
            change("questions.second.answers.1", {"key": 2, "word": "no"}),
            "questions.second.no: leads to a question or to a verdict, one of the two",
        ),
        (
            change("questions.second.answers.1.question", "first"),
            "questions.second.no: leads to a question or to a verdict, one of the two",
        ),
        (
            change("questions.first.answers.0.question", "third"),
            "questions.first.yes: leads to the unknown question 'third'",
        ),
        (
            change("questions.first.answers.1.verdict", "nobodys"),
            "questions.first.no: leads to the unknown verdict 'nobodys'",
        ),
    ],
)
def test_an_unsound_tree_is_refused_by_file_and_place(table: dict[str, Any], reason: str) -> None:
    with pytest.raises(Invalid, match=f"^trees/door.toml: {re.escape(reason)}"):
        diagnosis.parse(FaultClass.DOOR, table, "trees/door.toml")


def test_a_fifth_question_is_one_too_many() -> None:
    steps = [f"q{number}" for number in range(5)]
    table = {
        "start": "q0",
        "questions": {
            step: {
                "answers": [
                    {"key": 1, "word": "end", "verdict": "ours"},
                    {"key": 2, "word": "on", "question": after}
                    if after
                    else {"key": 2, "word": "on", "verdict": "ours"},
                ]
            }
            for step, after in zip(steps, [*steps[1:], None], strict=True)
        },
        "verdicts": {"ours": {"scope": "in_scope"}},
    }
    with pytest.raises(Invalid, match=r"questions\.q4: asked after q0, q1, q2, q3: a circle, or more than 4"):
        diagnosis.parse(FaultClass.DOOR, table, "trees/door.toml")


@pytest.mark.parametrize("kind", CLASSES)
def test_answers_lead_along_their_way_to_its_verdict_and_no_further(kind: FaultClass) -> None:
    tree = diagnosis.tree(kind)
    for asked, verdict in tree.paths():
        steps = [*asked[1:], verdict]
        answers = {
            key: next(answer.word for answer in tree.node(key).answers if answer.to == to)
            for key, to in zip(asked, steps, strict=True)
        }
        assert tree.follow(answers) == ([tree.node(key) for key in asked], verdict)
        del answers[asked[-1]]
        assert tree.follow(answers) == ([tree.node(key) for key in asked], None)

"""The words of the trees: whole in both languages, short enough to remember, polite, and told apart when spoken."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotline.standard import diagnosis, loader
from hotline.standard.diagnosis import Answer, Node
from hotline.standard.kinds import FaultClass

PROMPTS = Path(__file__).parents[2] / "prompts"
LONGEST_QUESTION = 60
LANGUAGES = ["zh-CN", "en"]


def leaves(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        here = f"{path}.{key}" if path else key
        yield from leaves(value, here) if isinstance(value, dict) else [(here, value)]


WRITTEN = {
    language: dict(leaves(tomllib.loads((PROMPTS / f"diagnosis.{language}.toml").read_text(encoding="utf-8"))))
    for language in LANGUAGES
}
NODES = [node for fault_class in FaultClass for node in diagnosis.tree(fault_class).nodes.values()]


def needed() -> set[str]:
    """Every key that a tree refers to."""
    keys = {f"{diagnosis.GENERAL_GUIDE}.text"}
    for node in NODES:
        keys.add(f"{node.prompt}.text")
        for answer in node.answers:
            keys |= {f"{answer.words}.words", f"{answer.words}.label"}
    for fault_class in FaultClass:
        keys |= {f"{verdict.guide}.text" for _, verdict in diagnosis.tree(fault_class).paths() if verdict.guide}
    return keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_exactly_the_words_that_the_trees_need_are_written(language: str) -> None:
    assert set(WRITTEN[language]) == needed()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_empty(language: str) -> None:
    for key, value in WRITTEN[language].items():
        parts = value if isinstance(value, list) else [value]
        assert parts, key
        assert all(isinstance(part, str) and part.strip() == part and part for part in parts), key


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.prompt)
def test_a_question_is_short_and_names_every_key_it_takes(node: Node) -> None:
    text = WRITTEN["zh-CN"][f"{node.prompt}.text"]
    assert len(text) <= LONGEST_QUESTION
    assert re.findall(r"请按(\d)", text) == [str(answer.key) for answer in node.answers]


@pytest.mark.parametrize("node", NODES, ids=lambda node: node.prompt)
def test_a_question_names_every_key_in_english_too(node: Node) -> None:
    named = re.findall(r"(?:press|: press) (\d)|Not sure: press (\d)", WRITTEN["en"][f"{node.prompt}.text"])
    assert [first or second for first, second in named] == [str(answer.key) for answer in node.answers]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_spoken_or_read_is_a_forbidden_phrase(language: str) -> None:
    wording = loader.default().wording
    for key, value in WRITTEN[language].items():
        for text in value if isinstance(value, list) else [value]:
            assert wording.offences(text) == (), key


def test_every_question_and_guide_is_polite() -> None:
    spoken = {key: text for key, text in WRITTEN["zh-CN"].items() if key.endswith(".text")}
    assert [key for key, text in spoken.items() if not re.search("您|请", text)] == []


def test_guides_are_one_to_three_sentences() -> None:
    for language in LANGUAGES:
        for key, text in WRITTEN[language].items():
            if ".guide." in key:
                assert 1 <= len(re.findall(r"[。！？]|[.!?](?:\s|$)", text)) <= 3, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("node", NODES, ids=lambda node: node.prompt)
def test_no_word_belongs_to_two_answers_and_labels_differ(node: Node, language: str) -> None:
    written = WRITTEN[language]
    words = [word for answer in node.answers for word in written[f"{answer.words}.words"]]
    assert len(words) == len(set(words))
    assert len({written[f"{answer.words}.label"] for answer in node.answers}) == len(node.answers)


def understood(node: Node, language: str, said: str) -> list[str]:
    """The answers whose longest word in the sentence is the longest of all."""

    def longest(answer: Answer) -> int:
        words = WRITTEN[language][f"{answer.words}.words"]
        bound = r"\b" if language == "en" else ""
        return max((len(word) for word in words if re.search(f"{bound}{re.escape(word)}{bound}", said)), default=0)

    best = max(longest(answer) for answer in node.answers)
    return [answer.word for answer in node.answers if best and longest(answer) == best]


SAID = [
    ("heating", "rooms", "zh-CN", "就一个房间不热", "one"),
    ("heating", "rooms", "zh-CN", "全家都不热", "all"),
    ("heating", "valve", "zh-CN", "阀门没打开", "shut"),
    ("heating", "entry", "zh-CN", "没关，是开着的", "open"),
    ("heating", "neighbours", "zh-CN", "我不知道", "unsure"),
    ("electricity", "danger", "zh-CN", "没有人触电", "none"),
    ("electricity", "danger", "zh-CN", "有火花", "smoke"),
    ("lift", "people", "zh-CN", "没有人被困", "none"),
    ("lift", "people", "zh-CN", "有人被困在里面", "trapped"),
    ("lift", "unsafe", "zh-CN", "没有下滑", "no"),
    ("door", "shut_in", "zh-CN", "没人被锁", "no"),
    ("software", "network", "zh-CN", "不能上网", "offline"),
    ("software", "message", "zh-CN", "没有提示", "nothing"),
    ("water", "drain", "zh-CN", "没有返水", "slow"),
    ("heating", "valve", "en", "it is not open", "shut"),
    ("software", "computer", "en", "no they do not", "broken"),
    ("software", "printer", "en", "it does not", "broken"),
    ("lift", "people", "en", "nobody is trapped", "none"),
]


@pytest.mark.parametrize(("fault_class", "question", "language", "said", "word"), SAID)
def test_a_spoken_no_is_not_taken_for_a_yes(
    fault_class: str, question: str, language: str, said: str, word: str
) -> None:
    node = diagnosis.tree(FaultClass(fault_class)).node(question)
    assert understood(node, language, said) == [word]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("node", NODES, ids=lambda node: node.prompt)
def test_every_word_alone_is_understood_as_its_own_answer(node: Node, language: str) -> None:
    for answer in node.answers:
        for word in WRITTEN[language][f"{answer.words}.words"]:
            assert understood(node, language, word) == [answer.word], word

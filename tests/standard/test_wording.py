"""Phrases that must be heard and phrases never said (PPL-3)."""

from __future__ import annotations

import pytest

from hotline.standard import loader

WORDING = loader.default().wording


def test_the_phrases_of_the_standard_are_all_there() -> None:
    assert len(WORDING.required) == len(WORDING.required_en) == 7
    assert {group: len(phrases) for group, phrases in WORDING.forbidden.items()} == {
        "cold": 5,
        "overbearing": 6,
        "shifting_blame": 7,
        "impatient": 6,
    }


@pytest.mark.parametrize("phrase", [phrase for group in WORDING.forbidden.values() for phrase in group])
def test_every_forbidden_phrase_is_found_inside_a_sentence(phrase: str) -> None:
    assert phrase in WORDING.offences(f"您好，{phrase}，再见。")


@pytest.mark.parametrize("said", ["你有气 找领导说去", "你有气、找领导说去。", "“你有气……找领导说去”"])
def test_punctuation_hides_no_offence(said: str) -> None:
    assert WORDING.offences(said) == ("你有气，找领导说去！",)


@pytest.mark.parametrize("said", [*WORDING.required, "对不起，我没有听清楚您的问题，请您再讲一遍好吗？", ""])
def test_polite_words_are_no_offence(said: str) -> None:
    assert WORDING.offences(said) == ()


def test_a_sentence_may_offend_more_than_once() -> None:
    assert set(WORDING.offences("我不清楚，随便！")) == {"不清楚", "随便"}

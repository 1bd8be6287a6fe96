"""Characters of several readings: known to a dictionary, the same in every language, and confirmed kindly (REC-8)."""

from __future__ import annotations

import pytest
from pypinyin import pinyin

from hotline.console import asking
from hotline.prompts import Prompts
from hotline.runtime import Runtime
from tests.console import forms
from tests.console.visitor import Visitor, text_of
from tests.world import Cast

PROMPTS = Prompts()
READINGS = sorted(key.split(".")[2:] for key in PROMPTS.keys("zh-CN") if key.startswith("console.reading."))
UNKIND = ("死", "病", "杀", "丧", "鬼", "恨", "毒", "罪", "凶", "哭", "穷", "仇恨", "嫖", "屁", "杂")


def test_every_reading_is_one_that_a_dictionary_knows() -> None:
    assert len(READINGS) > 90
    wrong = [(one, sound) for one, sound in READINGS if sound not in pinyin(one, heteronym=True)[0]]
    assert wrong == []


def test_every_character_has_several_readings() -> None:
    characters = [one for one, _sound in READINGS]
    assert {one for one in characters if characters.count(one) < 2} == set()


def test_no_words_that_tell_a_character_hurt_its_bearer() -> None:
    told = [PROMPTS.text(f"console.reading.{one}.{sound}", "zh-CN") for one, sound in READINGS]
    assert [words for words in told if any(bad in words for bad in UNKIND)] == []
    assert all(
        PROMPTS.text(f"console.reading.{one}.{sound}", language)
        for language in asking.LANGUAGES
        for one, sound in READINGS
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_name_that_is_typed_brings_its_hints_and_a_plain_name_none(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    form = forms.ringing(runtime, cast, who=cast.chen)
    page = text_of(lin.opens(forms.sends(lin, form, name="单乐乐").location))
    assert "「单」 dān 简单的单 shàn" in page
    assert page.count("「乐」") == 1
    assert "姓名里有多音字" not in text_of(lin.opens(forms.sends(lin, form, name="林晓").location))

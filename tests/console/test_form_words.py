"""The words of the form: every field, every choice and every question has its own, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hotline.console import asking, form_fields, form_saving, form_view
from hotline.console.form_fields import CHOICES, NEEDED, TOLD, WHO, FormKind
from hotline.prompts import Prompts
from hotline.standard import diagnosis
from hotline.standard.kinds import FaultClass
from tests.console import forms
from tests.console.visitor import Visitor

PROMPTS = Prompts()


@pytest.mark.parametrize("language", asking.LANGUAGES)
def test_every_field_choice_and_lack_has_a_word(language: str) -> None:
    wanted = {
        f"console.told.{name}" for name in (*WHO, "answered", *(name for names in TOLD.values() for name in names))
    }
    wanted |= {f"console.form.{name}-is.{one}" for name in ("kind", "channel", "sex", "place") for one in CHOICES[name]}
    wanted |= {f"console.form.lacks.{name}" for kind in FormKind for name in NEEDED[kind]}
    source = Path(form_saving.__file__).read_text("utf-8")
    wanted |= {f"console.{key}" for key in re.findall(r'"(form\.lacks\.[a-z_]+)"', source)}
    wanted |= {f"console.{group}.{one}" for group in ("question", "question-is") for one in form_view.QUESTION_TYPES}
    assert wanted - PROMPTS.keys(language) == set()


@pytest.mark.parametrize("language", asking.LANGUAGES)
def test_a_question_of_the_phone_reads_well_on_a_screen(language: str) -> None:
    for one in FaultClass:
        for node in diagnosis.tree(one).nodes.values():
            asked = form_view.first_sentence(PROMPTS.text(node.prompt, language))
            assert asked[-1] in "。？.?", node.prompt
            assert not re.search(r"请按|press", asked), asked


def test_an_answer_of_one_class_is_none_of_another() -> None:
    typed = {form_fields.answer_name(FaultClass.HEATING, "leak"): "drip"}
    assert form_fields.answers_of(typed, FaultClass.HEATING) == {"leak": "drip"}
    assert form_fields.answers_of(typed, FaultClass.WATER) == {}


def test_on_the_english_page_the_phrases_are_said_to_be_spoken_in_chinese_and_what_they_mean(lin: Visitor) -> None:
    meaning, note = "One moment, please", "They are spoken in Chinese"
    page = lin.opens(f"{forms.NEW}?lang=en").text
    assert note in page
    assert f'<span lang="zh-CN">请稍等</span> <small class="quiet">{meaning}</small>' in page
    page = lin.opens(f"{forms.NEW}?lang=zh-CN").text
    assert "请稍等" in page
    assert meaning not in page

"""Words are found by key and language, a company's own come first, and what is missing is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.errors import Invalid, NotFound
from hotline.prompts import Line, Prompts

ENGLISH = """
[voice]
say_language = "en-US"
say_voice = "Polly.Joanna"
gather_language = "en-US"
slow_rate = "70%"
characters_per_second = "10"

[greeting]
text = "Hello, {company}."
note = "warm"
[greeting.again]
text = "Hello again."

[menu]
fault = "For a fault press {key}."
yes = ["yes", "right"]
"""


@pytest.fixture
def prompts(tmp_path: Path) -> Prompts:
    """A few words in English, and texts in a file of their own."""
    (tmp_path / "en.toml").write_text(ENGLISH)
    (tmp_path / "texts.en.toml").write_text('[texts]\nsigned = "Case {number}"\n')
    return Prompts(tmp_path)


def test_a_sentence_is_filled(prompts: Prompts) -> None:
    assert prompts.text("greeting", "en", company="Anxin") == "Hello, Anxin."
    assert prompts.text("greeting.again", "en") == "Hello again."
    assert prompts.text("texts.signed", "en", number="261118001") == "Case 261118001"


def test_a_companys_own_words_come_first(prompts: Prompts) -> None:
    own = {"en": {"greeting": "Good day, this is {company}."}}
    assert prompts.text("greeting", "en", own, company="Anxin") == "Good day, this is Anxin."
    assert prompts.text("greeting", "en", {"zh-CN": {"greeting": "您好"}}, company="Anxin") == "Hello, Anxin."


def test_what_is_missing_is_named(prompts: Prompts) -> None:
    with pytest.raises(Invalid, match="greeting"):
        prompts.text("greeting", "en")
    with pytest.raises(NotFound, match="farewell"):
        prompts.text("farewell", "en")
    with pytest.raises(NotFound, match="fr"):
        prompts.text("greeting", "fr")
    with pytest.raises(Invalid, match="list of words"):
        prompts.text("menu.yes", "en")


def test_what_is_listened_for(prompts: Prompts) -> None:
    assert prompts.listen_for("menu.yes", "en") == ("yes", "right")
    assert prompts.listen_for("menu.no", "en") == prompts.listen_for("menu.yes", "fr") == ()
    assert prompts.listen_for("greeting", "en") == ()


def test_a_language_has_its_voice_and_its_variables(prompts: Prompts) -> None:
    voice = prompts.voice("en")
    assert (voice.say_voice, voice.slow_rate) == ("Polly.Joanna", "70%")
    assert prompts.variables("menu.fault", "en") == {"key"}
    assert prompts.variables("menu.yes", "en") == set()
    assert prompts.languages == ["en"]
    assert "greeting.note" not in prompts.keys("en")
    with pytest.raises(NotFound):
        prompts.voice("fr")


def test_how_long_a_sentence_takes_is_told_by_its_characters_at_a_careful_pace(prompts: Prompts) -> None:
    assert prompts.seconds("Just a moment, please", "en") == 1.8
    assert prompts.seconds("Just a moment, please", "en", slow=True) == 1.8 / 0.7


def test_the_version_changes_with_the_wording(prompts: Prompts, tmp_path: Path) -> None:
    before = prompts.version
    (tmp_path / "en.toml").write_text(ENGLISH.replace("Hello", "Hullo"))
    assert Prompts(tmp_path).version != before == prompts.version


@pytest.mark.parametrize("broken", ["[greeting", "greeting = 3"])
def test_a_broken_file_is_refused_by_its_name(tmp_path: Path, broken: str) -> None:
    (tmp_path / "en.toml").write_text(broken)
    with pytest.raises(Invalid, match=r"en\.toml"):
        Prompts(tmp_path).text("greeting", "en")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no words"):
        _ = Prompts(tmp_path).languages


def test_what_we_ship_has_the_same_keys_and_variables_in_both_languages() -> None:
    shipped = Prompts()
    chinese, english = shipped.keys("zh-CN"), shipped.keys("en")
    assert chinese ^ english == set()
    differing = [key for key in chinese if shipped.variables(key, "zh-CN") != shipped.variables(key, "en")]
    assert differing == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("menu.intro", Line("menu.intro", "", None)),
        ("menu.item.fault#3", Line("menu.item.fault", "3", None)),
        ("menu.language@en", Line("menu.language", "", "en")),
    ],
)
def test_a_line_names_its_prompt_the_key_to_press_and_another_language(text: str, line: Line) -> None:
    assert Line.read(text) == line

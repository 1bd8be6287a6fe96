"""The spoken words: whole in every language, polite, as the standard words them, and none that nobody says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hotline import voice
from hotline.domain import complaint_forms, promises
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.domain.repairs import Stage
from hotline.prompts import FOLDER, Prompts
from hotline.runtime import Runtime
from hotline.standard import loader
from hotline.standard.kinds import EmergencyKind, FaultClass, FlowItem, Grade
from hotline.voice.standings import SPOKEN_AS
from hotline.voice.values import VALUES
from tests import world
from tests.voice.ring import Rings

PROMPTS = Prompts()
SPOKEN = ("zh-CN.toml", "en.toml")
SOURCE = "\n".join(path.read_text("utf-8") for path in Path(str(voice.__file__)).parent.glob("*.py"))
LONGEST = 220  # characters of one sentence in Mandarin, some 50 seconds: whoever hears more has forgotten the beginning

# Keys whose last part is a word of ours that the code puts in.
FAMILIES: dict[str, set[str]] = {
    "menu.item": {str(item) for item in FlowItem if item != FlowItem.AGENT},
    "words.menu": {str(item) for item in FlowItem if item != FlowItem.AGENT},
    "fault.kind": {*FaultClass},
    "words.fault": {*FaultClass},
    "words.emergency": {*EmergencyKind},
    "emergency.safety": {*EmergencyKind, "unclear"},
    "words.mark": {"1", "2", "3", "4", "5"},
    "words.part": {"morning", "noon", "evening"},
    "time.part": {"morning", "noon", "evening"},
    "time.day": {"today", "tomorrow", "later"},
    "words.points": {str(points) for points in range(1, 10)},
    "progress": {*Stage, "open", "closed"},
    "progress.complaint": {*complaint_forms.Stage, "unassigned"},
    "promised": {"by", "longer", "late"},
    "promised.what": set(SPOKEN_AS.values()),
    "grade": {*Grade, "none"},
    "matter": {
        *FaultClass, *EmergencyKind, "unclear", "complaint", "enquiry", "message", "lost-property", "progress",
        "agent", "abandoned",
    },
}  # fmt: skip
EXPECTED = {f"{family}.{word}" for family, words in FAMILIES.items() for word in words}


def keys(name: str) -> set[str]:
    """The keys of one file of words, alone."""
    with TemporaryDirectory() as folder:
        shutil.copy(FOLDER / name, folder)
        found = Prompts(Path(folder))
        return found.keys(found.languages[0])


def sentences(language: str) -> dict[str, str]:
    """Every sentence of a language, its variables as they are written."""
    return {
        key: PROMPTS.text(key, language, **{name: f"{{{name}}}" for name in PROMPTS.variables(key, language)})
        for key in PROMPTS.keys(language)
        if not PROMPTS.listen_for(key, language) and "when" not in key
    }


def test_every_language_has_the_same_keys() -> None:
    assert keys(SPOKEN[0]) == keys(SPOKEN[1])


def test_every_language_fills_the_same_variables() -> None:
    differing = [key for key in keys(SPOKEN[0]) if PROMPTS.variables(key, "zh-CN") ^ PROMPTS.variables(key, "en")]
    assert differing == []


def test_every_variable_is_known() -> None:
    local = {
        "key",
        "when",
        "what",
        "part",
        "begins",
        "ends",
        "month",
        "day",
        "hour",
        "minute",
        "surname",
        "initial",
        "minutes_waited",
    }
    wanted = {name for key in keys(SPOKEN[0]) for name in PROMPTS.variables(key, "zh-CN")}
    assert wanted - local == set(VALUES)


def test_no_word_is_missing_and_none_is_left_over() -> None:
    there = {key for key in keys(SPOKEN[0]) if not key.startswith("voice.")}
    named = set(re.findall(r'"([a-z]+(?:[.-][a-z-]+)*)(?:[#@][^"]*)?"', SOURCE))
    sections = {key.partition(".")[0] for key in there}
    assert {key for key in there if key not in named} - EXPECTED == set(), "nobody says these"
    assert EXPECTED - there == set(), "these are said and not there"
    dotted = {key for key in named if "." in key and key.partition(".")[0] in sections}
    assert dotted - there == set(), "these are said and not there"


def test_whatever_is_owed_to_a_complainant_is_told_when_they_ask() -> None:
    assert set(SPOKEN_AS) >= promises.TO_COMPLAINANT


def test_nothing_that_the_standard_forbids_is_ever_said() -> None:
    wording = loader.default().wording
    assert {key: wording.offences(text) for key, text in sentences("zh-CN").items() if wording.offences(text)} == {}


def test_no_sentence_is_too_long_to_remember() -> None:
    long = {key: len(text) for key, text in sentences("zh-CN").items() if len(text) > LONGEST}
    assert long == {}


@pytest.mark.parametrize(
    ("rule", "key", "words"),
    [
        ("ANS-2", "greeting.plain", "您好，{company}"),
        ("ANS-2", "greeting.with-number", "您好，{company}，{agent_number}号为您服务"),
        ("ANS-2", "menu.intro", "请问有什么可以帮您？"),
        ("ANS-4", "trouble.one-moment", "对不起，请再稍等一下！"),
        ("ANS-4", "trouble.back", "对不起，让您久等了"),
        ("ANS-5", "again.silence", "对不起，我没有听清楚您的问题，请您再讲一遍好吗？"),
        ("ANS-5", "again.unclear", "对不起，我没有听清楚您的问题，请您再讲一遍好吗？"),
        ("ANS-7", "anything-else", "请问还有什么需要帮您？"),
        ("ANS-7", "farewell", "谢谢您的电话，再见！"),
        ("ANS-12", "nuisance.refusal", "不办理业务，请您挂机"),
        ("FLT-5", "enquiry.told", "等我们有了确切结果后会尽快和您联系"),
        ("section 10", "complaint.told", "我们会及时报告公司作出处理，并尽快给您回复，请您原谅！"),
    ],
)
def test_what_the_standard_words_is_said_in_its_words(rule: str, key: str, words: str) -> None:
    assert words in sentences("zh-CN")[key], rule


def test_a_company_may_say_it_in_its_own_words(rings: Rings, runtime: Runtime, cast: world.Cast) -> None:
    with runtime.act(COMMAND) as act:
        own = {"zh-CN": {"greeting.plain": "{company}欢迎您。"}}
        act.session.get_one(Company, cast.heat.id).words = own
    rings().begins().hears("安心热力欢迎您。")

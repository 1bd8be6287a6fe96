"""What a spoken sentence means: the longest words win, Latin words count whole, a tie is asked again."""

from __future__ import annotations

import pytest

from hotline.prompts import Prompts
from hotline.voice.listening import choose, digits
from hotline.voice.steps import Choice, Heard, Sound, Step

PROMPTS = Prompts()
YES_NO = (Choice("1", "words.yes", Step.CLOSING), Choice("2", "words.no", Step.MAIN))
MENU = tuple(
    Choice(str(place), f"words.menu.{item}", Step.MAIN)
    for place, item in enumerate(("emergency", "fault", "complaint", "enquiry", "message", "progress"), 1)
)


def meant(text: str, choices: tuple[Choice, ...] = YES_NO, language: str = "zh-CN") -> str | None:
    found = choose(Heard(Sound.SPEECH, text), choices, PROMPTS, language)
    return found.key if found else None


@pytest.mark.parametrize(
    ("spoken", "key"),
    [
        ("对", "1"), ("对的。", "1"), ("不对！", "2"), ("不是", "2"), ("不好", "2"), ("不同意", "2"), ("同意", "1"),
        ("没有试过", "2"), ("试过了", "1"), ("一", "1"), ("对，没错。", "1"), ("嗯，好的吧", "1"),
        ("可以啊", "1"), ("2", "2"), ("嗯", None), ("", None), ("。。。", None),
    ],
)  # fmt: skip
def test_yes_and_no_in_mandarin(spoken: str, key: str | None) -> None:
    assert meant(spoken) == key


@pytest.mark.parametrize(
    ("spoken", "key"),
    [
        ("Yes, please.", "1"), ("No.", "2"), ("I don't know", None), ("I do not agree", "2"), ("that's right", "1"),
        ("not right", "2"), ("nothing", None), ("two", "2"), ("tomorrow at noon", None),
        ("OK, that's fine", "1"), ("Yes, I agree, thank you", "1"), ("okayish", None),
    ],
)  # fmt: skip
def test_yes_and_no_in_english(spoken: str, key: str | None) -> None:
    assert meant(spoken, YES_NO, "en") == key


@pytest.mark.parametrize(
    "spoken",
    [
        "好贵啊", "我不太同意", "不能同意", "不太对", "这么贵，便宜点可以吗", "可以便宜点吗", "不是很好",
        "对不起，我不要", "别", "没说同意", "同意不了",
    ],
)  # fmt: skip
def test_a_refusal_in_mandarin_is_never_a_yes(spoken: str) -> None:
    assert meant(spoken) != "1"


@pytest.mark.parametrize(
    "spoken",
    ["I don't agree", "not ok", "not correct", "I can't say yes", "is that right?", "yes but it is too much"],
)
def test_a_refusal_in_english_is_never_a_yes(spoken: str) -> None:
    assert meant(spoken, YES_NO, "en") != "1"


@pytest.mark.parametrize(("spoken", "language"), [("没修好了", "zh-CN"), ("还是不好了", "zh-CN"), ("not fixed", "en")])
def test_what_is_not_mended_is_not_closed(spoken: str, language: str) -> None:
    assert (
        meant(spoken, (Choice("1", "words.mended", Step.GUIDED), Choice("2", "words.come", Step.FEE)), language) is None
    )


@pytest.mark.parametrize(
    ("spoken", "key"),
    [
        ("我家 暖气 不热", "2"), ("着火了，救命", "1"), ("我要投诉", "3"), ("请问物业费怎么交", "4"),
        ("我想留言", "5"), ("我的事办得怎么样了", "6"), ("我要投诉，也要报修", None),
    ],
)  # fmt: skip
def test_what_people_say_to_the_menu(spoken: str, key: str | None) -> None:
    assert meant(spoken, MENU) == key


WORK = tuple(
    Choice(str(place), f"words.{news}", Step.MAIN) for place, news in enumerate(("on-the-way", "arrived", "done"), 1)
)


@pytest.mark.parametrize(
    ("spoken", "language", "key"),
    [
        ("我出发了", "zh-CN", "1"), ("还没出发", "zh-CN", None), ("未到达", "zh-CN", None), ("已经到了", "zh-CN", "2"),
        ("没修好", "zh-CN", None), ("都修好了", "zh-CN", "3"), ("I have left", "en", "1"),
        ("I haven't left", "en", None), ("not finished yet", "en", None), ("It is mended", "en", "3"),
    ],
)  # fmt: skip
def test_what_a_colleague_has_not_done_yet_is_not_noted_as_done(spoken: str, language: str, key: str | None) -> None:
    assert meant(spoken, WORK, language) == key


def test_a_key_counts_only_as_itself() -> None:
    assert choose(Heard(Sound.KEYS, "3"), YES_NO, PROMPTS, "zh-CN") is None
    assert choose(Heard(Sound.SILENCE), YES_NO, PROMPTS, "zh-CN") is None


@pytest.mark.parametrize(
    ("spoken", "keyed"),
    [("幺三八零零两五", "1380025"), ("one three oh", "130"), ("138 0000", "1380000"), ("没有", ""), ("①", "")],
)
def test_figures_may_be_spoken(spoken: str, keyed: str) -> None:
    assert digits(Heard(Sound.SPEECH, spoken)) == keyed

"""<Gather> as contract sections 2.2, 5.2 and 5.3 have it; every question of the hotline rests on it."""

from __future__ import annotations

from tests.simulator.product import HOTLINE, World, say

QUESTION = say("请按键")


def ask(world: World, attributes: str, after: str = say("没有输入")) -> None:
    """Let the hotline ask with these attributes, and dial it."""
    world.product.at("/in", f'<Gather action="/heard" {attributes}>{QUESTION}</Gather>{after}')
    world.product.at("/heard", say("谢谢"))
    world.customer.dial(HOTLINE).hears("请按键")


def test_a_key_stops_the_prompt_and_goes_to_the_action(world: World) -> None:
    ask(world, 'numDigits="1"')
    world.customer.presses("1").hears("谢谢", within=1)
    assert world.product.last("/heard")["Digits"] == "1"


def test_nothing_pressed_makes_no_request_and_the_document_goes_on(world: World) -> None:
    ask(world, 'timeout="3"')
    world.customer.hears("没有输入", within=6)
    assert world.product.at_path("/heard") == []


def test_nothing_pressed_reaches_the_action_when_asked_for(world: World) -> None:
    ask(world, 'actionOnEmptyResult="true"')
    world.customer.hears("谢谢")
    assert world.product.last("/heard")["Digits"] == ""


def test_the_finishing_key_ends_the_number_and_is_not_part_of_it(world: World) -> None:
    ask(world, "")
    world.customer.presses("412#").hears("谢谢", within=1)
    assert world.product.last("/heard")["Digits"] == "412"


def test_a_number_without_an_end_is_taken_after_the_timeout(world: World) -> None:
    ask(world, 'timeout="4" finishOnKey=""')
    world.customer.presses("41#")
    world.customer.does_not_hear("谢谢", within=3).hears("谢谢", within=2)
    assert world.product.last("/heard")["Digits"] == "41#"


def test_words_are_taken_after_a_silence_and_the_first_kind_heard_wins(world: World) -> None:
    ask(world, 'input="dtmf speech" language="cmn-Hans-CN" speechTimeout="2"')
    world.customer.speaks("暖气不热").presses("1").hears("谢谢")
    heard = world.product.last("/heard")
    assert heard["SpeechResult"] == "暖气不热"
    assert 0 <= float(heard["Confidence"]) <= 1
    assert "Digits" not in heard


def test_words_are_not_heard_where_only_keys_are_asked_for(world: World) -> None:
    ask(world, 'timeout="3"')
    world.customer.speaks("喂").hears("没有输入")


def test_the_timeout_begins_after_the_prompt(world: World) -> None:
    ask(world, 'timeout="5"')
    length = world.customer.heard[0].seconds
    world.customer.does_not_hear("没有输入", within=length + 4).hears("没有输入", within=2)


def test_a_key_pressed_while_nobody_asks_is_lost_and_noted(world: World) -> None:
    world.product.at("/in", say("这里不提问"))
    world.customer.dial(HOTLINE).hears("这里不提问").presses("1").hears("nobody was listening")


def test_without_an_action_the_same_document_is_asked_for_again(world: World) -> None:  # section 5.2
    world.product.at("/in", f"<Gather numDigits='1'>{QUESTION}</Gather>")
    world.customer.dial(HOTLINE).hears("请按键").presses("7").hears("请按键")
    assert [one.form.get("Digits") for one in world.product.at_path("/in")] == [None, "7"]


def test_partial_results_are_told_and_their_answer_ignored(world: World) -> None:  # section 2.2
    world.product.at("/part", "<Hangup/>")
    ask(world, 'input="speech" language="cmn-Hans-CN" partialResultCallback="/part"')
    world.customer.speaks("暖气").hears("谢谢")
    assert world.product.last("/part")["UnstableSpeechResult"] == "暖气"

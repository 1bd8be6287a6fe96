"""The page of what other systems may do; if this broke, nobody at the console could see who has a key."""

from __future__ import annotations

from flask import Flask

from hotline.api.doors import DOORS
from hotline.api.fields import Strict
from hotline.console import api_page
from hotline.domain import api_keys, webhooks
from hotline.domain.act import COMMAND
from hotline.domain.api_keys import ApiKey, Scope
from hotline.domain.webhooks import Event
from hotline.runtime import Runtime
from tests.console.visitor import Visitor, logged_in, text_of
from tests.world import Cast

PAGE = "/console/api"
URL = "https://erp.example.com/hooks?key=a-key-of-theirs"


def test_who_has_a_key_and_who_is_told_is_seen_without_what_opens_anything(
    app: Flask, runtime: Runtime, cast: Cast, sun: Visitor
) -> None:
    assert text_of(sun.opens(PAGE)).count("还没有。") == 2
    with runtime.act(COMMAND) as act:
        _key, secret = api_keys.make(act, cast.heat.id, "维保单位", [Scope.REPAIRS], [cast.wang.id])
        api_keys.make(act, cast.home.id, "物业官网")
        hook, signs = webhooks.add(act, cast.heat.id, URL, [Event.REPAIR_PROGRESS])
        webhooks.failed(act, hook, gone=False, rest=runtime.figures.webhooks.rest.span)
    page = sun.opens(PAGE)
    shown = text_of(page)
    assert "维保单位 #1 repairs 王强 003 11-18 10:00 未用过 有效" in shown
    assert "https://erp.example.com #1 维修有进展 未用过 送不到，稍后再试" in shown
    assert "物业官网" not in shown, "another company's"
    assert not any(one in page.text for one in (secret, signs, "a-key-of-theirs"))
    with runtime.act(COMMAND) as act:  # a key of a version before
        act.session.get_one(ApiKey, 1).engineers = []
    assert "repairs 没有指定工程师，不能上报维修" in text_of(sun.opens(PAGE))
    everything = text_of(logged_in(app, cast.tang).opens(PAGE))
    assert "物业官网 #2 安心物业" in everything


def test_every_request_is_shown_with_its_fields_and_an_example_that_is_understood(sun: Visitor) -> None:
    page = sun.opens(f"{PAGE}?lang=en")
    for door in DOORS:
        assert f'id="{door.name}"' in page.text
        for name in door.form.model_fields if door.form is not None else ():
            assert f"<code>{name}</code>" in page.text
        if door.form is not None:
            example = door.form.model_json_schema()["examples"][0]
            assert isinstance(door.form.model_validate(example), Strict)
    shown = text_of(page)
    assert "description yes What was told: the fault, the question or the message at most 2000 characters" in shown
    assert "about.department no Name of the department" in shown
    assert "promises[].due By when an instant with its offset" in shown
    assert "kind yes What it is: fault, enquiry, message and so on fault · enquiry · message" in shown
    assert "curl https://hotline.example.com/api/repairs/040214001/progress" in shown


def test_the_page_and_the_room_of_the_description_know_it_by_one_name(app: Flask) -> None:
    assert callable(app.extensions[api_page.DESCRIPTION])

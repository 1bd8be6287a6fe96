"""A refused form: the browser goes back to the page, once, with what was typed; and nobody else reads it."""

from __future__ import annotations

import json

from flask import Flask
from redis import Redis

from hotline.runtime import Runtime
from tests.console import matters
from tests.console.visitor import Visitor, logged_in
from tests.world import Cast

TYPED = "客户满意"
NOWHERE = "redis://127.0.0.1:1/0"


def test_what_was_typed_is_told_once(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = f"/console/cases/{matters.repair(runtime, cast)}"
    assert f"{TYPED}</textarea>" in sun.is_refused(f"{here}/close", page=here, outcome=TYPED).text
    assert TYPED not in sun.opens(here).text


def test_what_was_typed_lies_sealed_and_not_for_long(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = f"/console/cases/{matters.repair(runtime, cast)}"
    assert sun.sends(f"{here}/close", page=here, outcome=TYPED).status_code == 303
    [name] = runtime.redis.scan_iter("hotline:refused:*")
    assert 0 < int(runtime.redis.ttl(name)) <= runtime.figures.serving.request_limit.seconds
    kept = runtime.redis.get(name)
    assert isinstance(kept, bytes)
    assert json.loads(runtime.sealer.open(kept.decode()))["typed"]["text"] == TYPED


def test_another_page_and_another_browser_do_not_show_it(
    app: Flask, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    here = f"/console/cases/{matters.repair(runtime, cast)}"
    other = f"/console/cases/{matters.enquiry(runtime, cast)}"
    elsewhere = logged_in(app, cast.sun)
    assert sun.sends(f"{here}/close", page=here, outcome=TYPED).status_code == 303
    assert TYPED not in elsewhere.opens(here).text
    assert TYPED not in sun.opens(other).text


def test_a_form_sent_from_within_its_page_is_answered_there(sun: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = f"/console/cases/{matters.repair(runtime, cast)}"
    sun.client.environ_base["HTTP_HX_REQUEST"] = "true"
    refused = sun.sends(f"{here}/reveal", page=here, what="number", reason="嗯")
    assert refused.status_code == 409
    assert "HX-Reswap" not in refused.headers
    assert "请写明原因" in refused.text


def test_while_redis_is_away_a_refused_form_is_answered_in_its_place(
    sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    here = f"/console/cases/{matters.repair(runtime, cast)}"
    at_hand, runtime.redis = runtime.redis, Redis.from_url(NOWHERE, retry=None)
    refused = sun.sends(f"{here}/close", page=here, outcome=TYPED)
    runtime.redis = at_hand
    assert refused.status_code == 409
    assert f"{TYPED}</textarea>" in refused.text


def test_every_address_that_a_form_leaves_in_the_browser_can_be_opened(sun: Visitor, stranger: Visitor) -> None:
    assert stranger.sends("/console/login", login="nobody", password="wrong").status_code == 401
    assert stranger.opens("/console/login").status_code == 200
    assert sun.sends("/console/log", page="/console/log").status_code == 200
    assert sun.opens("/console/log").status_code == 200

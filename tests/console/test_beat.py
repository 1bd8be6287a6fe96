"""An open page's signs of life: who counts as being at the desk, and whose log-in goes on for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from hotline.domain import seats
from hotline.domain.seats import Status
from hotline.runtime import Runtime
from tests.console.visitor import BASE, Visitor, text_of
from tests.domain.talks import Talk
from tests.world import Cast, HandClock

DESK = "/console/desk"


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Chen's call and what becomes of it."""
    return Talk(runtime, cast)


def test_an_open_desk_says_that_somebody_is_there(lin: Visitor, talk: Talk, at: HandClock) -> None:
    lin.opens(DESK)
    before = talk.seat(talk.cast.lin).seen_at
    at.passes(timedelta(seconds=20))
    assert lin.sends(f"{DESK}/beat", page=DESK).status_code == 204
    assert talk.seat(talk.cast.lin).seen_at - before == timedelta(seconds=20)


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        *((state, False) for state in ("", "connecting", "lost", "failed", "microphone", "unset")),
        *((state, True) for state in ("ready", "ringing", "talking")),
    ],
)
def test_where_the_browser_is_the_telephone_a_page_counts_whose_telephone_rings(
    lin: Visitor, talk: Talk, at: HandClock, state: str, *, counts: bool
) -> None:
    talk.rung_in_the_browser(talk.cast.lin)
    before = talk.seat(talk.cast.lin).seen_at
    at.passes(timedelta(seconds=20))
    lin.sends(f"{DESK}/beat?phone={state}", page=DESK)
    assert (talk.seat(talk.cast.lin).seen_at > before) is counts


def test_whose_telephone_in_the_page_does_not_ring_is_not_there_by_saying_so(
    lin: Visitor, talk: Talk, at: HandClock
) -> None:
    talk.rung_in_the_browser(talk.cast.lin)
    at.passes(timedelta(minutes=2))
    talk.free(talk.cast.lin)
    with talk.acting() as act:
        assert not seats.claim(act, talk.cast.lin.id, 1)
    lin.sends(f"{DESK}/beat?phone=ready", page=DESK)
    with talk.acting() as act:
        assert seats.claim(act, talk.cast.lin.id, 1)


def test_without_a_key_nobody_chooses_the_browser_nor_is_free_by_it(lin: Visitor, talk: Talk) -> None:
    assert "还没有设置 TWILIO_API_KEY" in text_of(lin.is_refused(f"{DESK}/device", page=DESK, device="browser"))
    assert talk.seat(talk.cast.lin).device == "phone"
    talk.rung_in_the_browser(talk.cast.lin)
    assert "还没有设置 TWILIO_API_KEY" in text_of(lin.is_refused(f"{DESK}/status", page=DESK, status="free"))
    assert talk.seat(talk.cast.lin).status == Status.OFF
    assert lin.sends(f"{DESK}/status", page=DESK, status="break").location == DESK


def test_whoever_waits_for_a_call_or_is_in_one_stays_logged_in_and_whoever_is_away_does_not(
    lin: Visitor, talk: Talk, at: HandClock
) -> None:
    idle = talk.runtime.figures.sign_in.idle.span
    token = lin.token(DESK)
    talk.talk()
    at.passes(idle - timedelta(seconds=1))
    assert _beats(lin, token) == 204
    at.passes(idle - timedelta(seconds=1))
    assert _beats(lin, token) == 204, "in a call one is at work, whatever the page says"
    talk.leaves(talk.call_id)
    with talk.acting() as act:
        seats.wrapped_up(act, seats.locked(act, talk.cast.lin.id))
    at.passes(idle - timedelta(seconds=1))
    assert _beats(lin, token) == 204, "a quiet night logs nobody out who is free"
    with talk.acting() as act:
        seats.choose(act, seats.locked(act, talk.cast.lin.id), Status.AWAY)
    assert _beats(lin, token) == 204
    at.passes(idle)
    assert _beats(lin, token) == 401


def test_a_sign_of_life_under_way_does_not_undo_what_another_answer_put_into_the_cookie(
    lin: Visitor, talk: Talk, at: HandClock
) -> None:
    noted = talk.runtime.figures.sign_in.noted_every.span
    token = lin.token(DESK)
    talk.free(talk.cast.lin)
    at.passes(noted - timedelta(seconds=1))
    assert "Set-Cookie" not in _beat(lin, token).headers
    at.passes(timedelta(seconds=1))
    assert "Set-Cookie" in _beat(lin, token).headers


def _beats(visitor: Visitor, token: str) -> int:
    return _beat(visitor, token).status_code


def _beat(visitor: Visitor, token: str) -> TestResponse:
    headers = {"HX-Request": "true", "X-CSRFToken": token, "Referer": f"{BASE}{DESK}"}
    return visitor.client.post(f"{DESK}/beat", base_url=BASE, headers=headers)

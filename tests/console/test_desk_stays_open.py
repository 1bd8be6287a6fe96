"""What an agent looks up in a call is opened at the desk or beside it: leaving the page would hang up its telephone."""

from __future__ import annotations

import re

import pytest

from hotline.domain import handovers
from hotline.runtime import Runtime
from tests import given
from tests.console.visitor import Visitor
from tests.domain.talks import Talk
from tests.world import Cast

DESK = "/console/desk"


@pytest.fixture
def talk(runtime: Runtime, cast: Cast) -> Talk:
    """Lin talks to Chen, whose number the carrier shows, and who has a matter of Lin's."""
    made = Talk(runtime, cast)
    with made.acting() as act:
        given.case(act, cast)
    made.talk()
    made.shows_number()
    return made


def test_a_hidden_value_is_opened_in_its_place_on_the_desk(lin: Visitor, talk: Talk) -> None:
    page, reveal = lin.opens(DESK).text, f"/console/calls/{talk.call_id}/reveal"
    assert f'hx-post="{reveal}" hx-select="#secret-number" hx-target="#secret-number"' in page
    assert "13900000088" not in page
    opened = lin.sends(reveal, page=DESK, what="number", reason="核对回电号码")
    assert '<span class="secret" id="secret-number" hx-morph-skip>' in opened.text
    assert talk.cast.chen.number.national in opened.text
    assert [one["what"] for one in talk.told("revealed")] == ["number"]


def test_what_the_desk_leads_to_opens_in_another_tab(lin: Visitor, talk: Talk, cast: Cast) -> None:
    with talk.acting() as act:
        case = given.case(act, cast, owner=cast.zhou)
        handovers.ask(act, case, giver_id=cast.zhou.id, receiver_id=cast.lin.id, reason="她熟悉")
    live = lin.opens(DESK).text.partition('<div id="desk"')[2].partition("</main>")[0]
    links = re.findall(r"<a [^>]+>", live)
    assert any("/console/calls/" in link for link in links)
    assert any("/console/cases/" in link for link in links)
    assert any("/console/handovers/" in link for link in links)
    assert [link for link in links if 'target="_blank" rel="noopener"' not in link] == []


def test_beside_nothing_links_stay_in_their_tab(lin: Visitor, talk: Talk) -> None:
    assert 'target="_blank"' not in lin.opens(f"/console/calls/{talk.call_id}/form").text
    assert 'target="_blank"' not in lin.opens("/console/handovers").text

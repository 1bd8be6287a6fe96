"""Documents: nothing that the carrier would refuse leaves the house, whatever the words."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import VoiceResponse

from hotline.errors import Invalid
from hotline.voice.twiml import MOST_BYTES, MOST_CHARACTERS, MOST_ENCODED, clean, pieces, whole

LONG = st.text(st.characters(codec="utf-8"), max_size=1500) | st.text("您好。再见！abc. ", max_size=1500)


@given(LONG)
def test_every_piece_is_short_enough_for_one_say(text: str) -> None:
    assert all(len(piece) <= MOST_CHARACTERS and len(quote(piece)) <= MOST_ENCODED for piece in pieces(text))


@given(LONG)
def test_no_word_is_lost_when_a_text_is_cut(text: str) -> None:
    said, wanted = "".join(pieces(text)), clean(text)
    assert "".join(said.split()) == "".join(wanted.split())


def test_a_text_is_cut_at_the_end_of_a_sentence() -> None:
    sentence = "麻烦您记录一下。" * 40
    assert all(piece.endswith("。") for piece in pieces(sentence))


@given(st.text(max_size=200))
def test_what_was_cleaned_can_be_carried_by_xml(text: str) -> None:
    response = VoiceResponse()
    response.say(clean(text))
    assert whole(response)


def test_an_empty_document_is_refused() -> None:
    with pytest.raises(Invalid, match="hangs up on the caller"):
        whole(VoiceResponse())


def test_a_document_over_the_carriers_limit_is_refused() -> None:
    response = VoiceResponse()
    response.say("x" * MOST_BYTES)
    with pytest.raises(Invalid, match="over the carrier's limit"):
        whole(response)

"""What is missing on a form: named all at once, marked, and one click away; and never what cannot be asked."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from hotline.domain import calls
from hotline.domain.act import COMMAND
from hotline.domain.calls import Call
from hotline.domain.cases import Kind
from hotline.runtime import Runtime
from tests.console import forms
from tests.console.forms import COLD, NEW, SAID
from tests.console.visitor import Visitor, text_of
from tests.world import Cast

_LINK = re.compile(r'<li><a href="#([^"]+)">')
_MARKED = re.compile(r'id="([^"]+)"[^>]*aria-invalid="true"')


def _refused(visitor: Visitor, at: str, **typed: str) -> tuple[list[str], list[str]]:
    """Where the links of what is missing lead, and which fields are marked."""
    page = visitor.opens(forms.saves(visitor, at, **typed).location).text
    links = _LINK.findall(page)
    assert all(f'id="{place}"' in page for place in links), "a link leads nowhere"
    return sorted(links), sorted(_MARKED.findall(page))


def test_an_empty_form_names_everything_that_it_shows_and_needs(lin: Visitor, runtime: Runtime) -> None:
    missing = ["f-channel", "f-kind", "f-phone"]
    assert _refused(lin, NEW, name="曾乐") == (missing, missing)
    assert forms.case_count(runtime) == 0


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        ({"kind": "message"}, ["f-for", "f-message", "f-phone", "f-read_back"]),
        ({"kind": "complaint", "anonymous": "yes"}, ["f-happened", "f-read_back"]),
        ({"kind": "fault"}, ["f-address", "f-phone", "f-read_back", "q-answer-heating-problem"]),
        (COLD, ["f-address", "f-phone", "f-read_back", "q-answer-heating-valve"]),
        ({"kind": "emergency"}, ["f-emergency"]),
    ],
)
def test_each_matter_names_all_that_is_missing_marked_and_linked(
    lin: Visitor, runtime: Runtime, cast: Cast, typed: dict[str, str], missing: list[str]
) -> None:
    assert _refused(lin, forms.ringing(runtime, cast), **typed) == (missing, missing)


@pytest.mark.parametrize("number", ["16812345", "+881612345678", "+85263000000"])
def test_a_number_that_is_not_rung_is_as_good_as_none(lin: Visitor, runtime: Runtime, number: str) -> None:
    typed = {"channel": "walk_in", "kind": "enquiry", "number": "other", "question": "问费用", "read_back": "yes"}
    assert _refused(lin, NEW, **typed, phone=number)[0] == ["f-phone"]
    assert forms.case_count(runtime) == 0


def test_nor_is_one_that_was_shown_promised_a_call(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = forms.ringing(runtime, cast)
    with runtime.act(COMMAND) as act:
        call = act.session.scalars(select(Call)).one()
        call.put(sealed_caller=calls.seal(act, call, "+85263000000"))
    typed = {"kind": "enquiry", "number": "shown", "question": "问费用", "read_back": "yes"}
    assert _refused(lin, here, **typed)[0] == ["f-number"]
    assert _refused(lin, here, **typed | {"number": "none"})[0] == []


def test_what_is_missing_is_told_again_with_every_choice_until_another_kind_of_matter_is_chosen(
    lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    here = forms.ringing(runtime, cast)
    told = lin.opens(forms.saves(lin, here, kind="message", number="none").location).text
    assert 'name="checked" value="message"' in told
    after = forms.sends(lin, here, kind="message", number="none", message="明天来", checked="message")
    assert _LINK.findall(lin.opens(after.location).text) == ["f-for", "f-read_back"]
    other = forms.sends(lin, here, kind="enquiry", number="none", checked="message")
    assert _LINK.findall(lin.opens(other.location).text) == []


def test_what_is_there_is_not_marked(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    here = forms.ringing(runtime, cast)
    assert 'aria-invalid="true"' not in lin.opens(here).text
    assert _refused(lin, here, kind="enquiry", question="何时停暖", number="none") == (["f-read_back"], ["f-read_back"])


@pytest.mark.parametrize("channel", ["letter", "email"])
def test_a_letter_is_not_read_back_to_anybody(lin: Visitor, runtime: Runtime, channel: str) -> None:
    written = {**SAID, "channel": channel, "number": "none"}
    del written["read_back"]
    assert 'name="read_back"' not in lin.opens(forms.sends(lin, NEW, **written).location).text
    forms.saves(lin, NEW, **written)
    assert forms.opened(runtime).kind == Kind.COMPLAINT


def test_a_visitor_has_no_number_beside_which_another_could_stand(lin: Visitor) -> None:
    assert "another number" not in text_of(lin.opens(f"{NEW}?lang=en"))

"""Calls are found by words: one Chinese character, two, a number, a word in letters; by nothing that was erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text, true

from hotline.domain import call_index, call_search, call_words, cases, companies, customers
from hotline.domain.act import COMMAND
from hotline.domain.audit import AuditHead
from hotline.domain.call_facts import CallFact
from hotline.domain.call_search import Criteria, Found
from hotline.domain.call_words import CallWord
from hotline.domain.calls import Call
from hotline.domain.cases import Kind
from hotline.runtime import Runtime
from tests.looked_for import Book
from tests.world import Cast, HandClock


@pytest.fixture
def book(runtime: Runtime, cast: Cast) -> Book:
    """The calls of this test."""
    return Book(runtime, cast)


def test_a_text_is_found_by_characters_by_pairs_and_by_words_in_letters() -> None:
    assert call_words.of_text("暖气不热，E2 code") == {
        *("暖", "气", "不", "热", "暖气", "气不", "不热"),
        *("e2", "code"),
    }
    assert call_words.of_search("热") == {"热"}, "one character is looked for as it is"
    assert call_words.of_search("暖气不") == {"暖气", "气不"}
    assert call_words.of_search("Ｅ２ CODE") == {"e2", "code"}, "as wide or as large as one types it"
    assert call_words.of_search("𠮷") == {"𠮷"}
    assert call_words.of_search("，。 ?") == set()


def test_what_was_noted_is_found_by_one_character_by_two_and_by_more(book: Book) -> None:
    cold, wet = book.rings("三号楼暖气不热，E2"), book.rings("厨房漏水，气味很大")
    assert book.found(words="热") == [cold]
    assert book.found(words="气") == [wet, cold]
    assert book.found(words="暖气") == [cold]
    assert book.found(words="漏水") == [wet]
    assert book.found(words="暖气不热") == [cold]
    assert book.found(words="暖气 漏水") == [], "both are asked for"
    assert book.found(words="e2") == [cold]
    assert book.found(words="e") == [], "a part of a word in letters is another word"
    assert book.found(words="？") == []


def test_pairs_that_stand_apart_are_no_phrase(book: Book) -> None:
    book.rings("热水不热，气热，暖气片，片热水")
    assert book.found(words="暖气热水") == [], "暖气, 气热 and 热水 are there, but not beside one another"
    assert book.found(words="暖气片") == [1]


def test_what_was_spoken_is_found_and_what_was_keyed_is_not(book: Book, cast: Cast) -> None:
    spoken = book.rings(spoken="我家水管爆了")
    assert book.found(words="水管") == [spoken]
    assert book.found(words="水", staff_id=cast.lin.id) == [spoken]
    assert book.found(words="水", staff_id=cast.zhou.id) == []


def test_what_is_noted_later_is_found_as_soon_as_it_is_read(book: Book, runtime: Runtime) -> None:
    call_id = book.rings("暖气不热")
    assert book.found(words="阀门") == []
    with runtime.act(COMMAND) as act:
        case = cases.get(act, book.case_of(call_id))
        act.remember(case.chain, "called-back", words=cases.seal(act, case, "换了阀门"), rule=None)
    assert book.found(words="阀门") == [call_id]


def test_nobody_reads_a_word_in_the_database(book: Book, runtime: Runtime) -> None:
    book.rings("暖气不热")
    book.read()
    with runtime.look(COMMAND) as act:
        words = set(act.session.scalars(select(CallWord.word)))
        facts = set(act.session.scalars(select(CallFact.fact)))
    assert len(words) == len(call_words.of_text("暖气不热"))
    assert not {ord(one) for one in "暖气不热"} & words
    assert facts == {"person:1", "case:1", "kind:enquiry", "matter:heating"}


def test_of_whom_was_erased_no_word_is_found(book: Book, runtime: Runtime, cast: Cast) -> None:
    first, second = book.rings("暖气不热"), book.rings("又不热了")
    assert book.found(words="热") == [second, first]
    with runtime.act(COMMAND) as act:
        assert call_words.forget(act, cast.chen.id) == 2
        assert act.session.scalar(select(CallWord.word).limit(1)) is None
        customers.erase(act, customers.get(act, cast.chen.id))
        act.remember("case:1", "called-back", words="-", rule=None)
    assert book.found(words="热") == []
    assert book.found(kind="enquiry") == [second, first], "the call itself stays on record"


def test_an_anonymous_matter_is_found_neither_by_its_words_nor_by_the_caller(book: Book, cast: Cast) -> None:
    named = book.rings("暖气不热", spoken="热得慢")
    unnamed = book.rings("经理收钱", kind=Kind.COMPLAINT, anonymous=True, spoken="我要投诉经理")
    assert book.found(words="经理") == []
    assert book.found(kind="complaint") == []
    assert book.found(number=cast.chen.number) == [named], "the number would say who complained"
    assert book.found(staff_id=cast.lin.id) == [unnamed, named], "that somebody rang is no secret"


def test_a_call_is_not_found_by_what_was_told_beside_something_anonymous(
    book: Book, runtime: Runtime, cast: Cast
) -> None:
    call_id = book.rings("经理收钱", kind=Kind.COMPLAINT, anonymous=True)
    with runtime.act(COMMAND) as act:
        call, company = act.session.get_one(Call, call_id), companies.get(act, cast.heat.id)
        other = cases.open(
            act,
            company,
            kind=Kind.ENQUIRY,
            matter="heating",
            owner_id=cast.lin.id,
            call=call,
            customer_id=cast.chen.id,
        )
        number = other.number
    assert book.found(case_number=number) == book.found(kind="enquiry") == [], "its caller would be known"


def test_calls_are_turned_page_by_page_without_a_gap(book: Book, at: HandClock) -> None:
    ids = []
    for number in range(7):
        if number % 2:
            at.passes(timedelta(minutes=1))  # two begin at the same instant
        ids.append(book.rings("暖气" if number != 3 else "气暖气温暖"))
    for asked in ({"words": "暖气"}, {"kind": "enquiry"}, {}):
        turned: list[int] = []
        while page := book.found(before=turned[-1] if turned else None, most=3, **asked):
            turned += page
        assert turned == ids[::-1], asked


def test_a_page_of_words_says_where_it_goes_on(book: Book, runtime: Runtime) -> None:
    for _ in range(4):
        book.rings("暖气热，气不")  # holds every pair of what is looked for, and not the phrase
    right = [book.rings("暖气不热") for _ in range(2)]
    book.read()
    with runtime.look(COMMAND) as act:
        asked = Criteria(words="暖气不")
        first = call_search.page(act, asked, within=true(), before=None, most=2)
        assert [call.id for call in first.calls] == right[::-1]
        assert first.more == right[0], "candidates are left"
        rest = call_search.page(act, asked, within=true(), before=first.more, most=2)
        assert (rest.calls, rest.more) == ([], None)
        assert call_search.count(act, asked, first, within=true()) is None, "only the opened texts would tell"
        pairs = Criteria(words="暖气 气不")
        assert call_search.count(act, pairs, first, within=true()) == 6, "a pair is proof enough"
        assert call_search.count(act, Criteria(kind="enquiry"), first, within=true()) == 6
        assert call_search.count(act, asked, Found(first.calls, None), within=true()) == 2, "there they all are"


def test_everything_is_read_once_and_again_when_it_changed(book: Book, runtime: Runtime) -> None:
    book.rings("暖气不热")
    with runtime.act(COMMAND) as act:
        assert call_index.read(act, most=1) == 1
        assert call_index.read(act, most=10) == 1
        assert call_index.read(act, most=10) == 0
    with runtime.act(COMMAND) as act:
        act.remember("case:1", "promise-warned")
        act.remember("house", "log-verified")
    with runtime.act(COMMAND) as act:
        assert call_index.read(act, most=10) == 1
        unread = select(AuditHead.chain).where(AuditHead.indexed_seq < AuditHead.seq)
        assert list(act.session.scalars(unread)) == ["house"]
        assert act.session.execute(text("SELECT count(*) FROM call_facts")).scalar_one() > 0

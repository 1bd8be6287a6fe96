"""Some companies of the group beside one another: what is chosen stands in the address, and every figure counts it."""

from __future__ import annotations

import re
from html import unescape

from flask import Flask

from hotline.domain import companies
from hotline.domain.act import COMMAND
from hotline.runtime import Runtime
from tests.console.visitor import logged_in, text_of
from tests.looked_for import Book
from tests.world import Cast

PAGE = "/console/compliance"
_FIGURE = re.compile(r'<a href="(/console/compliance/rows\?[^"]+)" aria-label="[^"]*: (\d+)"')


def test_several_of_the_group_are_chosen_and_compared_and_each_figure_leads_to_as_many_rows(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    book = Book(runtime, cast)
    book.rings()
    book.rings()
    book.rings(firm=cast.home)
    with runtime.act(COMMAND) as act:
        names, numbers = ("安达电梯", "Anda Lifts"), ["+8613900003000"]
        lift = companies.found(
            act, code="lift", name_zh=names[0], name_en=names[1], profile="property", numbers=numbers
        ).id
    tang, three = logged_in(app, cast.tang), (cast.heat.id, cast.home.id, lift)
    for chosen, calls in (
        ((), 3),
        ((cast.heat.id, lift), 2),
        ((cast.home.id, lift), 1),
        (three, 3),
        ((cast.home.id,), 1),
    ):
        query = "".join(f"&company={one}" for one in chosen)
        answer = tang.opens(f"{PAGE}?period=2026-11{query}&company=999")
        page, text = answer.text, text_of(answer)
        figures = [(unescape(href), int(n)) for href, n in _FIGURE.findall(page)]
        assert figures
        for href, n in figures:
            assert f'data-n="{n}"' in tang.opens(href).text, href
        assert [n for href, n in figures if "rule=ANS-1&outcome=made" in href] == [calls]
        ticked = [int(one) for one in re.findall(r'name="company" value="(\d+)" checked', page)]
        assert ticked == sorted(chosen)
        kept = set(re.findall(r'<input type="hidden" name="company" value="(\d+)">', page))
        assert kept == {str(one) for one in chosen}, "the other forms of the page keep what is chosen"
        assert ("所选公司合计" in text) == (len(chosen) > 1)
        columns = re.search(r'id="compared".*?</thead>', page, re.S)
        assert (columns is None) == (len(chosen) == 1)
        assert columns is None or not chosen or ("安达电梯" in columns[0]) == (lift in chosen)


def test_whoever_is_of_one_company_chooses_none(app: Flask, runtime: Runtime, cast: Cast) -> None:
    Book(runtime, cast).rings(firm=cast.home)
    page = logged_in(app, cast.qian).opens(f"{PAGE}?period=2026-11&company={cast.home.id}").text
    assert 'name="company"' not in page
    assert not _FIGURE.findall(page), "nothing of their own"

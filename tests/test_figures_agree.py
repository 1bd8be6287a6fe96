"""Every figure of a month's page is what plain SQL counts, to the unit; the days' sums are what their rows say."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update

from hotline.console import compliance as page
from hotline.console import compliance_filter, discretion
from hotline.domain import companies, compliance, staff
from hotline.domain.act import CLOCK, COMMAND
from hotline.domain.calls import Call
from hotline.domain.compliance import Books
from hotline.domain.daily_figures import AGENT, DailyFigure
from hotline.domain.offers import AgentOffer
from hotline.domain.promises import Promise
from hotline.domain.waits import Wait
from hotline.jobs import counting
from hotline.runtime import Runtime
from hotline.web import create_app
from tests import reckoned
from tests.console.visitor import Visitor, logged_in
from tests.reckoned import LINE, PROMISES, VISITS, Counted, Span
from tests.world import Cast, Firm, HandClock

_FIGURE = re.compile(r'<a href="(/console/compliance/rows\?[^"]+)" aria-label="[^"]*: (\d+)"')
PAGE = "/console/compliance"
_IDS = {"ANS-1": Call.id, AGENT: AgentOffer.id, "ANS-4": Wait.id}
SHARED = ("CMP-1", "CMP-2", "CMP-4", "CMP-6")  # of these the sums hold each joined complaint's own; the page does not


@pytest.fixture
def app(runtime: Runtime, cast: Cast) -> Flask:
    """The whole application; both companies have worked through autumn."""
    reckoned.seeded(runtime, cast)
    return create_app(runtime)


def shown(visitor: Visitor, query: str) -> dict[tuple[str, str, str], tuple[int, str]]:
    """Every figure of the page: rule, outcome, whether it is of visits -> the number, and where it leads."""
    opened = visitor.opens(f"{PAGE}?{query}")
    assert opened.status_code == 200
    found = {}
    for href, number in _FIGURE.findall(opened.text):
        asked = dict(parse_qsl(urlsplit(unescape(href)).query))
        found[asked["rule"], asked["outcome"], asked.get("of", "")] = (int(number), unescape(href))
    return found


def counts(found: dict[tuple[str, str, str], tuple[int, str]], of: str = "") -> Counted:
    """The figures by whole rules, without the sums of their outcomes."""
    summed = ("made", "all") if not of else ("all",)
    return Counter(
        {
            (rule, outcome): n
            for (rule, outcome, kind), (n, _href) in found.items()
            if kind == of and outcome not in summed and ("." not in rule or rule == AGENT)
        }
    )


def by_sql(runtime: Runtime, firm: Firm, span: Span, reader: int = 0) -> Counted:
    return sum((reckoned.plainly(runtime, query, firm, span, reader=reader) for query in (PROMISES, *LINE)), Counter())


def test_a_months_figures_are_what_plain_sql_counts_and_lead_to_as_many_rows(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    tang, spans = logged_in(app, cast.tang), {code: Span.month(code, 2026, 11) for code in reckoned.ZONES}
    of_both, visits_of_both = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for firm in (cast.heat, cast.home):
        found = shown(tang, f"period=2026-11&company={firm.id}")
        of_one = by_sql(runtime, firm, spans[firm.code])
        visits = reckoned.plainly(runtime, VISITS, firm, spans[firm.code])
        assert counts(found) == of_one
        assert counts(found, "visits") == visits
        of_both, visits_of_both = of_both + of_one, visits_of_both + visits
    found = shown(tang, "period=2026-11")
    assert counts(found) == of_both
    assert counts(found, "visits") == visits_of_both
    assert {"ANS-1", AGENT, "ANS-4", "CBK-3", "CMP-4", "CMP-8", "VIS-1"} <= {rule for rule, _outcome in of_both}
    assert {outcome for rule, outcome in of_both if rule == AGENT} == {"kept", "late", "broken", "excused"}
    for (rule, outcome, of), (n, href) in found.items():
        listed = tang.opens(href)
        assert f'data-n="{n}"' in listed.text, (rule, outcome, of)
        assert len(re.findall("<tr>", listed.text)) - 1 == min(n, 50), (rule, outcome, of)


def test_a_list_longer_than_a_page_goes_on_and_holds_each_row_once(app: Flask, runtime: Runtime, cast: Cast) -> None:
    tang = logged_in(app, cast.tang)
    n, href = shown(tang, "period=2026")["ANS-1", "made", ""]
    at: list[str] = []
    while href:
        listed = tang.opens(href).text
        at += re.findall(r'href="(/console/calls/\d+)"', listed)
        more = re.search(r'rel="next" href="([^"]+)"', listed)
        href = f"{PAGE}/rows{unescape(more[1])}" if more else ""
    assert (len(at), len(set(at))) == (n, n)
    assert n > 100


def test_whoever_is_complained_of_has_it_neither_counted_nor_listed(app: Flask, runtime: Runtime, cast: Cast) -> None:
    sun, span = logged_in(app, cast.sun), Span.month("heat", 2026, 11)
    found = shown(sun, f"period=2026-11&company={cast.home.id}")
    hers, everybodys = by_sql(runtime, cast.heat, span, cast.sun.id), by_sql(runtime, cast.heat, span)
    assert counts(found) == hers != everybodys
    assert {"ANS-1", AGENT, "ANS-4", "CMP-4"} <= {rule for rule, _outcome in everybodys - hers}
    assert counts(found, "visits") == reckoned.plainly(runtime, VISITS, cast.heat, span, reader=cast.sun.id)
    for n, href in [one for (_rule, outcome, _of), one in found.items() if outcome in ("broken", "made")]:
        assert f'data-n="{n}"' in sun.opens(href).text


def test_neither_a_company_that_is_none_nor_a_row_that_is_hidden_opens_anything(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    tang, sun = logged_in(app, cast.tang), logged_in(app, cast.sun)
    november = (date(2026, 11, 1), date(2026, 11, 30))
    for rule in ("CMP-4", "ANS-1", AGENT, "ANS-4"):
        here = f"{PAGE}/rows?rule={rule}&outcome=made&period=2026-11"
        everybodys = tang.opens(here).text
        assert rows(tang.opens(f"{here}&company=99999").text) == rows(everybodys), "no company is the whole group"
        seen, id_ = rows(sun.opens(here).text), _IDS.get(rule, Promise.id)
        with runtime.look(COMMAND) as act:
            books = Books.read(act, companies.get(act, cast.heat.id))
            unknown = compliance_filter.hidden(act, staff.get(act, cast.sun.id))
            within = compliance.rows_of(books.measure, november, rule, "made", unknown)
            known = set(act.session.scalars(select(id_).where(within)))
            all_ = set(act.session.scalars(select(id_)))
        assert known < all_
        for before in sorted(all_ - known)[:: max(1, len(all_) // 9)]:
            assert rows(sun.opens(f"{here}&before={before}").text) == seen, "its place tells nothing of when it was"
        assert rows(sun.opens(f"{here}&before={sorted(known)[len(known) // 2]}").text) != seen
    with runtime.look(COMMAND) as act:
        assert compliance.worst(act, [], None, most=9) == []


def rows(page: str) -> str:
    """The table of a list."""
    [found] = re.findall("<tbody>.*?</tbody>", page, re.DOTALL)
    return str(found)


def test_calls_that_lead_to_a_hidden_complaint_are_found_from_the_few_complaints(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    with runtime.look(COMMAND) as act:
        for person, any_ in ((cast.sun, True), (cast.tang, False)):
            reader = staff.get(act, person.id)
            unknown = compliance_filter.hidden(act, reader).calls
            found = set(act.session.scalars(select(Call.id).where(unknown)))
            assert found == set(act.session.scalars(select(Call.id).where(~discretion.calls(reader))))
            assert bool(found) is any_
            assert "complaints" not in str(unknown), "no call is asked about its complaints one by one"


def added_up(runtime: Runtime) -> None:
    while counting.add_up_days(runtime):
        pass


def test_what_is_added_up_day_by_day_changes_no_figure_and_follows_a_late_verdict_at_once(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    tang, query = logged_in(app, cast.tang), "period=2026"
    before = shown(tang, query)
    added_up(runtime)
    assert shown(tang, query) == before
    spans = {code: Span(Span.month(code, 2026, 9).since, Span.month(code, 2026, 12).until) for code in reckoned.ZONES}
    with runtime.look(COMMAND) as act:
        days = set(act.session.scalars(select(DailyFigure.day).where(DailyFigure.company_id == cast.heat.id)))
        assert date(2026, 11, 17) in days, "yesterday is over"
        assert date(2026, 11, 18) not in days, "today is not"
        late = act.session.scalars(
            select(Promise.id).where(Promise.verdict == "broken", Promise.rule_id == "FLT-2").order_by(Promise.due_at)
        ).first()
    at.passes(timedelta(minutes=20))
    with runtime.act(COMMAND) as act:
        done = {"verdict": "late", "done_at": act.at, "judged_at": act.at}
        act.session.execute(update(Promise).where(Promise.id == late).values(**done))
        given_up = {"state": "unanswered", "ended_at": act.at}  # of a call that was left ringing when we were stopped
        rang = act.session.scalars(update(Call).where(Call.state == "ringing").values(**given_up).returning(Call.id))
        assert len(rang.all()) > 9
    now = by_sql(runtime, cast.heat, spans["heat"]) + by_sql(runtime, cast.home, spans["home"])
    assert counts(shown(tang, query)) == now, "the rows win until the next round"
    added_up(runtime)
    at.passes(timedelta(minutes=20))
    assert counts(shown(tang, query)) == now, "and then the sums"
    assert summed(runtime, cast.heat) == of_closed_days(runtime, cast.heat)
    assert summed(runtime, cast.home) == of_closed_days(runtime, cast.home)


def summed(runtime: Runtime, firm: Firm) -> Counted:
    """What the table of sums holds, but of days with something to be judged: there the rows decide."""
    columns = ("kept", "late", "broken", "excused", "open")
    query = "SELECT rule, sum(kept), sum(late), sum(broken), sum(excused), sum(open) FROM daily_figures"
    found = Counter[tuple[str, str]]()
    with runtime.engine.connect() as connection:
        for rule, *numbers in connection.execute(text(f"{query} WHERE company_id = {firm.id} GROUP BY rule")):
            whole = rule if rule == AGENT else rule.partition(".")[0]
            found += Counter({(whole, name): n for name, n in zip(columns, numbers, strict=True)})
    return Counter({key: n for key, n in found.items() if n and key[0] not in SHARED})


def of_closed_days(runtime: Runtime, firm: Firm) -> Counted:
    """The same from the rows, by plain SQL: from the first day to the last that is added up."""
    with runtime.look(CLOCK) as act:
        books = Books.read(act, companies.get(act, firm.id))
        assert books.done is not None
        since, until = books.measure.span(books.done.first, books.done.last)
    found = by_sql(runtime, firm, Span(since, until))
    return Counter({key: n for key, n in found.items() if key[0] not in SHARED})


def test_days_that_a_version_before_added_up_have_their_agents_counted_and_then_added(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    tang, query = logged_in(app, cast.tang), "period=2026"
    before = shown(tang, query)
    added_up(runtime)
    with runtime.act(COMMAND) as act:
        sums = act.session.execute(delete(DailyFigure).where(DailyFigure.rule == AGENT).returning(DailyFigure.kept))
        assert sum(sums.scalars()) > 9
    assert shown(tang, query) == before
    added_up(runtime)
    with runtime.look(CLOCK) as act:
        assert not Books.read(act, companies.get(act, cast.heat.id)).older
    assert shown(tang, query) == before
    assert summed(runtime, cast.heat) == of_closed_days(runtime, cast.heat)


def test_a_round_writes_nothing_where_nothing_changed_and_the_next_day_follows(
    app: Flask, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    added_up(runtime)
    with runtime.look(CLOCK) as act:
        first = {id_: Books.read(act, companies.get(act, id_)).done for id_ in (cast.heat.id, cast.home.id)}
    at.passes(timedelta(days=1))
    added_up(runtime)
    with runtime.look(CLOCK) as act:
        for id_, before in first.items():
            company = companies.get(act, id_)
            done = Books.read(act, company).done
            assert before is not None
            assert done is not None
            assert (done.first, done.last) == (before.first, before.last + timedelta(days=1))


def test_the_worst_is_what_was_missed_by_most(app: Flask, runtime: Runtime, cast: Cast) -> None:
    with runtime.look(COMMAND) as act:
        measure = Books.read(act, companies.get(act, cast.heat.id)).measure
        days = (date(2026, 11, 1), date(2026, 11, 30))
        found = compliance.worst(act, [(measure, days)], None, most=page.WORST)
        missed = act.session.scalars(select(Promise).where(compliance.rows_of(measure, days, "FLT-2", "made", None)))
        over = [(one.done_at or act.at) - one.due_at for one in found]
        assert over == sorted(over, reverse=True)
        assert len(found) == page.WORST
        assert {one.verdict for one in found} <= {"late", "broken"}
        others = [one for one in missed if one.verdict in ("late", "broken") and one not in found]
        assert all((one.done_at or act.at) - one.due_at <= over[-1] for one in others)

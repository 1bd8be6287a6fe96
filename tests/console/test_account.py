"""Log-ins that are seen and ended, pass phrases that are good, and whoever leaves: nothing of theirs opens any more."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.console import passwords
from hotline.domain import account_news, audit, identities, leaving, log_ins, outbox, staff
from hotline.domain.act import COMMAND
from hotline.jobs import accounts
from hotline.runtime import Runtime
from tests.console import matters
from tests.console.visitor import Visitor, logged_in, text_of
from tests.operator import Operator
from tests.world import PASSWORD, Cast, HandClock

HERE = "/console/account"
BETTER = "vier Wörter hintereinander weg"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def operator(runtime: Runtime) -> Operator:
    """Somebody who types commands."""
    return Operator.of(runtime.settings)


def _open_rows(runtime: Runtime, staff_id: int) -> list[log_ins.Session]:
    with runtime.look(COMMAND) as act:
        return [row for row in act.session.query(log_ins.Session).filter_by(staff_id=staff_id) if row.ended_at is None]


def test_a_person_sees_where_they_are_logged_in_and_ends_one_of_them(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast, at: HandClock
) -> None:
    forgotten = Visitor(app, "203.0.113.77")
    forgotten.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    forgotten.logs_in(cast.lin)
    shown = text_of(lin.opens(HERE))
    assert "Firefox · Windows" in shown
    assert "203.0.113.0/24" in shown
    assert "203.0.113.77" not in shown
    assert shown.count("这台设备") == 1
    mine, theirs = sorted(row.id for row in _open_rows(runtime, cast.lin.id))
    assert lin.sends(f"{HERE}/log-ins/{theirs}/end", page=HERE).location == HERE
    assert forgotten.opens("/console/desk").location.startswith("/console/login")
    assert lin.opens("/console/desk").status_code == 200
    assert "已经不在" in text_of(lin.is_refused(f"{HERE}/log-ins/{theirs}/end", page=HERE))
    zhou = logged_in(app, cast.zhou)
    zhou.is_refused(f"{HERE}/log-ins/{mine}/end", page=HERE)
    assert lin.opens("/console/desk").status_code == 200, "nobody ends a colleague's by its number"
    at.passes(runtime.figures.sign_in.seen_every.span)
    lin.opens("/console/desk")
    [row] = _open_rows(runtime, cast.lin.id)
    assert row.seen_at == at.now


def test_an_administrator_ends_those_of_others_and_nobody_else_does(
    app: Flask, lin: Visitor, sun: Visitor, runtime: Runtime, cast: Cast
) -> None:
    tang = logged_in(app, cast.tang)
    theirs = f"/console/staff/{cast.lin.id}/account"
    [row] = _open_rows(runtime, cast.lin.id)
    for doing in (f"{theirs}/log-ins/{row.id}/end", f"{theirs}/end-all", f"{theirs}/allow-provider"):
        assert sun.sends(doing, page="/console").status_code == 403
    assert theirs in tang.opens("/console/staff").text
    assert tang.sends(f"{theirs}/log-ins/{row.id}/end", page=theirs).location == theirs
    assert lin.opens("/console/desk").status_code == 302
    again = logged_in(app, cast.lin)
    assert tang.sends(f"{theirs}/end-all", page=theirs).location == theirs
    assert again.opens("/console/desk").status_code == 302
    assert _open_rows(runtime, cast.lin.id) == []
    assert tang.sends(f"{theirs}/nothing-known", page=theirs).status_code == 404
    with runtime.look(COMMAND) as act:
        ended = [(e.kind, e.fields["by"]) for e in audit.entries(act.session, "house") if e.kind.startswith("log-in")]
    assert ended == [("log-in-ended", cast.tang.id), ("log-ins-ended", cast.tang.id)]


def test_who_lets_a_name_of_the_provider_in_proves_it_and_the_person_is_told(
    app: Flask, runtime: Runtime, cast: Cast
) -> None:
    tang = logged_in(app, cast.tang)
    theirs, own = (f"/console/staff/{who.id}/account" for who in (cast.qian, cast.tang))
    form = {"name": "tang.there", "password": PASSWORD}
    assert "口令不对" in text_of(tang.is_refused(f"{theirs}/allow-provider", page=theirs, name="tang.there"))
    assert "另一位管理员" in text_of(tang.is_refused(f"{own}/allow-provider", page=own, **form))
    with runtime.look(COMMAND) as act:
        assert not any(identities.has(act, who.id) for who in (cast.qian, cast.tang))
    assert tang.sends(f"{theirs}/allow-provider", page=theirs, **form).location == theirs
    with runtime.look(COMMAND) as act:
        owed = act.session.query(outbox.OutboxEntry).filter_by(kind=account_news.TELLS).one()
        text = accounts.written(runtime, act, owed)
    assert owed.about["who"] == cast.qian.id
    assert f"统一登录账号登录{cast.qian.name}，操作人：{cast.tang.name}" in text


def test_another_pass_phrase_ends_every_log_in_but_the_one_that_chose_it(app: Flask, lin: Visitor, cast: Cast) -> None:
    other = logged_in(app, cast.lin)
    form = {"password": PASSWORD, "new": BETTER, "again": BETTER}
    for wrong, said in (
        ({"password": "not mine at all"}, "现在的口令不对"),
        ({"again": "something else entirely"}, "不一样"),
        ({"new": "four words", "again": "four words"}, "至少 12 个字符"),
        ({"new": "x1" * 101, "again": "x1" * 101}, "最多 200 个字符"),
        ({"new": "I am Lin at work", "again": "I am Lin at work"}, "登录名"),
        ({"new": "1qaz2wsx3edc", "again": "1qaz2wsx3edc"}, "太常见"),
    ):
        page = lin.is_refused(f"{HERE}/password", page=HERE, **{**form, **wrong})
        assert said in text_of(page), wrong
        assert form["new"] not in page.text
    assert other.opens("/console/desk").status_code == 200
    lin.sends(f"{HERE}/password", page=HERE, **form)
    assert "口令已修改" in text_of(lin.opens(HERE))
    assert other.opens("/console/desk").status_code == 302
    assert other.logs_in(cast.lin, PASSWORD).status_code == 401
    assert other.logs_in(cast.lin, BETTER).status_code == 302


def test_a_page_left_open_does_not_let_its_pass_phrase_be_guessed(lin: Visitor, runtime: Runtime, cast: Cast) -> None:
    for _ in range(runtime.figures.sign_in.tries):
        lin.is_refused(f"{HERE}/password", page=HERE, password="a guess", new=BETTER, again=BETTER)
    page = lin.is_refused(f"{HERE}/password", page=HERE, password=PASSWORD, new=BETTER, again=BETTER)
    assert "尝试次数太多" in text_of(page)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("correct horse battery staple", None),
        ("老王家的猫昨天跑了三条街", None),
        ("aaaaaaaaaaaaaaaa", "common"),
        ("121212121212", "common"),
        ("abcdefghijklm", "common"),
        ("ZYXWVUTSRQPON", "common"),
        ("PassWord12345", "common"),
        ("eleven char", "short"),
        ("my name is lin by the way", "name"),
    ],
)
def test_a_pass_phrase_is_judged_by_its_length_and_by_what_is_guessed_first(
    given: str, wrong: str | None, runtime: Runtime
) -> None:
    assert passwords.weakness(given, "lin", runtime.figures.sign_in) == wrong


def test_of_whoever_leaves_nothing_opens_any_more_and_matters_go_on(
    app: Flask, lin: Visitor, runtime: Runtime, cast: Cast
) -> None:
    case_id = matters.enquiry(runtime, cast)
    with runtime.act(COMMAND) as act:
        identities.allow(act, staff.get(act, cast.lin.id), "lin", by=None)
        leaving.dismiss(act, cast.lin.id, by=None)
    assert lin.opens("/console/desk").status_code == 302
    assert lin.logs_in(cast.lin).status_code == 401
    assert _open_rows(runtime, cast.lin.id) == []
    with runtime.look(COMMAND) as act:
        assert identities.person_of(act, issuer="https://id.example.com", subject="1", names=["lin"]) is None
    assert cast.sun.name in text_of(logged_in(app, cast.sun).opens(f"/console/cases/{case_id}"))


def test_the_commands_take_a_lost_factor_away_and_let_the_provider_in(
    app: Flask, lin: Visitor, runtime: Runtime, operator: Operator, cast: Cast
) -> None:
    assert "has no second factor" in operator.refused("staff reset-second-factor lin")
    assert "logs in as lin" in operator.answered("staff allow-provider lin", "lin@example.com")
    assert "belongs to a colleague" in operator.refused("staff allow-provider zhou", "LIN@example.com")
    assert lin.opens("/console/desk").status_code == 200
    operator.answered("staff forbid-provider lin")
    assert lin.opens("/console/desk").status_code == 302
    assert "no account" in operator.refused("staff forbid-provider lin")

"""The second factor: who needs it, how it is set up, which codes open, and what becomes of a lost telephone."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from hotline.domain import account_news, audit, companies, outbox, second_factors, staff
from hotline.domain.act import COMMAND
from hotline.domain.companies import Company
from hotline.domain.staff import Staff
from hotline.jobs import accounts
from hotline.runtime import Runtime
from tests.console.visitor import Visitor, text_of
from tests.world import Cast, HandClock, Person

SET_UP, CODE = "/console/login/set-up", "/console/login/code"
HALF_MINUTE = timedelta(seconds=30)


class Telephone:
    """An authenticator on a telephone: it knows the secret that was scanned, and shows a code."""

    def __init__(self, page: str, at: HandClock) -> None:
        found = re.search(r'class="typed">([A-Z2-7 ]+)<', page)
        assert found is not None, page
        self._codes, self._at = pyotp.TOTP(found[1].replace(" ", "")), at

    def shows(self, steps: int = 0) -> str:
        """The code of now, or of so many half minutes from now."""
        return self._codes.at(self._at.now + steps * HALF_MINUTE)

    def never(self) -> str:
        """A code that it does not show, nor is about to."""
        shown = {self.shows(steps) for steps in range(-2, 3)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in shown)


@pytest.fixture(autouse=True)
def _required(runtime: Runtime, cast: Cast) -> None:
    """The heating company leaves the standard as it ships."""
    with runtime.act(COMMAND) as act:
        act.session.get_one(Company, cast.heat.id).overrides = {}


@pytest.fixture
def telephone(stranger: Visitor, cast: Cast, at: HandClock) -> Telephone:
    """Sun's, set up a minute ago; she is out again."""
    return _set_up(stranger, cast.sun, at)


def _set_up(visitor: Visitor, who: Person, at: HandClock) -> Telephone:
    assert visitor.logs_in(who).location == SET_UP
    made = Telephone(visitor.opens(SET_UP).text, at)
    assert visitor.sends(SET_UP, page=SET_UP, code=made.shows()).status_code == 200
    visitor.sends("/console/logout", page="/console")
    at.passes(2 * HALF_MINUTE)
    return made


def test_a_supervisor_sets_one_up_before_anything_opens_and_an_agent_need_not(
    stranger: Visitor, app: Flask, cast: Cast, runtime: Runtime, at: HandClock
) -> None:
    assert stranger.logs_in(cast.sun, next="/console/cases").location == SET_UP
    for page in ("/console", "/console/office", "/console/account", CODE):
        assert stranger.opens(page).location.startswith("/console/login"), page
    page = stranger.opens(SET_UP).text
    assert "data:image/svg+xml" in page
    telephone = Telephone(page, at)
    assert stranger.sends(SET_UP, page=SET_UP, code="000000").status_code == 401
    shown = stranger.sends(SET_UP, page=SET_UP, code=telephone.shows())
    assert len(_codes(shown.text)) == runtime.figures.sign_in.recovery_codes
    assert 'href="/console/cases"' in shown.text
    assert stranger.opens("/console/cases").status_code == 200
    with runtime.look(COMMAND) as act:
        assert second_factors.is_set_up(act, cast.sun.id)
        kept = [row.body for row in audit.entries(act.session, "house")]
    secret = re.search(r'class="typed">([A-Z2-7 ]+)<', page)
    assert secret is not None
    assert not any(secret[1].replace(" ", "").encode() in body for body in kept)
    assert Visitor(app).logs_in(cast.lin).location == "/console/desk"


def test_a_code_opens_once_and_only_in_its_time(
    app: Flask, stranger: Visitor, telephone: Telephone, cast: Cast, at: HandClock
) -> None:
    assert stranger.logs_in(cast.sun, next="/console/cases").location == CODE
    assert stranger.opens(SET_UP).location == "/console/login", "with a pass phrase alone nobody sets another up"
    assert stranger.opens("/console/cases").status_code == 302
    for wrong in (telephone.shows(3), telephone.shows(-3), "12345", "１２３４５６", ""):
        assert stranger.sends(CODE, page=CODE, code=wrong).status_code in (401, 429), wrong
    other = Visitor(app, "192.0.2.2")
    other.logs_in(cast.sun, next="/console/cases")
    code = telephone.shows()
    assert other.sends(CODE, page=CODE, code=f"{code[:3]} {code[3:]}").location == "/console/cases"
    third = Visitor(app, "192.0.2.3")
    third.logs_in(cast.sun)
    assert third.sends(CODE, page=CODE, code=code).status_code == 401, "a code that somebody has seen typed"
    assert third.sends(CODE, page=CODE, code=telephone.shows(-1)).status_code == 401, "an older one neither"
    at.passes(HALF_MINUTE)
    assert third.sends(CODE, page=CODE, code=telephone.shows()).status_code == 302


def test_codes_cannot_be_guessed_by_whoever_knows_the_pass_phrase(
    stranger: Visitor, telephone: Telephone, cast: Cast, runtime: Runtime, at: HandClock
) -> None:
    tries = 0
    while stranger.logs_in(cast.sun).status_code == 302:
        tries += 1
        stranger.sends(CODE, page=CODE, code="000000")
    assert tries <= runtime.figures.sign_in.tries // 2 + 1
    assert stranger.sends(CODE, page=CODE, code=telephone.shows()).status_code == 429, "not even the right one"


def test_a_patient_guesser_is_stopped_and_the_person_told_who_gets_in_by_a_recovery_code(
    app: Flask, stranger: Visitor, cast: Cast, runtime: Runtime, at: HandClock
) -> None:
    stranger.logs_in(cast.sun)
    telephone = Telephone(stranger.opens(SET_UP).text, at)
    recovery, *_rest = _codes(stranger.sends(SET_UP, page=SET_UP, code=telephone.shows()).text)
    at.passes(2 * HALF_MINUTE)
    thief = Visitor(app, "192.0.2.66")
    thief.logs_in(cast.sun)
    for _ in range(runtime.figures.sign_in.codes_wrong):
        assert thief.sends(CODE, code=telephone.never()).status_code == 401
        _waits_a_minute(runtime)
    answer = thief.sends(CODE, code=telephone.shows())
    assert answer.status_code == 401, "of a million codes one is right, but none opens any more"
    assert "请用备用码登录" in text_of(answer)
    assert _told(runtime) == [("sun", f"【登录异常】{cast.sun.name}的口令正确，但验证码连续输错")]
    sun = Visitor(app, "192.0.2.7")
    sun.logs_in(cast.sun)
    assert sun.sends(CODE, code=recovery).status_code == 302
    _waits_a_minute(runtime)
    again = Visitor(app, "192.0.2.8")
    again.logs_in(cast.sun)
    assert again.sends(CODE, code=telephone.shows()).status_code == 302, "she was there"


def test_a_day_later_codes_open_again(telephone: Telephone, cast: Cast, runtime: Runtime, at: HandClock) -> None:
    figures = runtime.figures.sign_in
    for _ in range(figures.codes_wrong):
        assert not _accepts(runtime, cast, telephone.never())
    at.passes(figures.codes_within.span - HALF_MINUTE)
    assert not _accepts(runtime, cast, telephone.shows())
    at.passes(HALF_MINUTE)
    assert _accepts(runtime, cast, telephone.shows())


def test_a_recovery_code_opens_once_however_it_is_copied(
    app: Flask, stranger: Visitor, cast: Cast, runtime: Runtime, at: HandClock
) -> None:
    assert stranger.logs_in(cast.sun).location == SET_UP
    telephone = Telephone(stranger.opens(SET_UP).text, at)
    first, second, *_rest = _codes(stranger.sends(SET_UP, page=SET_UP, code=telephone.shows()).text)
    for code, status in ((f" {first.upper().replace('-', ' ')} ", 302), (first, 401), (second, 302)):
        elsewhere = Visitor(app, f"198.51.100.{status % 7 + len(code)}")
        elsewhere.logs_in(cast.sun)
        assert elsewhere.sends(CODE, page=CODE, code=code).status_code == status
    with runtime.look(COMMAND) as act:
        assert second_factors.codes_left(act, cast.sun.id) == runtime.figures.sign_in.recovery_codes - 2
        assert [e.fields["left"] for e in audit.entries(act.session, "house") if e.kind == "recovery-code-used"] == [
            9,
            8,
        ]


def test_who_takes_too_long_or_changes_meanwhile_begins_at_the_door(
    stranger: Visitor, telephone: Telephone, cast: Cast, runtime: Runtime, at: HandClock
) -> None:
    stranger.logs_in(cast.sun)
    at.passes(runtime.figures.sign_in.second_step.span)
    assert stranger.sends(CODE, page=CODE, code=telephone.shows()).location == "/console/login"
    stranger.logs_in(cast.sun)
    with runtime.act(COMMAND) as act:
        staff.log_out(act, staff.get(act, cast.sun.id))
    assert stranger.sends(CODE, page=CODE, code=telephone.shows()).location == "/console/login"


def test_two_who_set_one_up_at_once_do_not_read_each_others_secret_and_the_first_counts(
    app: Flask, stranger: Visitor, cast: Cast, at: HandClock
) -> None:
    thief = Visitor(app, "192.0.2.66")
    thief.logs_in(cast.sun)
    stranger.logs_in(cast.sun)
    theirs, hers = Telephone(thief.opens(SET_UP).text, at), Telephone(stranger.opens(SET_UP).text, at)
    assert theirs.shows() != hers.shows()
    assert stranger.sends(SET_UP, page=SET_UP, code=hers.shows()).status_code == 200
    assert thief.sends(SET_UP, page=SET_UP, code=theirs.shows()).location == "/console/login"
    assert stranger.opens("/console").status_code == 200


def test_a_new_telephone_takes_the_place_of_the_old_one_and_ends_other_log_ins(
    app: Flask, stranger: Visitor, telephone: Telephone, cast: Cast, runtime: Runtime, at: HandClock
) -> None:
    stranger.logs_in(cast.sun)
    stranger.sends(CODE, page=CODE, code=telephone.shows())
    forgotten = Visitor(app, "192.0.2.9")
    forgotten.logs_in(cast.sun)
    at.passes(HALF_MINUTE)
    forgotten.sends(CODE, page=CODE, code=telephone.shows())
    account = "/console/account"
    at.passes(HALF_MINUTE)
    mine = {"password": _PASSWORD, "code": telephone.shows()}
    for wrong in ({"password": "not mine at all"}, {"code": ""}, {"code": telephone.never()}):
        for form in ("second-factor", "codes"):
            assert "不对" in text_of(stranger.is_refused(f"{account}/{form}", page=account, **{**mine, **wrong}))
        _waits_a_minute(runtime)
    assert stranger.sends(f"{account}/second-factor", page=account, **mine).location == SET_UP
    assert forgotten.opens("/console").status_code == 200, "until the new one is finished"
    new = Telephone(stranger.opens(SET_UP).text, at)
    assert stranger.sends(SET_UP, page=SET_UP, code=new.shows()).status_code == 200
    assert forgotten.opens("/console").status_code == 302
    at.passes(HALF_MINUTE)
    forgotten.logs_in(cast.sun)
    assert forgotten.sends(CODE, page=CODE, code=telephone.shows()).status_code == 401
    assert forgotten.sends(CODE, page=CODE, code=new.shows()).status_code == 302
    at.passes(HALF_MINUTE)
    mine["code"] = new.shows()
    renewed = _codes(forgotten.sends(f"{account}/codes", page=account, **mine).text)
    assert len(renewed) == len(set(renewed)) == 10


def test_who_lost_everything_is_let_in_again_by_an_administrator(
    app: Flask, stranger: Visitor, telephone: Telephone, cast: Cast, runtime: Runtime, at: HandClock
) -> None:
    tang = Visitor(app, "192.0.2.5")
    _set_up(tang, cast.tang, at)  # an administrator needs one as well
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        second_factors.reset(act, staff.get(act, cast.tang.id), by=None)
    tang.logs_in(cast.tang)
    tang.sends(SET_UP, page=SET_UP, code=Telephone(tang.opens(SET_UP).text, at).shows())
    page = f"/console/staff/{cast.sun.id}/account"
    assert "已设置" in text_of(tang.opens(page))
    own, mine = f"/console/staff/{cast.tang.id}/account", {"password": _PASSWORD}
    assert "口令不对" in text_of(tang.is_refused(f"{page}/reset-factor", page=page)), "a page left open takes nothing"
    assert "另一位管理员" in text_of(tang.is_refused(f"{own}/reset-factor", page=own, **mine))
    assert "已设置" in text_of(tang.opens(page))
    assert tang.sends(f"{page}/reset-factor", page=page, **mine).location == page
    twice = tang.is_refused(f"{page}/reset-factor", page=page, **mine)
    assert twice.status_code == 200, "a second press finds nothing to take"
    assert _told(runtime)[-1] == ("sun", f"【登录变动】{cast.sun.name}的第二因素已清除")
    assert stranger.logs_in(cast.sun).location == SET_UP
    with runtime.look(COMMAND) as act:
        reset = [e.fields for e in audit.entries(act.session, "house") if e.kind == "second-factor-reset"]
        assert (reset[-1]["staff"], reset[-1]["by"]) == (cast.sun.id, cast.tang.id)
        assert act.session.get_one(Staff, cast.sun.id).password_hash is not None


def _waits_a_minute(runtime: Runtime) -> None:
    """The counts that last for a minute are gone."""
    for key in runtime.redis.scan_iter("hotline:sign-in:*"):
        runtime.redis.delete(key)


def _accepts(runtime: Runtime, cast: Cast, code: str) -> bool:
    with runtime.act(COMMAND) as act:
        companies.get(act, cast.heat.id)
        return second_factors.accepts(act, cast.sun.id, code)


def _told(runtime: Runtime) -> list[tuple[str, str]]:
    """Who was told of their log-in, and the first words of it."""
    with runtime.look(COMMAND) as act:
        owed = act.session.query(outbox.OutboxEntry).filter_by(kind=account_news.TELLS).order_by(outbox.OutboxEntry.id)
        texts = [(staff.get(act, one.about["who"]).login, accounts.written(runtime, act, one)) for one in owed]
        return [(who, re.split("，(?:验证码登录|操作人)", text)[0]) for who, text in texts]


_PASSWORD = "correct horse battery staple"


def _codes(page: str) -> list[str]:
    return re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page)

"""Who asks without a telephone to be rung; without it a stranger could have us ring one victim all day (CBK-3)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, false, func, select

from hotline.domain import callbacks, cases, customers, matters, next_calls, owed_calls, promises
from hotline.domain.act import Act
from hotline.domain.api_keys import ApiRequest, Brought
from hotline.domain.callbacks import OF_VISITS, Callback, Style, Window
from hotline.domain.cases import Case
from hotline.domain.matters import Told
from hotline.domain.promises import Verdict
from hotline.phones import PhoneNumber


def ask(act: Act, told: Told, *, matter: str, window: Window | None) -> tuple[Case, bool]:
    """Somebody wants to be rung: at a time of their choice, else as soon as possible, within the company's hours.

    The matter, and whether it was there: whoever is rung back anyway is rung once. A stranger may have typed the
    number, so a time that was agreed stands, and nothing else comes later for it; what is told in addition is kept.
    The standard of the company is chosen.
    """
    rule = "ANS-3.callback" if act.standard.is_staffed(act.at) else "ANS-8.callback"
    known = callbacks.joinable(act, told.customer_id, told.company_id)
    if known is None:
        return matters.open_callback(act, told, matter=matter, rule=rule, window=window).case, False
    callback = owed_calls.open_in(act, known.id, Style.TALK)
    assert callback is not None, "else there was nothing to join"
    _add(act, known, told)
    if callback.agreed and callback.next_at is not None:
        act.remember(known.chain, "callback-asked-again", call=None)
    elif window is None:
        callbacks.asked_again(act, known, rule, call=None)
    else:
        _chosen_again(act, known, callback, window)
    return known, True


def asked_too_often(act: Act, number: PhoneNumber) -> bool:
    """Was this number told us for a call as often today as one may be, on the web and on the telephone (SEC-5)?

    The standard is chosen.
    """
    calendar = act.standard.calendar
    since = calendar.start_of_day(act.at.astimezone(calendar.timezone).date())
    return _typed(act, number, since) + _told(act, number, since) >= act.standard.callbacks.asked_daily


def _typed(act: Act, number: PhoneNumber, since: datetime) -> int:
    """How often other systems asked, whichever of them it was, and whether a call was owed already or not."""
    known = customers.find(act, number)
    query = select(func.count(ApiRequest.id)).join(Case, Case.id == ApiRequest.case_id)
    query = query.where(Case.customer_id == known.id) if known is not None else query.where(false())
    return act.session.scalar(query.where(ApiRequest.kind == Brought.CALLBACK, ApiRequest.at >= since)) or 0


def _told(act: Act, number: PhoneNumber, since: datetime) -> int:
    """How many calls came to be owed otherwise; whoever is asked how it was did not ask for it."""
    query = select(func.count(Callback.id)).where(Callback.style == Style.TALK, Callback.rule.not_in(OF_VISITS))
    query = query.where(Callback.number_print == act.sealer.blind(number.e164), Callback.made_at >= since)
    query = query.where(~exists().where(ApiRequest.case_id == Callback.case_id, ApiRequest.kind == Brought.CALLBACK))
    return act.session.scalar(query) or 0


def _add(act: Act, case: Case, told: Told) -> None:
    """What was told before stands; where to ring is what was said by telephone, if it was."""
    before, more = case.details, told.details
    if "sealed_question" in before and "sealed_question" in more:
        both = (cases.unseal(act, case, one["sealed_question"]) for one in (before, more))
        before = {**before, "sealed_question": cases.seal(act, case, "\n".join(both))}
    case.details = {**more, **before}
    act.remember(case.chain, "callback-told-more", told=more.get("sealed_question"))


def _chosen_again(act: Act, case: Case, callback: Callback, window: Window) -> None:
    """They are rung at the sooner of two times; a promise that still runs stands, else the time is promised."""
    act.remember(case.chain, "callback-asked-again", call=None)
    open_now = [one for one in promises.of_case(act, case.id) if one.verdict == Verdict.OPEN]
    runs = [one.rule for one in open_now if one.due_at >= act.at]
    if not promises.BY_REACHING.isdisjoint(runs):
        next_calls.sooner(act, callback, window.begins)
        return
    earlier = callback.next_at
    callbacks.chosen(act, case, window)
    if earlier is not None:
        next_calls.sooner(act, callback, earlier)

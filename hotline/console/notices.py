"""What somebody was told, on a page of their own; without it only their telephone would know what waits (OWN-6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.console import asking, discretion, lists, matter, paging
from hotline.domain import companies, notices
from hotline.domain.act import Act
from hotline.domain.cases import Case
from hotline.domain.notices import Notice
from hotline.domain.promises import Promise
from hotline.standard.rules import Standard

_MILLIS = 1000


@dataclass(frozen=True)
class Told:
    """One notice as it is shown. `opens`: whether its case's page is open to who was told; else it is in the inbox."""

    notice: Notice
    case: Case
    promise: Promise | None
    standard: Standard
    is_new: bool
    opens: bool


def notice_list() -> ResponseReturnValue:
    """What I was told, the newest first. What I see here for the first time stays marked until I leave the page."""
    person, before = asking.person(), request.args.get("before", type=asking.row_id)
    with asking.runtime().look(asking.actor()) as act:
        companies.get(act, person.company_id)
        opened = request.args.get("opened", type=_instant) or act.at
        found = notices.of(act, person.id, before=before, most=lists.PAGE + 1)
        page = found[: lists.PAGE]
        return render_template(
            "notices.html",
            rows=_shown(act, page, opened),
            unseen=[one.id for one in page if one.seen_at is None],
            more=paging.more(found),
            before=before,
            opened=opened,
            at=act.at,
            zone=act.standard.timezone,
            heartbeat=asking.runtime().figures.routine.live_heartbeat.seconds,
            **matter.for_templates(),
        )


def notices_seen() -> ResponseReturnValue:
    """I looked at these: the page says so by itself, or I press the button."""
    ids = request.form.getlist("id", type=asking.row_id)[: lists.PAGE]
    with asking.runtime().act(asking.actor()) as act:
        notices.seen(act, asking.person(), ids)
    return ("", 204) if "HX-Request" in request.headers else redirect(url_for("console.notice_list"), 303)


def _shown(act: Act, page: list[Notice], opened: datetime) -> list[Told]:
    """The notices with what they are about; of a complaint about the reader, nothing (CMP-10)."""
    cases = lists.numbered(act, [one.case_id for one in page])
    kept = {one.promise_id for one in page if one.promise_id is not None}
    promises = {one.id: one for one in act.session.scalars(select(Promise).where(Promise.id.in_(kept)))}
    standards = matter.standards(act, {one.company_id for one in page})
    known = _known(act, cases)
    shown = [
        Told(
            notice=one,
            case=cases[one.case_id],
            promise=promises.get(one.promise_id or 0),
            standard=standards[one.company_id],
            is_new=one.seen_at is None or one.seen_at >= opened,
            opens=one.case_id in known,
        )
        for one in page
    ]
    return [one for one in shown if one.opens or discretion.answers_for_a_department(asking.person())]


def _known(act: Act, case_ids: Collection[int]) -> set[int]:
    query = select(Case.id).where(Case.id.in_(case_ids), discretion.cases(asking.person()))
    return set(act.session.scalars(query))


def _instant(millis: str) -> datetime:
    """The moment that a query names. Raises ValueError for none that a calendar has."""
    try:
        return datetime.fromtimestamp(int(millis) / _MILLIS, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(millis) from error

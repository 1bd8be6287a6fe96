"""Quality checks on pages: what was drawn and its proof, the form, the answer; else no one would see why (PPL-3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from hotline.console import asking, lists, paging, people, refused, rights, sent_forms, subordinates
from hotline.domain import calls, companies, quality, quality_draws, staff
from hotline.domain.act import Act
from hotline.domain.phrases import Place
from hotline.domain.quality import Decided, Point
from hotline.domain.quality_draws import QualityCheck
from hotline.domain.staff import Role, Staff
from hotline.domain.transcripts import Turn
from hotline.errors import Conflict, Invalid, NotFound, Refused

_READ_ALL = (Role.SUPERVISOR, Role.MANAGER, Role.GENERAL_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)


def check_list() -> ResponseReturnValue:
    """My checks, or where I lead my company's: to be judged first; and the last draw with its proof."""
    person = asking.person()
    of = None if person.has(*_READ_ALL) else person.id
    with asking.runtime().look(asking.actor()) as act:
        companies.get(act, person.company_id)
        zone = act.standard.timezone
        rows = quality.listed(act, person.company_id, of=of, before=paging.before(), most=lists.PAGE + 1)
        found = rows[: lists.PAGE]
        last = quality_draws.last_draw(act, person.company_id)
        judges = {one.id: quality.judge_of(act, one) for one in found}
        g.here = url_for("console.quality")
        return render_template(
            "quality.html",
            checks=found,
            more=paging.more(rows),
            judges=judges,
            names=people.names(act, [*(one.agent_id for one in found), *judges.values()]),
            draw=last,
            proof=quality_draws.proven(act, last) if last is not None else None,
            each=act.standard.people.checks.each_week,
            zone=zone,
        )


def one_check(check_id: int) -> ResponseReturnValue:
    """One check: the form for its judge, what was decided for the others."""
    return _page(check_id, **refused.taken(_here(check_id)))


def open_check(check_id: int) -> ResponseReturnValue:
    """Show its judge what was said, with the phrases marked; that is written down in the call's record (SEC-4)."""
    with asking.runtime().act(asking.actor()) as act:
        turns = _opened(act, check_id)
    return _page(check_id, turns=turns)


def settle_check(check_id: int) -> ResponseReturnValue:
    """Every point was decided; refused, the form stands there again, with what was said."""
    try:
        with asking.runtime().act(asking.actor()) as act:
            _seen(act, check_id)
            me = staff.get(act, asking.person().id)
            quality.settle(act, check_id, me, request.form, sent_forms.text("remark"))
    except (Invalid, Conflict, Refused) as error:
        problem = sent_forms.said("quality", error)
        with asking.runtime().act(asking.actor()) as act:
            turns = _opened(act, check_id) if isinstance(error, Invalid) else None
        return _page(check_id, turns=turns, problem=problem, typed=request.form.to_dict()), 409
    return redirect(_here(check_id), 303)


def answer_check(check_id: int) -> ResponseReturnValue:
    """Whoever was judged says something to it."""

    def answer(act: Act) -> None:
        _seen(act, check_id)
        quality.answer(act, check_id, staff.get(act, asking.person().id), sent_forms.text("answer"))

    return sent_forms.does(_here(check_id), partial(_page, check_id), answer, part="quality", fields=("answer",))


def _opened(act: Act, check_id: int) -> list[Turn]:
    check, me = _seen(act, check_id), staff.get(act, asking.person().id)
    try:
        return quality.opened(act, check, me)
    except Refused as error:
        raise NotFound("another person was drawn to judge this call") from error


def _seen(act: Act, check_id: int) -> QualityCheck:
    """The check, where the reader may see it: their own work, theirs to judge, or of the company that they lead."""
    check, person = quality.get(act, check_id), asking.person()
    theirs = person.id in (check.agent_id, check.judge_id, quality.judge_of(act, check))
    leads = check.company_id == person.company_id and person.has(*_READ_ALL)
    if not theirs and not leads:
        raise NotFound("this check is not yours to see")
    return check


def _here(check_id: int) -> str:
    return url_for("console.one_check", check_id=check_id)


def _page(check_id: int, turns: Sequence[Turn] | None = None, problem: str | None = None, typed: Any = None) -> str:
    with asking.runtime().look(asking.actor()) as act:
        check = _seen(act, check_id)
        judge_id, person = quality.judge_of(act, check), asking.person()
        points = quality.points(act, turns or [])
        g.here = _here(check_id)
        return render_template(
            "quality_check.html",
            check=check,
            draw=act.session.get_one(quality_draws.QualityDraw, check.draw_id),
            judging=check.judged_at is None and judge_id == person.id,
            points=_grouped(points),
            turns=None if turns is None else [(turn, _marked(n, turn, points)) for n, turn in enumerate(turns)],
            counted=[one for one in check.points or () if one["decided"] in (Decided.SAID, Decided.MISSING)],
            figures=act.standard.people.checks,
            remark=_open(act, check.remark) if _reads(act, check, judge_id) else None,
            answer=_open(act, check.answer) if _reads(act, check, judge_id) else None,
            is_mine=check.agent_id == person.id,
            call_seen=_sees_call(act, person, check.call_id),
            names=people.names(act, [check.agent_id, judge_id]),
            judge_id=judge_id,
            zone=act.standard.timezone,
            problem=problem,
            typed=typed or {},
        )


def _reads(act: Act, check: QualityCheck, judge_id: int) -> bool:
    """May the reader read the words that were exchanged: who was judged, who judged, who stands above?"""
    return asking.person().id in (check.agent_id, judge_id) or subordinates.is_below(act, check.agent_id)


def _sees_call(act: Act, person: Staff, call_id: int) -> bool:
    """May the reader open the call's own page? Not where it was disposed of."""
    call = act.session.get(calls.Call, call_id)
    return call is not None and rights.may_see_call(act, person, call)


def _open(act: Act, sealed: str | None) -> str | None:
    return act.sealer.open(sealed) if sealed is not None else None


def _grouped(points: Sequence[Point]) -> dict[str, list[Point]]:
    found: dict[str, list[Point]] = {}
    for point in points:
        found.setdefault(point.group, []).append(point)
    return found


def _marked(n: int, turn: Turn, points: Sequence[Point]) -> Markup:
    """What was said in a turn, the phrases in it marked; a place in two phrases is marked once."""
    places = sorted({(place, point.group) for point in points for at, place in point.found if at == n})
    return Markup("").join(_pieces(turn.text, places))


def _pieces(text: str, places: Sequence[tuple[Place, str]]) -> Iterator[Markup]:
    at = 0
    for (begins, ends), group in places:
        if begins < at:
            continue
        kind = "required" if group == quality.REQUIRED else "forbidden"
        yield escape(text[at:begins])
        yield Markup('<mark class="{}">{}</mark>').format(kind, text[begins:ends])
        at = ends
    yield escape(text[at:])

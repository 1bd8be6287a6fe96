"""The call record sheet (来电记录单) at the desk; without it what is told to a person would be on no record (REC-1)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from hotline.console import asking, case_opened, desk_now, form_fields, form_saving, form_view, owed, rights, subject
from hotline.console.subject import Subject
from hotline.domain import calls, drafts
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.drafts import Draft, Window
from hotline.domain.seats import Seat
from hotline.errors import NotFound

Finds = Callable[[Act], Subject]


def call_form(call_id: int) -> ResponseReturnValue:
    """The form for what is told in a call, with what was half typed into it before."""
    return _page(url_for("console.call_form", call_id=call_id), lambda act: _of_call(act, call_id))


def save_call_form(call_id: int) -> ResponseReturnValue:
    """Keep what is typed for a call, forget it, or open the case."""
    here = url_for("console.call_form", call_id=call_id)
    return _taken(here, lambda act: _of_call(act, call_id, locked=True))


def visitor_form() -> ResponseReturnValue:
    """The form for somebody who came or wrote (来访登记, REC-7)."""
    return _page(url_for("console.visitor_form"), lambda act: subject.of_visitor(act, asking.person()))


def save_visitor_form() -> ResponseReturnValue:
    """Keep what is typed of a visitor, forget it, or open the case and enter it in the register."""
    return _taken(url_for("console.visitor_form"), lambda act: subject.of_visitor(act, asking.person()))


def sheet(act: Act, call_id: int) -> Markup:
    """The form of a call as a part of another page, in its one element #form."""
    about = _of_call(act, call_id)
    here = url_for("console.call_form", call_id=call_id)
    shown = form_view.context(act, about, _as_it_stands(act, about), here)
    return Markup(render_template("case_form.html", beside=True, **shown))  # noqa: S704 - our own template


@dataclass(frozen=True)
class _Sent:
    """One sending of the form: which form it was, what is wanted, and how it is answered."""

    form: str
    wish: str  # keep, mine or theirs (of two windows), save, discard
    checks: bool  # what is missing is told: since it was to be saved, until another kind of matter is chosen
    served: int | None  # the case in which the caller needs no callback any more
    window: Window

    @classmethod
    def read(cls) -> _Sent:
        form = request.form
        wish = form.get("do", "keep")
        window = Window(form.get("window", "")[:40], form.get("since", 0, type=int), insists=wish == "mine")
        checks = wish == "save" or form.get("checked") == form.get("kind", "")
        return cls(form.get("sheet", "")[:40], wish, checks, form.get("served", type=int), window)


def _of_call(act: Act, call_id: int, *, locked: bool = False) -> Subject:
    """Raises NotFound for a call of a colleague's telephone: nothing is told in it that becomes a case."""
    call = act.session.get(Call, call_id)
    if call is None or call.staff_id is not None or not _may_write(act, call):
        raise NotFound(f"there is no call {call_id} with a customer")
    return subject.of_call(act, calls.locked(act, call_id) if locked else call)


def _may_write(act: Act, call: Call) -> bool:
    """Whoever has the call at their desk writes on, even where it came to a complaint that is hidden from them."""
    if rights.may_see_call(act, asking.person(), call):
        return True
    seat = act.session.get(Seat, asking.person().id)
    now = desk_now.of(act, seat) if seat is not None else None
    return now is not None and now.i_write and now.call_id == call.id


def _as_it_stands(act: Act, about: Subject, sent: _Sent | None = None, *, checks: bool = False) -> form_view.Form:
    """The form as it is kept; on a page that it was sent from meanwhile with other words, as that page has it."""
    draft = drafts.of(act, asking.person().id, about.draft)
    window = sent.window if sent else Window(secrets.token_urlsafe(12), 0)
    if draft is None:
        return form_view.Form(secrets.token_urlsafe(12), {}, None, [], window)
    kept = drafts.kept(act, draft)
    if sent and drafts.is_stale(act, draft, window):
        here = form_fields.read(request.form, kept.fields)
        return form_view.Form(sent.form, here, None, [], window, kept.fields, stale=True)
    if sent and (saved := drafts.saved_meanwhile(act, draft, sent.form, window)) is not None:
        return form_view.Form(sent.form, form_fields.read(request.form, {}), None, [], window, saved=saved)
    window = Window(window.name, kept.times)
    if draft.typed is None:
        return form_view.Form(secrets.token_urlsafe(12), {}, None, [], window)
    found = form_saving.problems(act, about, kept.fields) if checks else []
    return form_view.Form(draft.form, kept.fields, draft.changed_at, found, window, kept.elsewhere)


def _begun(form: form_view.Form) -> form_view.Form:
    """An empty form begins with the kind of matter for which somebody was led to it."""
    kind = request.args.get("kind", "")
    return form if form.typed or kind not in set(form_fields.FormKind) else replace(form, typed={"kind": kind})


def _page(here: str, finds: Finds, sent: _Sent | None = None, *, checks: bool = False) -> str:
    with asking.runtime().look(asking.actor()) as act:
        about = finds(act)
        g.here = here
        form = _begun(_as_it_stands(act, about, sent, checks=checks or "check" in request.args))
        beside = "beside" in request.values
        return render_template("case_form_page.html", beside=beside, **form_view.context(act, about, form, here))


def _taken(here: str, finds: Finds) -> ResponseReturnValue:
    """Answered in its place where a script sent it: whoever is on the line in this browser must not leave the page."""
    sent, inside = _Sent.read(), "HX-Request" in request.headers
    with asking.runtime().act(asking.actor()) as act:
        about = finds(act)
        draft = drafts.locked(act, asking.person().id, about.draft, sent.form)
        case_id = _done(act, about, draft, sent)
        mine = case_id is not None and rights.may_see(act, asking.person(), act.session.get_one(Case, case_id))
        stays = drafts.saved_meanwhile(act, draft, sent.form, sent.window) is not None and sent.wish != "theirs"
    if case_id is not None and not mine:  # whom it is about took it down: somebody above has it now
        return case_opened.passed_on(case_id)
    if case_id is not None:
        opened = url_for("console.case_opened", case_id=case_id)
        return case_opened.case_opened(case_id) if inside else redirect(opened, 303)
    if not inside and not stays:
        return redirect(f"{here}?check=1#form" if sent.checks else here, 303)
    return _page(here, finds, None if sent.wish == "theirs" else sent, checks=sent.checks)


def _done(act: Act, about: Subject, draft: Draft, sent: _Sent) -> int | None:
    """Do what is wanted. The case that came of it, now or when the same form was saved before; None where none did."""
    before = drafts.case_of(act, draft, sent.form)
    if before is not None:
        return before
    if sent.wish == "theirs":
        return None
    if sent.wish == "discard" and not drafts.is_stale(act, draft, sent.window):
        drafts.discard(act, draft)
        return None
    if sent.served is not None:
        owed.keep(act, about, sent.served, by=asking.person().id)
    typed = form_fields.read(request.form, drafts.kept(act, draft).fields)
    counts = drafts.keep(act, draft, sent.form, typed, sent.window)
    if not counts or sent.wish != "save" or form_saving.problems(act, about, typed):
        return None
    case = form_saving.save(act, about, typed, by=asking.person().id)
    drafts.saved(act, draft, sent.form, case.id)
    act.news.add(f"staff:{asking.person().id}")  # the caller on my desk is shown by what was told now (CMP-10)
    return case.id

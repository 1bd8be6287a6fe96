"""The link's sheet of a complaint: sign, refuse, say how it was dealt with, return the form; else by voice alone."""

from __future__ import annotations

from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hotline.console import asking, refused, respondent_doing, respondent_page
from hotline.domain import dispatches, signatures, staff
from hotline.domain.act import Act, Actor
from hotline.domain.cases import Case
from hotline.domain.dispatches import Offer
from hotline.domain.staff import Staff

_LINK = Actor("link")


def is_about_a_complaint(token: str) -> bool:
    """Does this link lead to the sheet of a complaint? Raises NotFound where it leads nowhere."""
    with asking.runtime().look(_LINK) as act:
        offer = dispatches.by_link(act, token)
        return dispatches.get(act, offer.dispatch_id).duty in signatures.KEEPS


def show(token: str) -> ResponseReturnValue:
    """The sheet as it stands."""
    return _page(token, **refused.taken(_here(token)))


def press(token: str, doing: str) -> ResponseReturnValue:
    """A button was pressed, in the name of whoever was sent the link. Pressing it again changes nothing."""
    if doing not in respondent_doing.DOINGS:
        abort(404)
    said = respondent_doing.Said.read(doing, request.form)
    with asking.runtime().look(_LINK) as act:
        case, holder = _opened(act, token)
    respondent_doing.do(asking.runtime(), Actor(_LINK.kind, holder.id), case.id, said)
    if said.problem is None:
        return redirect(_here(token))
    return refused.back_to(_here(token), said=said.kept) or (_page(token, said=said.kept), 409)


def _opened(act: Act, token: str) -> tuple[Case, Staff]:
    """The complaint behind the link and whose link it is. Raises NotFound once it concerns them no longer."""
    offer: Offer = dispatches.by_link(act, token)
    holder = staff.get(act, offer.staff_id)
    return respondent_page.seen(act, holder, dispatches.get(act, offer.dispatch_id).case_id), holder


def _here(token: str) -> str:
    return url_for("sheet.show", token=token)


def _page(token: str, **typed: Any) -> str:
    with asking.runtime().look(_LINK) as act:
        case, holder = _opened(act, token)
        g.here = _here(token)
        shown = {**respondent_page.context(act, holder, case), "opens_case": False}
        return render_template("respondent_sheet.html", token=token, **shown, **{"said": None, **typed})

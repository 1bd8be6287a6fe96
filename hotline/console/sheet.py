"""The engineer's sheet behind a link: sign, go, arrive, finish; without it repairs were told by voice alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from hotline.console import asking, hidden, matter, refused, respondent_sheet, words
from hotline.domain import companies, dispatches, looks, repairs
from hotline.domain.act import Act, Actor
from hotline.domain.cases import Case
from hotline.domain.dispatches import Dispatch, Offer
from hotline.domain.repairs import RepairOrder, Stage
from hotline.errors import Conflict, Invalid, NotFound
from hotline.runtime import Runtime

GUARD = "link"
_LINK = Actor("link")
_SHOWABLE = ("address", "number")
_CHOICES = {"yes": True, "no": False}


@dataclass
class Said:
    """What was posted with a button: the form's fields as typed, and the answer to it."""

    action: str
    found: str = ""
    tested: bool | None = None
    customer_signed: bool | None = None
    problem: str | None = None
    shown: str | None = None


Does = Callable[[Act, Offer, Said], None]


def blueprint(runtime: Runtime) -> Blueprint:
    """The sheet under /sheet/<token>; whoever holds the link is the engineer it was sent to."""
    made = Blueprint("sheet", __name__, url_prefix="/sheet", template_folder="templates")
    made.guard = GUARD  # type: ignore[attr-defined]
    made.add_url_rule("/<string:token>", view_func=show)
    made.add_url_rule("/<string:token>/<action>", view_func=press, methods=["POST"])
    made.register_error_handler(NotFound, _gone)
    return made


def show(token: str) -> ResponseReturnValue:
    """The sheet as it stands: of a repair or whatever else one is on duty for, or of a complaint."""
    if respondent_sheet.is_about_a_complaint(token):
        return respondent_sheet.show(token)
    return _page(token, **refused.taken(_here(token)))


def press(token: str, action: str) -> ResponseReturnValue:
    """A button was pressed. Pressing it again changes nothing; what was typed is kept when it is refused."""
    if respondent_sheet.is_about_a_complaint(token):
        return respondent_sheet.press(token, action)
    if action not in ACTIONS:
        abort(404)
    form = request.form
    tested, signed = (_CHOICES.get(form.get(name, "")) for name in ("tested", "customer_signed"))
    said = Said(action, form.get("found", "").strip(), tested, signed)
    with asking.runtime().look(_LINK) as act:
        holder = Actor(_LINK.kind, dispatches.by_link(act, token).staff_id)
    try:
        with asking.runtime().act(holder) as act:
            offer, _case = _opened(act, token)
            ACTIONS[action](act, offer, said)
    except Conflict:
        said.problem = words.text("sheet.conflict")
    except Invalid:
        said.problem = words.text("sheet.found-empty")
    if said.problem is not None:
        return refused.back_to(_here(token), said=asdict(said)) or (_page(token, said=said), 409)
    return redirect(_here(token)) if said.shown is None else _page(token, said=said)


def _sign(act: Act, offer: Offer, said: Said) -> None:
    repairs.sign(act, offer)


def _decline(act: Act, offer: Offer, said: Said) -> None:
    dispatches.decline(act, offer)


def _on_the_way(act: Act, offer: Offer, said: Said) -> None:
    _advance(act, offer, Stage.ON_THE_WAY)


def _arrived(act: Act, offer: Offer, said: Said) -> None:
    _advance(act, offer, Stage.ARRIVED)


def _done(act: Act, offer: Offer, said: Said) -> None:
    order = _own_order(act, offer)
    if said.tested is None or said.customer_signed is None:
        said.problem = words.text("sheet.unanswered")
    elif order.stage != Stage.DONE:
        repairs.finish(
            act,
            order,
            by=offer.staff_id,
            found=said.found,
            tested=said.tested,
            customer_signed=said.customer_signed,
        )


def _put_off(act: Act, offer: Offer, said: Said) -> None:
    order = _own_order(act, offer)
    if not said.found:
        said.problem = words.text("sheet.why-empty")
    elif not repairs.is_put_off(act, order.case_id):
        repairs.put_off(act, order, by=offer.staff_id, why=said.found)


def _show_address(act: Act, offer: Offer, said: Said) -> None:
    _reveal(act, offer, said, "address")


def _show_number(act: Act, offer: Offer, said: Said) -> None:
    _reveal(act, offer, said, "number")


ACTIONS: dict[str, Does] = {
    "sign": _sign,
    "decline": _decline,
    "on-the-way": _on_the_way,
    "arrived": _arrived,
    "done": _done,
    "put-off": _put_off,
    "show-address": _show_address,
    "show-number": _show_number,
}


def _advance(act: Act, offer: Offer, stage: Stage) -> None:
    order = _own_order(act, offer)
    if list(Stage).index(Stage(order.stage)) < list(Stage).index(stage):
        repairs.advance(act, order, stage, by=offer.staff_id)


def _own_order(act: Act, offer: Offer) -> RepairOrder:
    """The repair that the holder of the link signed for. Raises Conflict when it is another's, or there is none."""
    order = repairs.of_case(act, dispatches.get(act, offer.dispatch_id).case_id)
    if order is None or order.engineer_id != offer.staff_id:
        raise Conflict("only who signed for a repair reports on it")
    return order


def _reveal(act: Act, offer: Offer, said: Said, what: str) -> None:
    dispatch = dispatches.get(act, offer.dispatch_id)
    case = act.session.get_one(Case, dispatch.case_id)
    if not _needs_values(dispatch, offer, case, repairs.of_case(act, case.id)):
        raise Conflict("only who signed for a matter, and has not finished it, needs the customer's values")
    try:
        said.shown = hidden.of_case(act, case)[what]()
    except (KeyError, NotFound):
        raise Conflict("nothing is kept under this name") from None
    looks.note_sheet(act, hidden.place_of(case), by=offer.staff_id, what=what)


def _needs_values(dispatch: Dispatch, offer: Offer, case: Case, order: RepairOrder | None) -> bool:
    """Address and number are for whoever signed, until the work is done (SEC-1)."""
    under_way = case.state == "open" and (order is None or order.stage != Stage.DONE)
    return under_way and dispatch.signed_by_id == offer.staff_id


def _opened(act: Act, token: str) -> tuple[Offer, Case]:
    offer = dispatches.by_link(act, token)
    case = act.session.get_one(Case, dispatches.get(act, offer.dispatch_id).case_id)
    companies.get(act, case.company_id)
    return offer, case


def _here(token: str) -> str:
    return url_for("sheet.show", token=token)


def _page(token: str, **typed: Any) -> str:
    with asking.runtime().look(_LINK) as act:
        offer, case = _opened(act, token)
        g.here = _here(token)
        return render_template("sheet.html", token=token, **_context(act, offer, case), **{"said": None, **typed})


def _context(act: Act, offer: Offer, case: Case) -> dict[str, Any]:
    order = act.session.scalar(select(RepairOrder).where(RepairOrder.case_id == case.id))
    dispatch = dispatches.get(act, offer.dispatch_id)
    kept = hidden.of_case(act, case)
    signed_by = dispatch.signed_by_id
    return {
        "case": case,
        "company": companies.get(act, case.company_id),
        "zone": act.standard.timezone,
        "offer": offer,
        "order": order,
        "put_off": repairs.is_put_off(act, case.id),
        "diagnosis": matter.findings(order) if order else [],
        "mine": signed_by == offer.staff_id,
        "taken": signed_by is not None and signed_by != offer.staff_id,
        "showable": [name for name in _SHOWABLE if name in kept and _needs_values(dispatch, offer, case, order)],
        "customer": hidden.customer_of(act, case),
        "at": act.at,
    }


def _gone(_error: NotFound) -> ResponseReturnValue:
    return render_template("sheet_gone.html"), 404

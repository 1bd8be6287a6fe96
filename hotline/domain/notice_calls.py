"""Who is rung about a broken promise until a key is pressed; else a voicemail would count as having heard (OWN-6)."""

from __future__ import annotations

from hotline.domain import complaint_forms, notices, staff
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.notices import Notice
from hotline.domain.occasions import Occasion
from hotline.domain.staff import Staff
from hotline.standard.kinds import Role

UNHEARD = "notice-unheard"  # the text that says that somebody was rung in vain


def of_call(act: Act, call: Call) -> Notice | None:
    """What a call that we placed tells a colleague, locked."""
    return notices.get(act, call.slots["notice"]) if "notice" in call.slots else None


def is_awaited(notice: Notice, call: Call) -> bool:
    """Does this call still wait for the key of whoever it rings?"""
    return notice.heard_at is None and "unheard" not in call.slots


def heard(act: Act, notice: Notice) -> None:
    """Who was rung pressed the key: an answering machine presses none (design rule 8)."""
    if notice.heard_at is None:
        notice.heard_at, notice.seen_at = act.at, notice.seen_at or act.at
        act.news.add(f"staff:{notice.staff_id}")
        notices.remember(act, notice, "notice-heard")


def rung_in_vain(act: Act, notice: Notice, call: Call) -> None:
    """A call about a notice has ended and nobody pressed the key: it rings again, or the next above is told (OWN-6).

    The company's standard is chosen.
    """
    if not is_awaited(notice, call):
        return
    call.put(unheard=True)
    times, figures = int(call.slots["ring"]), act.standard.engine.notices
    if times < figures.ring_times:
        notices.owe_ring(act, notice.id, notice.case_id, times + 1, act.at + figures.ring_again.span)
        return
    notices.remember(act, notice, "notice-unheard")
    case = act.session.get_one(Case, notice.case_id)
    unheard = Occasion(case, UNHEARD, str(notice.id), notice.promise_id, notice.urgent)
    higher = above(act, case, notice.staff_id)
    if higher is None:
        notices.tell_role(act, Role.SUPERVISOR, unheard)
    else:
        notices.tell(act, higher, unheard._replace(by_call=True))


def above(act: Act, case: Case, person_id: int) -> Staff | None:
    """Who stands next above a person in a case's company and can and may be told of it; None where nobody does."""
    ladder, barred = staff.up_the_ladder(act, case.company_id), complaint_forms.barred(act, case.id)
    places = [place for place, one in enumerate(ladder) if one.id == person_id]
    higher = ladder[places[-1] + 1 if places else 0 :]
    return next((one for one in higher if one.phone is not None and one.id not in barred), None)

"""Callers of bad times become matters; without it a number kept while the database was gone would be kept in vain."""

from __future__ import annotations

from hotline.domain import anonymity, callbacks, calls, cases, companies, compliance, customers, promises
from hotline.domain.act import Act
from hotline.domain.calls import Call, State
from hotline.domain.cases import Case, Kind
from hotline.domain.companies import Company
from hotline.spool import KeptCall

RULE = "ANS-10.callback"
MATTER = "abandoned"
STEP = "goodbye"  # the call is over: nothing is asked any more
UNHEARD = "unheard"  # it has heard no wording of ours that is on record


def open_kept(act: Act, kept: KeptCall) -> Case:
    """The caller is rung back, as was said (ANS-10). The same call twice is one case and one promise.

    Whoever is rung back anyway is rung once, as soon as allowed: the call joins that matter.
    Raises NotFound when the number called belongs to no company (any more).
    """
    company = companies.called_at(act, kept.called)
    companies.get(act, company.id)
    call = calls.by_sid(act, kept.sid) or _call(act, company, kept)
    case = (
        _case_of(act, call)
        or _joined(act, call)
        or cases.open(
            act,
            company,
            kind=Kind.CALLBACK,
            matter=MATTER,
            owner_id=call.owner_id,
            call=call,
            customer_id=call.customer_id,
        )
    )
    call.put(called_back=True)  # what the caller had told so far becomes a case of its own when the call ends
    case.details = {**case.details, "sealed_contact": cases.seal(act, case, kept.number.e164)}
    if RULE not in [promise.rule for promise in promises.of_case(act, case.id)]:
        callbacks.owe(act, case, RULE)
    return case


def _case_of(act: Act, call: Call) -> Case | None:
    """The matter that was told before the trouble began, unless it is closed. A call names no anonymous one."""
    case = cases.get(act, call.case_id) if call.case_id is not None else None
    return case if case is not None and case.state == "open" else None


def _joined(act: Act, call: Call) -> Case | None:
    """The matter in which this caller is rung back anyway. That they rang again is on record in it once."""
    known = callbacks.joinable(act, call.customer_id, call.company_id)
    if known is not None and call.case_id is None and not anonymity.told_in(call):
        call.case_id = known.id
        act.remember(call.chain, "call-joined", case=known.id, number=known.number)
        callbacks.asked_again(act, known, RULE, call=call)
    return known


def _call(act: Act, company: Company, kept: KeptCall) -> Call:
    """A call that never reached our records is put there, as it was: it rang, and we could not answer it."""
    call = calls.begin(
        act,
        company,
        sid=kept.sid,
        our_number=kept.called,
        customer=customers.with_number(act, kept.number),
        colleague=None,
        first_step=STEP,
        words_version=UNHEARD,
    )
    call.started_at = kept.at
    compliance.came_late(act, company, kept.at)
    act.remember(call.chain, "call-kept", began=kept.at.isoformat())
    calls.progress(act, call, state=State.ENDED, sequence=0, ended_by="us", cause="system-trouble")
    return call

"""A complaint about a sister company is verified there; without it the customer would never hear back (CMP-11)."""

from __future__ import annotations

from datetime import datetime

from hotline.domain import callbacks, complaint_forms, promises
from hotline.domain.act import Act
from hotline.domain.cases import Case, Kind

_FEEDBACK = "CMP-11.feedback"


def verify(act: Act, case: Case, *, since: datetime) -> None:
    """Promise to feed back what a sister company says, once, where the customer can be reached and waits to be told.

    `since`: from when it counts. Nothing for what is no complaint, or about the company that has it. The case is
    locked, its standard chosen.
    """
    complaint = complaint_forms.of(act, case.id) if case.kind == Kind.COMPLAINT else None
    if complaint is None or complaint.about_company_id == case.company_id or complaint.told_at is not None:
        return
    promised = any(promise.rule == _FEEDBACK for promise in promises.of_case(act, case.id))
    if not promised and complaint_forms.reachable(act, case):
        callbacks.owe(act, case, _FEEDBACK, since=since)

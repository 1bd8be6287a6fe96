"""What a case's log told before its words were destroyed; without it the log would go on telling them (REC-5).

The log is never rewritten, nor a row that says the very same: what was destroyed is opened no more instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select

from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry
from hotline.domain.cases import Case

DISCARDED = "case-discarded"


def texts(act: Act, cases: Iterable[Case]) -> set[str]:
    """Every text, sealed as it was told, that the log of these cases told before it says that they were destroyed."""
    chains = [case.chain for case in cases]
    destroyed = select(AuditEntry.chain).where(AuditEntry.chain.in_(chains), AuditEntry.kind == DISCARDED)
    query = select(AuditEntry).where(AuditEntry.chain.in_(destroyed)).order_by(AuditEntry.id)
    told: dict[str, set[str]] = defaultdict(set)
    found: set[str] = set()
    for entry in act.session.scalars(query):
        told[entry.chain] |= {value for value in entry.said.values() if isinstance(value, str)}
        if entry.kind == DISCARDED:
            found |= told[entry.chain]
    return found

"""Looks are held against the log; without it who had looked at a customer could be taken off the list (REC-6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from hotline.domain.chains import looked_up
from hotline.domain.findings import Report, What
from hotline.domain.implied import BEFORE

_COLUMNS = ("at", "staff_id", "customer_id")
_QUERY = "SELECT id, chain, at, staff_id, customer_id FROM looks WHERE chain {among}"


def check(session: Session, report: Report, told: Mapping[int, Mapping[str, Any]], chains: Collection[str]) -> None:
    """Name every look at these calls and cases that says something else than its entry, is gone, or was never told.

    `told`: who looked when at whose values, by the look's number and by chain. A version before told no number: then
    an entry of the same instant and person is enough.
    """
    said = {(chain, id_): look for id_, by_chain in told.items() if id_ != BEFORE for chain, look in by_chain.items()}
    older = {(chain, *one) for chain, ones in told.get(BEFORE, {}).items() for one in ones}
    for id_, chain, *shown in looked_up(session, _QUERY, chains):
        look = said.pop((chain, id_), None)
        if look is not None:
            for column, value, stands in zip(_COLUMNS, look, shown, strict=True):
                if value != stands:
                    report.find(chain, None, What.ROW, f"looks {id_} {column}")
        elif (chain, *shown[:2]) not in older:
            report.find(chain, None, What.ROW_UNTOLD, f"looks {id_}")
    for chain, id_ in said:
        report.find(chain, None, What.ROW_GONE, f"looks {id_}")

"""Days that are over are added up; without it every page of figures would count a year of rows (PPL-6)."""

from __future__ import annotations

from hotline.domain import companies, compliance
from hotline.domain.act import CLOCK
from hotline.errors import HotlineError
from hotline.runtime import Runtime


def add_up_days(runtime: Runtime) -> bool:
    """A few days of each company, in an act of its own; True where more are left. Whatever is done twice is the same.

    A company whose own figures no longer load holds up no other, and is named.
    """
    with runtime.look(CLOCK) as act:
        group = companies.group(act)
    more, troubles = False, []
    for company_id in group:
        try:
            more |= _add_up(runtime, company_id)
        except HotlineError as error:
            troubles.append(error)
    if troubles:
        raise troubles[-1]
    return more


def _add_up(runtime: Runtime, company_id: int) -> bool:
    with runtime.look(CLOCK) as act:
        if not compliance.is_due(act, companies.get(act, company_id)):
            return False
    with runtime.act(CLOCK) as act:
        return compliance.count_days(act, companies.get(act, company_id))

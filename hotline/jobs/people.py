"""Looks at the roster and at the week that is over; without it a gap would be told by the caller it leaves (PPL-1)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hotline.domain import companies, quality_draws, rosters, staff
from hotline.domain.act import CLOCK, Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.domain.rosters import RosterGap
from hotline.errors import HotlineError
from hotline.jobs import texts
from hotline.jobs.effects import Prepared
from hotline.runtime import Runtime

_CLOCK = "%m-%d %H:%M"


def look(runtime: Runtime) -> None:
    """Tell of gaps in every company's roster, and draw the calls that are checked (PPL-3).

    One company after the other, each in its own act: the trouble of one holds up no other, and is named afterwards.
    """
    with runtime.look(CLOCK) as act:
        ids = [company.id for company in companies.listed(act)]
    troubles: list[HotlineError] = []
    for company_id in ids:
        try:
            with runtime.act(CLOCK) as act:
                rosters.tell_gaps(act, company_id)
                quality_draws.draw(act, company_id)
        except HotlineError as error:
            troubles.append(error)
    if troubles:
        raise troubles[-1]


def tell_gap(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A text to one who leads: about = {who, gap}. Where somebody is on duty by now there is nothing to tell."""
    person, gap = staff.get(act, entry.about["who"]), act.session.get_one(RosterGap, entry.about["gap"])
    if not person.active or not rosters.stands(act, gap):
        return State.DROPPED
    company = companies.get(act, gap.company_id)
    zone, said = ZoneInfo(act.standard.timezone), runtime.prompts
    language, own = act.standard.languages.default, company.words

    def write() -> str:
        return said.text(
            "texts.roster-gap",
            language,
            own,
            duty=said.text(f"texts.duties.{gap.duty}", language, own),
            since=gap.starts_at.astimezone(zone).strftime(_CLOCK),
            until=gap.ends_at.astimezone(zone).strftime(_CLOCK),
            company=company.name(language),
        )

    return texts.effect(runtime, act, entry, company, staff.phone_of(act, person), write)

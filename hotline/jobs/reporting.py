"""Reports are made when their period is over, and those named are told; else somebody would have to think of it."""

from __future__ import annotations

from hotline.domain import companies, reports, staff
from hotline.domain.act import CLOCK, Act
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import HotlineError
from hotline.jobs import texts
from hotline.jobs.effects import Prepared
from hotline.runtime import Runtime


def make_due(runtime: Runtime) -> None:
    """Each report in its own act: the trouble of one holds up no other, and is named afterwards."""
    with runtime.look(CLOCK) as act:
        owed = reports.due(act)
    troubles: list[HotlineError] = []
    for company_id, span in owed:
        try:
            with runtime.act(CLOCK) as act:
                reports.make(act, company_id, span)
        except HotlineError as error:
            troubles.append(error)
    if troubles:
        raise troubles[-1]


def tell(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """A text to somebody who is named for it: about = {who, report}. It holds the period and the link, no figure."""
    person, report = staff.get(act, entry.about["who"]), reports.get(act, entry.about["report"])
    company = companies.get(act, report.company_id)
    if not person.active or person.phone is None:
        return State.DROPPED

    def written() -> str:
        said, language = runtime.prompts, act.standard.languages.default
        told = {"company": company.name(language), "period": report.period, "link": runtime.addresses.report(report.id)}
        return said.text("texts.report.made", language, company.words, **told)

    return texts.effect(runtime, act, entry, company, staff.phone_of(act, person), written)

"""What is due is listed every day, and what was approved is destroyed; without it retention would be a word (REC-5)."""

from __future__ import annotations

import logging

from hotline.carrier import Carrier
from hotline.domain import companies, disposals
from hotline.domain.act import CLOCK, Act
from hotline.domain.news import Recording
from hotline.domain.outbox import OutboxEntry, State
from hotline.errors import HotlineError
from hotline.jobs.effects import DONE, Effect, Prepared
from hotline.runtime import Runtime

log = logging.getLogger(__name__)


def draw_up(runtime: Runtime) -> None:
    """Draw up a list for every company that has something due and no list under way; a manager decides."""
    with runtime.look(CLOCK) as act:
        ids = [one.id for one in companies.listed(act)]
    for company_id in ids:
        try:
            with runtime.act(CLOCK) as act:
                if disposals.under_way(act, company_id) is None:
                    disposals.draw_up(act, company_id, by=None, most=runtime.figures.keeping.list_most)
        except HotlineError as error:  # its figures do not load, or somebody was first; the others have theirs
            log.error("no list was drawn up for company %s: %s", company_id, error)


def dispose(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Destroy some of an approved list, and look again at once while there are more."""
    more = disposals.carry_out(act, entry.about["disposal"], most=runtime.figures.keeping.batch)
    return act.at if more else State.DONE


def discard(runtime: Runtime, act: Act, entry: OutboxEntry) -> Prepared:
    """Take the sound of a recording that was discarded away from where it is kept."""
    name, store = act.session.get_one(Recording, entry.about["recording"]).file or "", runtime.sounds

    def ask(_carrier: Carrier) -> str:
        store.remove(name)
        return DONE

    return Effect(ask)

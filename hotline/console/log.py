"""The page of the whole log: its checkpoints, and the check of every chain; without it only a command could."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from hotline import clock
from hotline.console import asking, record
from hotline.domain import call_index, checkpoints, companies, verifying
from hotline.domain.act import Act
from hotline.domain.audit import AuditHead
from hotline.domain.checkpoints import Checkpoint

_NEWEST = 10  # checkpoints shown


@dataclass(frozen=True)
class Finding:
    """What checking the whole log found, and how long it took, in seconds."""

    report: verifying.Report
    seconds: float


def log() -> ResponseReturnValue:
    """How long the log is and when it was last sealed."""
    return _page(None)


def verify_log() -> ResponseReturnValue:
    """Check every entry of every chain, now; the calls of what was altered are found by that from now on (REC-6)."""
    runtime = asking.runtime()
    began = clock.now()
    with runtime.look(asking.actor()) as act:
        report = verifying.verify(
            act.session,
            checkpoint_file=runtime.settings.hotline_var / checkpoints.FILE,
            trusted_keys=record.our_keys(),
        )
    with runtime.act(asking.actor()) as act:
        act.remember("house", "log-verified", entries=report.entries, problems=len(report.problems))
        call_index.found_altered(act, (problem.chain for problem in report.problems))
    return _page(Finding(report, (clock.now() - began).total_seconds()))


def _page(finding: Finding | None) -> str:
    with asking.runtime().look(asking.actor()) as act:
        companies.get(act, asking.person().company_id)
        return render_template(
            "log.html",
            zone=act.standard.timezone,
            finding=finding,
            chains=_chains(act),
            checkpoints=_newest(act),
            problem_text=record.problem_text,
        )


def _chains(act: Act) -> tuple[int, int]:
    """How many chains, how many entries."""
    row = act.session.execute(select(func.count(), func.coalesce(func.sum(AuditHead.seq), 0))).one()
    return int(row[0]), int(row[1])


def _newest(act: Act) -> list[Checkpoint]:
    return list(act.session.scalars(select(Checkpoint).order_by(Checkpoint.n.desc()).limit(_NEWEST)))

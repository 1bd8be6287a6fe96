"""What a back-up cannot know is done when it is back; without it whoever was erased since would be known again."""

from __future__ import annotations

from hotline import clock
from hotline.domain import checkpoints, erasures, forgotten, log_ins
from hotline.domain.act import COMMAND
from hotline.domain.findings import Report, What
from hotline.errors import Invalid
from hotline.jobs import sweeping
from hotline.runtime import Runtime

_OF_THE_FILE = {What.FILE_AHEAD, What.FILE_DIFFERS, What.FILE_GAP, What.FILE_UNREADABLE}
_NOT_KNOWN = """\
API keys that were revoked since, people who left and destroyed records stand as they stood then: revoke and let go
again what was, and look at the next disposal list"""


def settle(runtime: Runtime, made_at: str) -> list[str]:
    """Erase again whom the file beside the database calls erased, and end every log-in; what is to be said of it.

    What a recogniser wrote down of them, or of recordings that are not in the back-up, goes from its folder.
    """
    file = runtime.settings.hotline_var / forgotten.FILE
    with runtime.look(COMMAND) as act:
        again = forgotten.known_again(act.session, file)
    for customer_id in again:
        with runtime.act(COMMAND) as act:
            erasures.carry_out(act, customer_id)
    with runtime.act(COMMAND) as act:
        ended = log_ins.end_everybodys(act)
        act.remember("house", "restored", back_up=made_at, erased=len(again), log_ins=ended)
    erased = f"{len(again)} customers who were erased since are erased again"
    unknown = f"{file} is not there: customers who were erased since the back-up are known again"
    return [erased if file.exists() else unknown, f"{ended} log-ins are ended", *_cleared(runtime), _NOT_KNOWN]


def begin_file_anew(runtime: Runtime, report: Report) -> list[str]:
    """Set the checkpoint file aside where it tells of another course than the database, and begin a new one.

    It was reported once, and is kept; left where it is, it would lack every later checkpoint, and hide what is altered
    from now on behind what was told already.
    """
    if not report.later and not any(problem.what in _OF_THE_FILE for problem in report.problems):
        return []
    file = runtime.settings.hotline_var / checkpoints.FILE
    aside = file.with_name(f"{file.stem}-{clock.now():%Y%m%dT%H%M%SZ}{file.suffix}")
    file.rename(aside)
    with runtime.look(COMMAND) as act:
        checkpoints.export_missing(act.session, file)
    with runtime.act(COMMAND) as act:
        act.remember("house", "checkpoint-file-set-aside", file=aside.name)
    return [*_later(report), f"the checkpoints until now are kept in {aside}; {file} begins anew"]


def _cleared(runtime: Runtime) -> list[str]:
    try:
        n = sweeping.clear(runtime)
    except (Invalid, OSError):
        return [f"{runtime.settings.hotline_transcripts} could not be cleared: remove what lies there of recordings"]
    return [f"what lay in clear of {n} recordings that nobody waits for is removed"] if n else []


def _later(report: Report) -> list[str]:
    """What came after the back-up is lost with the database: to be known, and no sign that anybody altered anything."""
    if not report.later:
        return []
    span = f"{report.later[0]} to {report.later[-1]}"
    return [
        f"checkpoints {span} were made after the back-up, as is to be expected: what they held is not in it;"
        " everything until the back-up is held against the checkpoints before them"
    ]

"""The log of a call or a case as people read it, and whether it is unaltered; without it proof would be a command."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.console import asking, people, words
from hotline.domain import audit, checkpoints, legs, verifying
from hotline.domain.act import Act
from hotline.domain.audit import AuditEntry
from hotline.domain.calls import Call
from hotline.errors import Invalid

# The shortest value that is sealed is longer than this, and everything that we write openly is shorter.
_OPEN_LONGEST = 39
_LOOKS = ("revealed", "recording-played")
_LEADS_TO_THE_CALLER = ("call", "case", "customer", "leg", "meeting", "number", "party", "wait")
_OWNERSHIP = (
    "call-began",
    "call-owned",
    "call-placed",
    "case-opened",
    "handover-accepted",
    "handover-asked",
    "handover-concerned",
    "handover-declined",
    "handover-forced",
)


@dataclass(frozen=True)
class Line:
    """One entry as it is shown."""

    seq: int
    at: datetime
    who: str
    kind: str
    details: list[tuple[str, str]]


@dataclass(frozen=True)
class OwnerStep:
    """How somebody came to own the matter: by what entry, and who owned it from then on."""

    at: datetime
    kind: str
    owner: str


@dataclass(frozen=True)
class Chain:
    """A chain of the log and what checking it on the spot found."""

    name: str
    lines: list[Line]
    problems: list[str]


def chain(act: Act, name: str, *, reads_reasons: bool) -> Chain:
    """Every entry of a chain, and the verifier's findings. `reads_reasons`: may the reader see why others looked?"""
    entries = audit.entries(act.session, name)
    who = people.names(act, (_staff_id(entry.actor) for entry in entries))
    lines = [_line(act, entry, who, reads_reasons=reads_reasons) for entry in entries]
    return Chain(name, lines, problems(act, name))


def problems(act: Act, name: str) -> list[str]:
    """What is wrong with a chain, entry by entry; nothing where it is unaltered."""
    report = verifying.verify_chain(act.session, name, trusted_keys=our_keys())
    return [problem_text(problem) for problem in report.problems]


def our_keys() -> set[str]:
    """The public keys whose checkpoints we trust: a forger may sign with his own."""
    return {checkpoints.public_key_of(asking.runtime().settings.signing_key())}


def problem_text(problem: verifying.Problem) -> str:
    """One thing wrong, in the reader's language: which chain, which entry or row, what."""
    place = " ".join(
        part for part in (problem.chain, f"#{problem.seq}" if problem.seq is not None else "", problem.row) if part
    )
    return f"{place}{words.text('colon')}{words.named('altered', problem.what.name.lower())}"


def ownership(act: Act, name: str) -> list[OwnerStep]:
    """How the owner of a call or a case came to own it, from the first second on (OWN-1, OWN-2)."""
    steps = [(entry, _owner_id(entry)) for entry in audit.entries(act.session, name) if entry.kind in _OWNERSHIP]
    who = people.names(act, (owner for _entry, owner in steps))
    return [OwnerStep(entry.at, entry.kind, who[owner]) for entry, owner in steps if owner is not None]


def _owner_id(entry: AuditEntry) -> int | None:
    owner = entry.fields.get("owner") or entry.fields.get("receiver")
    return int(owner) if owner else None


def _staff_id(actor: str) -> int | None:
    _kind, _, staff_id = actor.partition(":")
    return int(staff_id) if staff_id.isdigit() else None


def _line(act: Act, entry: AuditEntry, who: dict[int, str], *, reads_reasons: bool) -> Line:
    kind, _, _id = entry.actor.partition(":")
    actor = " ".join(part for part in (words.named("actor", kind), who.get(_staff_id(entry.actor) or 0)) if part)
    fields = _unlinked(act, entry)
    if entry.kind in _LOOKS and reads_reasons:
        fields["reason"] = _reason(act, fields["reason"])
    details = [(name, _shown(value)) for name, value in fields.items() if value not in (None, "", [], {})]
    return Line(entry.seq, entry.at, actor, entry.kind, details)


def _unlinked(act: Act, entry: AuditEntry) -> dict[str, Any]:
    """An entry's fields; of a call in which an anonymous matter was told without what leads to its caller (CMP-10)."""
    fields = entry.fields
    kind, _, name = entry.chain.partition(":")
    call = act.session.get(Call, int(name) if kind == "call" else fields.get("call") or fields.get("leg") or 0)
    if call is None or not legs.unnamed(act, [call]):
        return fields
    return {name: value for name, value in fields.items() if name not in _LEADS_TO_THE_CALLER}


def _reason(act: Act, sealed: str) -> list[str]:
    try:
        return [act.sealer.open(sealed)]
    except Invalid:
        return []


def _shown(value: Any) -> str:
    if isinstance(value, str) and len(value) > _OPEN_LONGEST:
        return "••••••"
    if isinstance(value, list):
        return words.text("comma").join(str(item) for item in value)
    if isinstance(value, dict):
        return words.text("comma").join(f"{name} {item}" for name, item in value.items())
    return str(value)

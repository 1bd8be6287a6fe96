"""What callers told by voice, kept sealed by us; without it nobody here could hear a complaint or a message (SEC-4)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from sqlalchemy import select

from hotline import sounds
from hotline.domain import anonymity, customers, looks, outbox
from hotline.domain.act import Act
from hotline.domain.calls import Call
from hotline.domain.cases import Case
from hotline.domain.news import Recording
from hotline.errors import Invalid, NotFound

COMPLETED = "completed"
LOST = "lost"
DISCARDED = "discarded"


def get(act: Act, sid: str) -> Recording:
    """The recording with the carrier's id, locked."""
    return act.session.get_one(Recording, sid, with_for_update=True, populate_existing=True)


def named(act: Act, file: str) -> Recording:
    """The kept recording of this name. Raises NotFound."""
    query = select(Recording).where(Recording.file == file, Recording.sha256.is_not(None))
    row = act.session.scalar(query)
    if row is None:
        raise NotFound(f"there is no recording {file}")
    return row


def of_case(act: Act, case_id: int) -> list[Recording]:
    """What was recorded in a matter, in order."""
    query = select(Recording).where(Recording.case_id == case_id)
    return list(act.session.scalars(query.order_by(Recording.at, Recording.sid)))


def without_matter(act: Act, call_id: int) -> list[Recording]:
    """What was recorded in a call and belongs to no matter, in order."""
    query = select(Recording).where(Recording.call_id == call_id, Recording.case_id.is_(None))
    return list(act.session.scalars(query.order_by(Recording.at, Recording.sid)))


def thing_of(act: Act, row: Recording) -> Case | Call:
    """What a recording belongs to: its matter; where it came to none, its call."""
    return act.session.get_one(Call, row.call_id) if row.case_id is None else act.session.get_one(Case, row.case_id)


def prepare(act: Act, row: Recording) -> None:
    """Choose once how the recording is kept: under what name, and with whose key it is sealed.

    The customer's key, so that erasing the customer erases it too; one of its own where nobody may be known by it.
    """
    if row.file is not None:
        return
    thing = thing_of(act, row)
    unnamed = isinstance(thing, Call) and anonymity.told_in(thing)
    row.customer_id = None if unnamed else thing.customer_id
    row.key = act.sealer.new_key() if row.customer_id is None else None
    row.file = sounds.new_name()


def key_of(act: Act, row: Recording) -> str | None:
    """The key that seals a recording; None when its customer was erased."""
    return row.key if row.customer_id is None else customers.get(act, row.customer_id).key


def reader(act: Act, row: Recording, store: sounds.Store) -> Callable[[], bytes]:
    """Reads the sound as it was fetched; to be called when the act is over, for a store may be far away.

    It raises NotFound when the sound is gone or erased, Invalid when it was changed, OSError where the store is away.
    """
    key, name, digest, open_bytes = key_of(act, row), row.file or "", row.sha256, act.sealer.open_bytes

    def read() -> bytes:
        opened = open_bytes(key, store.read(name))
        if sha256(opened).hexdigest() != digest:
            raise Invalid("a recording is not what was fetched")
        return opened

    return read


def kept(act: Act, row: Recording, digest: str) -> None:
    """The copy is on our disk; `digest` is the SHA-256 of its sound."""
    row.sha256 = digest
    _remember(act, row, "recording-kept", seconds=row.seconds, sha256=digest)


def lost(act: Act, row: Recording) -> None:
    """The carrier has no sound of it, or none that is whole."""
    row.state = LOST
    _remember(act, row, "recording-lost")


def owe_removal(act: Act, row: Recording) -> None:
    """The carrier's copy is not needed any more; owed twice, it is owed once."""
    outbox.post(act, "delete-recording", key=f"delete-{row.sid}", patient=True, recording=row.sid)


def removed(act: Act, row: Recording) -> None:
    """The carrier has deleted its own copy."""
    row.removed_at = act.at
    _remember(act, row, "recording-removed")


def discarded(act: Act, row: Recording) -> None:
    """Its sound is destroyed, after its time or with its customer; nothing opens what may be left of it (REC-5)."""
    row.state, row.sha256, row.key = DISCARDED, None, None
    _remember(act, row, "recording-discarded")


def not_removed(act: Act, row: Recording) -> None:
    """The carrier's own copy could not be deleted."""
    _remember(act, row, "recording-not-removed")


def played(act: Act, row: Recording, *, by: int, reason: str) -> None:
    """Write down who listens and why (SEC-4, REC-6).

    Raises Invalid for too short a reason, Refused for who has looked too often within the hour; the act is to be kept.
    """
    thing = thing_of(act, row)
    place = looks.Place(thing.chain, thing.company_id, row.customer_id)
    looks.note(act, place, by=by, kind=looks.Kind.PLAYED, what=row.file or "", reason=reason)


def handed_out(act: Act, row: Recording) -> None:
    """The sound goes to the company's own recogniser, by a command on the machine (SEC-4)."""
    _remember(act, row, "recording-handed-out")


def _remember(act: Act, row: Recording, kind: str, **fields: object) -> None:
    """By our own name of it: the carrier's id stands in the call's chain, and would lead to an anonymous caller."""
    act.remember(thing_of(act, row).chain, kind, recording=row.file, **fields)

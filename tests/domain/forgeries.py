"""Every way in which the tests alter a log, and how the verifier must name it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from hotline.domain.verifying import What
from tests.tampering import rehash, retell, run

# What the forger does, and how the verifier names it. Chain call:1 is under a checkpoint, call:2 is not.
FORGERIES: dict[str, tuple[Callable[[Session], object], str]] = {
    "a text was changed": (
        lambda s: retell(s, "call:2", 2, millis=1),
        f"call:2 entry 2: {What.HASH}",
    ),
    "a hash was changed": (
        lambda s: run(s, "UPDATE audit_entries SET hash = :h WHERE chain = 'call:2' AND seq = 2", h="0" * 64),
        f"call:2 entry 2: {What.HASH}",
    ),
    "the actor shown was changed": (
        lambda s: run(s, "UPDATE audit_entries SET actor = 'clock' WHERE chain = 'call:2' AND seq = 1"),
        f"call:2 entry 1: {What.COLUMNS}",
    ),
    "the kind shown was changed": (
        lambda s: run(s, "UPDATE audit_entries SET kind = 'noted' WHERE chain = 'call:2' AND seq = 1"),
        f"call:2 entry 1: {What.COLUMNS}",
    ),
    "the time shown was changed": (
        lambda s: run(s, "UPDATE audit_entries SET at = '2026-11-18 02:00:00' WHERE chain = 'call:2' AND seq = 1"),
        f"call:2 entry 1: {What.COLUMNS}",
    ),
    "an entry was moved to another chain": (
        lambda s: run(s, "UPDATE audit_entries SET chain = 'call:2', seq = 9 WHERE chain = 'call:1' AND seq = 5"),
        f"call:2 entry 9: {What.COLUMNS}",
    ),
    "a middle entry was removed": (
        lambda s: run(s, "DELETE FROM audit_entries WHERE chain = 'call:2' AND seq = 2"),
        f"call:2 entry 3: {What.GAP}",
    ),
    "the first entry was removed": (
        lambda s: run(s, "DELETE FROM audit_entries WHERE chain = 'call:2' AND seq = 1"),
        f"call:2 entry 2: {What.GAP}",
    ),
    "the last entry was removed": (
        lambda s: run(s, "DELETE FROM audit_entries WHERE chain = 'call:2' AND seq = 4"),
        f"call:2 entry 3: {What.HEAD}",
    ),
    "an entry was added": (
        lambda s: run(
            s,
            "INSERT INTO audit_entries (id, chain, seq, at, actor, kind, body, hash)"
            " SELECT 9999, chain, 5, at, actor, kind, body, hash FROM audit_entries WHERE chain = 'call:2' AND seq = 4",
        ),
        f"call:2 entry 5: {What.HASH}",
    ),
    "the end was told anew, all hashes right": (
        lambda s: retell(s, "call:2", 3, heard="nothing") + rehash(s, "call:2", heads=False),
        f"call:2 entry 4: {What.HEAD}",
    ),
    "a head was removed": (
        lambda s: run(s, "DELETE FROM audit_heads WHERE chain = 'call:2'"),
        f"call:2: {What.NO_HEAD}",
    ),
    "all entries of a chain were removed": (
        lambda s: run(s, "DELETE FROM audit_entries WHERE chain = 'call:2'"),
        f"call:2: {What.NO_ENTRIES}",
    ),
    "a call's chain was removed, head and all": (
        lambda s: (
            run(s, "DELETE FROM audit_entries WHERE chain = 'call:2'"),
            run(s, "DELETE FROM audit_heads WHERE chain = 'call:2'"),
        ),
        f"call:2: {What.NO_CHAIN}",
    ),
    "the house's chain was removed, head and all": (
        lambda s: (
            run(s, "DELETE FROM audit_entries WHERE chain = 'house'"),
            run(s, "DELETE FROM audit_heads WHERE chain = 'house'"),
        ),
        f"house: {What.NO_CHAIN}",
    ),
    "a call was removed from the records": (
        lambda s: (run(s, "DELETE FROM turns WHERE call_id = 2"), run(s, "DELETE FROM calls WHERE id = 2")),
        f"call:2: {What.NO_ROW}",
    ),
    "a case was removed with everything that speaks of it": (
        lambda s: (
            run(s, "DELETE FROM audit_entries WHERE chain = 'case:2'"),
            run(s, "DELETE FROM audit_heads WHERE chain = 'case:2'"),
            run(s, "DELETE FROM cases WHERE id = 2"),
        ),
        f"company:1 2026-11-18: {What.CASES_MISSING}",
    ),
    "a chain under a checkpoint was told anew, all hashes and the head right": (
        lambda s: retell(s, "call:1", 2, millis=1) + rehash(s, "call:1", heads=True),
        f"call:1 entry 5: {What.LEAF}",
    ),
    "a chain that grew since its checkpoint was told anew, all hashes and the head right": (
        lambda s: retell(s, "case:1", 1, matter="water") + rehash(s, "case:1", heads=True),
        f"case:1 entry 5: {What.LEAF}",
    ),
    "a chain under a checkpoint was removed with everything that speaks of it": (
        lambda s: (
            run(s, "DELETE FROM audit_entries WHERE chain = 'call:1'"),
            run(s, "DELETE FROM audit_heads WHERE chain = 'call:1'"),
            run(s, "DELETE FROM turns WHERE call_id = 1"),
            run(s, "DELETE FROM calls WHERE id = 1"),
        ),
        f"call:1 entry 5: {What.LEAF}",
    ),
    "a chain was marked as sealed to keep it out of the next checkpoint": (
        lambda s: run(s, "UPDATE audit_heads SET sealed_n = 1, sealed_seq = seq WHERE chain = 'call:2'"),
        f"call:2 entry 4: {What.UNSEALED}",
    ),
    "a head forgot its checkpoint": (
        lambda s: run(s, "UPDATE audit_heads SET sealed_n = NULL, sealed_seq = 0 WHERE chain = 'call:1'"),
        f"call:1 entry 5: {What.UNSEALED}",
    ),
    "a checkpoint's text was changed": (
        lambda s: run(s, "UPDATE checkpoints SET body = :b", b=b'{"leaves":[]}'),
        f"checkpoint 1: {What.UNREADABLE}",
    ),
    "a checkpoint's hash was changed": (
        lambda s: run(s, "UPDATE checkpoints SET hash = :h", h="0" * 64),
        f"checkpoint 1: {What.CHECKPOINT_HASH}",
    ),
    "a checkpoint's time was changed": (
        lambda s: run(s, "UPDATE checkpoints SET at = '2026-11-18 09:00:00'"),
        f"checkpoint 1: {What.COLUMNS}",
    ),
    "a checkpoint's signature was changed": (
        lambda s: run(s, "UPDATE checkpoints SET signature = :x", x="A" * 86 + "=="),
        f"checkpoint 1: {What.CHECKPOINT_SIGNATURE}",
    ),
    "a checkpoint's key was changed": (
        lambda s: run(s, "UPDATE checkpoints SET public_key = :x", x="A" * 43 + "="),
        f"checkpoint 1: {What.CHECKPOINT_KEY}",
    ),
    "the checkpoints were removed": (
        lambda s: run(s, "DELETE FROM checkpoints"),
        f"call:1 entry 5: {What.UNSEALED}",
    ),
}

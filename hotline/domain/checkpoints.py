"""Signed checkpoints of the log, in the database and in a file; without them a removed chain would leave no trace."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import LargeBinary, Row, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.db import Base
from hotline.domain.act import Act
from hotline.domain.audit import GENESIS, AuditHead, canonical
from hotline.errors import Invalid

_BATCH = 500  # chains marked with one statement
_BLOCK = 65536  # bytes read at once when the end of the file is looked for

Head = tuple[str, int, str]  # chain, number and hash of its last entry
FILE = "checkpoints.jsonl"  # its name in the data folder


class Checkpoint(Base):
    """Everything appended since the checkpoint before, under one signed root; append-only as the entries are."""

    __tablename__ = "checkpoints"

    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(100))
    public_key: Mapped[str] = mapped_column(String(60))


def merkle_root(leaves: list[str]) -> str:
    """The root over leaves in their order; leaf and node hashes differ in their first byte (RFC 9162)."""
    level = [hashlib.sha256(b"\x00" + leaf.encode()).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0].hex() if level else GENESIS


def leaf(chain: str, seq: int, head: str) -> str:
    """How a chain's head is written under the root."""
    return f"{chain} {seq} {head}"


def seal_log(act: Act, signing_key: bytes) -> Checkpoint | None:
    """Seal every chain that grew since the last checkpoint; None when none did. `signing_key`: an Ed25519 seed."""
    grown = _unsealed_heads(act.session)
    if not grown:
        return None
    last = act.session.scalar(select(Checkpoint).order_by(Checkpoint.n.desc()).limit(1))
    checkpoint = signed(last.n + 1 if last else 1, act.at, last.hash if last else GENESIS, grown, signing_key)
    act.session.add(checkpoint)
    _mark_sealed(act.session, [chain for chain, _seq, _hash in grown], checkpoint.n)
    return checkpoint


def signed(n: int, at: datetime, previous: str, heads: list[Head], signing_key: bytes) -> Checkpoint:
    """Checkpoint `n` over these heads, which are in order; `previous`: the hash of the one before."""
    root = merkle_root([leaf(*head) for head in heads])
    written = at.astimezone(UTC).isoformat()
    body = canonical({"n": n, "at": written, "previous": previous, "root": root, "leaves": heads})
    return Checkpoint(
        n=n,
        at=at,
        body=body,
        hash=hashlib.sha256(body).hexdigest(),
        signature=sign(body, signing_key),
        public_key=public_key_of(signing_key),
    )


def sign(body: bytes, signing_key: bytes) -> str:
    """The signature of these bytes; `signing_key`: an Ed25519 seed."""
    return base64.b64encode(Ed25519PrivateKey.from_private_bytes(signing_key).sign(body)).decode()


def fits(body: bytes, signature: str, public_key: str) -> bool:
    """Did whoever has this public key's seed sign these bytes? What is no signature or no key fits nothing."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), body)
        return True
    except (ValueError, InvalidSignature):
        return False


def public_key_of(signing_key: bytes) -> str:
    """The public key that belongs to a signing seed, as it stands in checkpoints; verifying trusts it."""
    public = Ed25519PrivateKey.from_private_bytes(signing_key).public_key()
    return base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def export_missing(session: Session, file: Path) -> int:
    """Append to the file outside the database every checkpoint that it lacks; how many. Run after each commit.

    One exporter at a time: the file is locked. A line torn by a crash is written anew.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as out:
        fcntl.flock(out, fcntl.LOCK_EX)
        whole, last = _end_of(out)
        out.truncate(whole)
        missing = session.scalars(select(Checkpoint).where(Checkpoint.n > last).order_by(Checkpoint.n))
        written = [as_line(checkpoint) for checkpoint in missing]
        out.writelines(written)
        out.flush()
        os.fsync(out.fileno())
    return len(written)


def as_line(checkpoint: Checkpoint | Row[Any]) -> bytes:
    """A checkpoint as it stands in the file."""
    return _line(
        n=checkpoint.n,
        body=checkpoint.body.decode(errors="replace"),
        hash=checkpoint.hash,
        signature=checkpoint.signature,
        key=checkpoint.public_key,
    )


def last_in(file: Path) -> int:
    """The number of the last checkpoint in the file; 0 when there is none."""
    if not file.exists():
        return 0
    with file.open("rb") as lines:
        return _end_of(lines)[1]


def _line(**fields: Any) -> bytes:
    return canonical(fields) + b"\n"


def _end_of(file: BinaryIO) -> tuple[int, int]:
    """Where the last whole line ends, and its checkpoint's number; looked for from the end, however long the file."""
    file.seek(0, os.SEEK_END)
    start = file.tell()
    tail = b""
    while tail.rstrip(b"\n").count(b"\n") < 2 and start > 0:
        step = min(start, _BLOCK)
        start -= step
        file.seek(start)
        tail = file.read(step) + tail
    whole = tail.rfind(b"\n") + 1
    last = tail[:whole].rstrip(b"\n").rpartition(b"\n")[2]
    try:
        return start + whole, int(json.loads(last)["n"]) if last else 0
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid("the checkpoint file was changed: its last line is not readable") from error


def _unsealed_heads(session: Session) -> list[Head]:
    query = select(AuditHead.chain, AuditHead.seq, AuditHead.hash).where(AuditHead.sealed_seq < AuditHead.seq)
    rows = session.execute(query.order_by(AuditHead.chain).with_for_update())
    return [(row.chain, row.seq, row.hash) for row in rows]


def _mark_sealed(session: Session, chains: list[str], n: int) -> None:
    for begin in range(0, len(chains), _BATCH):
        session.execute(
            update(AuditHead)
            .where(AuditHead.chain.in_(chains[begin : begin + _BATCH]))
            .values(sealed_seq=AuditHead.seq, sealed_n=n)
            .execution_options(synchronize_session=False)
        )

"""What only the keys of a back-up's time open; without it one restored with others would be lost without a word."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from hotline.domain import old_keys, resealing
from hotline.errors import Invalid
from hotline.sealing import Sealer

_PROBE = "hotline"


def made(session: Session, sealer: Sealer) -> dict[str, Any]:
    """A proof of the key of the index, and one of every sealing key that anything in the database needs.

    Every column is looked through for a key that is set and does not seal: there is one only while keys are changed.
    """
    current, *others = sealer.names
    retired = old_keys.names(session)
    needed = [name for name in others if name not in retired and _is_needed(session, name)]
    return {"index": sealer.blind(_PROBE), "sealing": {name: sealer.proof(name) for name in [current, *needed]}}


def check(sealer: Sealer, proofs: Any) -> None:
    """Are these keys those with which the proofs were made? Raises Invalid and names what is wrong."""
    said = proofs if isinstance(proofs, dict) else {}
    sealing = said.get("sealing") or {"": ""}
    wrong = [name for name, proof in sealing.items() if not sealer.is_proven(name, proof)]
    if wrong:
        names = ", ".join(wrong)
        raise Invalid(
            f"SEALING_KEYS are not those of this back-up ({names}): part of it could not be read. "
            "Set the keys of its time"
        )
    if said.get("index") != sealer.blind(_PROBE):
        raise Invalid(
            "BLIND_INDEX_KEY is not that of this back-up: no number would find its customer, no key of the API would "
            "open. Set the key of its time"
        )


def _is_needed(session: Session, name: str) -> bool:
    return bool(resealing.logged(session, [name]) or resealing.left(session, [name]))

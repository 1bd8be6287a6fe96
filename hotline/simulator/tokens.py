"""Reads the tokens of browser phones: without it a page would register with a token that the carrier refuses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any

from hotline.simulator import figures
from hotline.simulator.board import Board

_IDENTITY = re.compile(r"^[A-Za-z0-9_]{1,256}$")


class BadToken(Exception):
    """A token that the carrier does not take, with its error number."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class Pass:
    """What a good token says: whom it names, and until when, in seconds since 1970."""

    identity: str
    ends: float


def read(board: Board, token: str) -> Pass:
    """Understand a token (contract 8). Raises BadToken."""
    head, body, signed, signature = _parts(token)
    if head.get("cty") != "twilio-fpa;v=1" or head.get("alg") != "HS256":
        raise BadToken(20102, "Invalid Access Token header")
    secret = board.api_keys.get(str(body.get("iss")))
    if secret is None or body.get("sub") != board.account_sid:
        raise BadToken(20103, "Invalid Access Token issuer/subject")
    if not hmac.compare_digest(hmac.new(secret.encode(), signed, hashlib.sha256).digest(), signature):
        raise BadToken(20107, "Invalid Access Token signature")
    return Pass(_identity(body), _ends(board, body))


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    try:
        head, body, signature = token.split(".")
        told = json.loads(_decoded(head)), json.loads(_decoded(body))
        if not all(isinstance(one, dict) for one in told):
            raise ValueError("not two objects")
        return *told, f"{head}.{body}".encode(), _decoded(signature)
    except (ValueError, binascii.Error):
        raise BadToken(20101, "Invalid Access Token") from None


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _identity(body: dict[str, Any]) -> str:
    grants = body.get("grants") or {}
    identity, incoming = str(grants.get("identity", "")), (grants.get("voice") or {}).get("incoming") or {}
    if not _IDENTITY.match(identity) or incoming.get("allow") is not True:
        raise BadToken(20106, "Invalid Access Token grants: an identity, and incoming calls allowed, are needed")
    return identity


def _ends(board: Board, body: dict[str, Any]) -> float:
    now = board.now().timestamp()
    begins, ends = float(body.get("nbf") or body.get("iat") or now), float(body.get("exp") or 0)
    if ends <= now:
        raise BadToken(20104, "Access Token expired")
    if ends - begins > figures.LONGEST_TOKEN:
        raise BadToken(20157, "Expiration Time exceeds Maximum Time Allowed")
    return ends

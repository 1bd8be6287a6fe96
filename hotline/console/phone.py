"""The telephone in the browser: its token and where it reaches out; without it an agent would need one on the table."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import g, jsonify, url_for
from flask.typing import ResponseReturnValue
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from hotline import clock
from hotline.console import asking, sessions
from hotline.errors import Conflict, Refused
from hotline.settings import Settings

SDK = "twilio-voice-sdk-2.18.5.min.js"
_CARRIER = "twilio.com"
_WORKS = frozenset({"ready", "ringing", "talking"})  # of the states that phone.js shows
# What the SDK of the carrier reaches: its signalling, its measurements, its sounds. Speech itself needs no permission.
_CARRIERS_OWN = {
    "connect-src": "wss://voice-js.roaming.twilio.com https://eventgw.twilio.com https://sdk.twilio.com",
    "media-src": "mediastream: https://sdk.twilio.com",
}


def phone_token() -> ResponseReturnValue:
    """A short-lived token with which this agent's page takes calls, and for how many seconds it is good (contract 8).

    It ends with the log-in at the latest, names the agent by an id alone, and lets nobody call out (SEC-5).
    Raises Conflict where the carrier's account has no API key to sign with.
    """
    ticket, account = sessions.ticket(), asking.runtime().settings.carrier
    if not account.api_key or not account.api_secret:
        raise Conflict("TWILIO_API_KEY and TWILIO_API_KEY_SECRET are not set: nobody can be rung in the browser")
    left = ticket.ends - int(clock.now().timestamp())
    seconds = min(left, asking.runtime().figures.desk.token_lifetime.seconds)
    if seconds <= 0:
        raise Refused("this log-in is over")
    token = AccessToken(
        account.sid, account.api_key, account.api_secret, identity=identity(ticket.staff_id), ttl=seconds
    )
    token.add_grant(VoiceGrant(incoming_allow=True))
    return jsonify(token=str(token.to_jwt()), seconds=seconds)


def is_possible() -> bool:
    """Can anybody be rung in the browser here: is there an API key to sign its tokens with?"""
    settings = asking.runtime().settings
    return settings.twilio_account_sid is not None and settings.twilio_api_key is not None


def can_ring(state: str) -> bool:
    """Does a page whose telephone says this of itself ring when it is called?"""
    return state in _WORKS


def identity(staff_id: int) -> str:
    """Under which name the carrier knows this agent's browser (contract 8)."""
    return f"op_{staff_id}"


def for_templates() -> dict[str, Any]:
    """What the page that holds the telephone asks for."""
    return {"browser_phone": _shown}


def _shown() -> dict[str, str]:
    """Where the page gets the SDK and its tokens; no SDK where no token can be signed. The page may then reach out."""
    settings = asking.runtime().settings
    g.phone = possible = is_possible()
    sdk = _simulator(settings)
    address = f"{sdk}/device/sdk.js" if sdk else url_for("console.static", filename=SDK)
    return {"sdk": address if possible else "", "token_url": url_for("console.phone_token")}


def reaches() -> dict[str, str]:
    """What the policy of this answer must allow besides our own pages: nothing, unless it holds the telephone."""
    if not g.get("phone"):
        return {}
    sdk = _simulator(asking.runtime().settings)
    return {"script-src": sdk, "connect-src": sdk} if sdk else _CARRIERS_OWN


def hears() -> bool:
    """May this page ask for the microphone?"""
    return bool(g.get("phone"))


def _simulator(settings: Settings) -> str:
    """Where the simulated carrier is; empty for the real one."""
    parts = urlsplit(settings.twilio_api_base or "")
    host = parts.hostname or ""
    if not host or host == _CARRIER or host.endswith(f".{_CARRIER}"):
        return ""
    return f"{parts.scheme}://{parts.netloc}"

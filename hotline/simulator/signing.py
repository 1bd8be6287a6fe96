"""The carrier's signature over a webhook: without it the product could not tell the carrier from anybody else."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

Pairs = Iterable[tuple[str, str]]


def sign(url: str, pairs: Pairs, token: str) -> str:
    """The value of X-Twilio-Signature for a request to `url` with these form pairs (contract 4.1).

    `url` is what is requested, with its query and without a fragment; `pairs` are empty for GET and JSON.
    """
    text = signed_url(url) + "".join(name + value for name, value in sorted(set(pairs)))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def signed_url(url: str) -> str:
    """The URL as it is signed: an https URL loses its port, an http URL keeps it (contract 4.1.5)."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.port is None:
        return url
    host = parts.netloc.rsplit(":", 1)[0]
    return urlunsplit(parts._replace(netloc=host))

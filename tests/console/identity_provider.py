"""A small identity provider at a real address: it signs what it is told to; without it no lie could be tried."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "hotline", "the-secret-of-the-provider-and-us"
KEY, ANOTHER_KEY = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))


class Provider:
    """One provider. `claims` lays over what it says of whoever logs in; `codes` are good once, as its own rules ask."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.claims: dict[str, Any] = {}
        self.key = KEY
        self.names: dict[str, Any] = {"sub": "248289761001", "preferred_username": "sun.li"}
        self._codes: dict[str, dict[str, str]] = {}

    def asked(self, location: str) -> str:
        """Somebody comes with this address and says who they are there; the query with which they are sent back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert (query["client_id"], query["response_type"], query["code_challenge_method"]) == (CLIENT, "code", "S256")
        assert query["redirect_uri"] == "https://hotline.example.com/console/login/provider/back"
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return f"code={code}&state={query['state']}"

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """What is given for a code; None where the verifier does not fit the challenge, or the code was used."""
        query = self._codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if query is None or query["code_challenge"] != challenge:
            return None
        now = int(time.time())
        told = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": query["nonce"]}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, {**told, **self.names, **self.claims}, self.key)
        return {"access_token": "opens-nothing", "token_type": "Bearer", "id_token": signed}


class _Answers(BaseHTTPRequestHandler):
    provider: ClassVar[Provider]

    def do_GET(self) -> None:
        at = self.provider.address
        told: dict[str, dict[str, Any]] = {
            "/.well-known/openid-configuration": {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/keys",
            },
            "/keys": {"keys": [KEY.as_dict(private=False)]},
        }
        self._say(200, told[self.path])

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        token = self.provider.token({name: values[0] for name, values in parse_qs(sent).items()})
        self._say(200 if token else 400, token or {"error": "invalid_grant"})

    def _say(self, status: int, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Nothing."""


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (_Answers,), {}))
    made = Provider(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass.provider = made  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()

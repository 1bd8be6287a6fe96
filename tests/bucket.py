"""A small service that speaks S3 and checks every signature; the known ones ask for older packages than we serve."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY, SECRET, REGION = "AKIATESTS", "the-secret-of-the-tests", "cn-north-1"
_SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=(\S+?), ?SignedHeaders=(\S+?), ?Signature=(\w+)")


class Service(ThreadingHTTPServer):
    """Keeps objects by their path, in memory."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _Request)
        self.objects: dict[str, bytes] = {}

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"


class _Request(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_signed(body):
            self.server.objects[self.path] = body
            self._answer(HTTPStatus.OK, b"")

    def do_POST(self) -> None:
        """Several are removed by one request; what is not there counts as removed."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_signed(body):
            names = re.findall(r"<Key>([^<]+)</Key>", body.decode())
            for name in names:
                self.server.objects.pop(f"{self.path.partition('?')[0]}/{name}", None)
            done = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
            self._answer(HTTPStatus.OK, f"<DeleteResult>{done}</DeleteResult>".encode())

    def do_GET(self) -> None:
        if self._is_signed(b""):
            kept = self.server.objects.get(self.path)
            missing = b"<Error><Code>NoSuchKey</Code></Error>"
            self._answer(HTTPStatus.NOT_FOUND if kept is None else HTTPStatus.OK, missing if kept is None else kept)

    def _is_signed(self, body: bytes) -> bool:
        """Signature version 4, by the published description; refused otherwise."""
        found = _SIGNED.fullmatch(self.headers.get("Authorization", ""))
        digest = self.headers.get("x-amz-content-sha256", "")
        told_true = digest in ("UNSIGNED-PAYLOAD", hashlib.sha256(body).hexdigest())
        if found is None or not told_true or found[3] != self._signature(found[1], found[2], digest):
            self._answer(HTTPStatus.FORBIDDEN, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return False
        return True

    def _signature(self, credential: str, signed: str, digest: str) -> str:
        scope = credential.partition("/")[2]
        headers = "".join(f"{name}:{(self.headers[name] or '').strip()}\n" for name in signed.split(";"))
        path, _mark, query = self.path.partition("?")
        canonical = "\n".join([self.command, path, query and f"{query.rstrip('=')}=", headers, signed, digest])
        told = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, told])
        key = f"AWS4{SECRET}".encode()
        for part in (*scope.split("/"), text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key.hex()

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Length", str(len(body))),
            ("ETag", '"1"'),
            ("Last-Modified", "Wed, 18 Nov 2026 02:00:00 GMT"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Service]:
    """The service, until the block ends."""
    with Service(host) as made:
        thread = threading.Thread(target=made.serve_forever, args=[0.01])
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()

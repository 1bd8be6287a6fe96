"""Signs requests by the npm package twilio; with only the Python package, one misreading would prove itself right."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from tests.contract import packages

Params = Mapping[str, str | list[str]]


class NodeSigner:
    """A running Node process that signs; one start for many requests.

    >>> with NodeSigner(token) as signer: headers = {"X-Twilio-Signature": signer.sign(url, form)}
    """

    def __init__(self, token: str) -> None:
        self.token = token

    def __enter__(self) -> Self:
        self._node = subprocess.Popen(
            ["node", str(packages.HERE / "signature.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._node.communicate()

    def sign(self, url: str, params: Params) -> str:
        """The value of X-Twilio-Signature for a form POST, or with no parameters for a GET (contract 4.1).

        `url` as the carrier was given it, without its fragment. RuntimeError when Node has ended.
        """
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps({"token": self.token, "url": url, "params": params}) + "\n")
        self._node.stdin.flush()
        signature = self._node.stdout.readline().strip()
        if not signature:
            raise RuntimeError(f"node ended with {self._node.wait()}")
        return signature

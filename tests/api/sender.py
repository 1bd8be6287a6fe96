"""Another system with a key, such as a company's web form; without it each test would spell out headers."""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from hotline.domain import api_keys
from hotline.domain.act import COMMAND
from hotline.domain.api_keys import Scope
from hotline.domain.cases import Case
from hotline.runtime import Runtime
from tests.world import Firm, Person

BASE = "https://hotline.example.com"
COMPLAINTS, CALLBACKS, CASES = "/api/complaints", "/api/callbacks", "/api/cases"
WRONGED: dict[str, Any] = {"happened": "维修员上门后大声训斥老人", "phone": "138 0000 1234", "name": "李梅"}


def said(answer: TestResponse) -> Any:
    """What an answer says."""
    return json.loads(answer.text)


class Sender:
    """Sends complaints and wishes to be rung with a key of a company's."""

    def __init__(
        self,
        app: Flask,
        runtime: Runtime,
        firm: Firm,
        scopes: Collection[Scope] = api_keys.FIRST_SCOPES,
        engineers: Collection[Person] = (),
    ) -> None:
        with runtime.act(COMMAND) as act:
            key, self.secret = api_keys.make(act, firm.id, "官网", scopes, [one.id for one in engineers])
        self.key_id, self.runtime, self._client, self._names = key.id, runtime, app.test_client(), count(1)

    def files(self, _name: str | None = None, **fields: Any) -> TestResponse:
        """File a complaint with these fields, under a fresh name or under this one."""
        return self.sends(json.dumps(fields), _name)

    def wants(self, _name: str | None = None, **fields: Any) -> TestResponse:
        """Ask that somebody be rung, with these fields, under a fresh name or under this one."""
        return self.sends(json.dumps(fields), _name, to=CALLBACKS)

    def posts(self, _to: str, _name: str | None = None, **fields: Any) -> TestResponse:
        """Send these fields to an address, under a fresh name or under this one."""
        return self.sends(json.dumps(fields), _name, to=_to)

    def reports(self, _number: str, _name: str | None = None, **fields: Any) -> TestResponse:
        """Report how far a repair is."""
        return self.posts(f"/api/repairs/{_number}/progress", _name, **fields)

    def sends(self, body: str | bytes, name: str | None = None, to: str = COMPLAINTS, **headers: str) -> TestResponse:
        """Send a body as it is; headers in place of those that a well-behaved sender has."""
        usual = {
            "Authorization": f"Bearer {self.secret}",
            "Idempotency-Key": name or f"form-{next(self._names)}",
            "Content-Type": "application/json",
        }
        given = {one.replace("_", "-"): value for one, value in headers.items()}
        return self._client.post(to, base_url=BASE, data=body, headers=usual | given)

    def asks(self, number: str, of: str = COMPLAINTS) -> TestResponse:
        """Ask where a complaint, or what else was brought, stands."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        return self._client.get(f"{of}/{number}", base_url=BASE, headers=headers)

    def cases(self) -> list[Case]:
        """Every case there is, in order."""
        with self.runtime.look(COMMAND) as act:
            return list(act.session.scalars(select(Case).order_by(Case.id)))

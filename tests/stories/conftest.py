"""The product on the line, and single webhooks, for every test here."""

from __future__ import annotations

from tests.desk import desk as desk
from tests.line import line as line
from tests.voice.ring import rings as rings

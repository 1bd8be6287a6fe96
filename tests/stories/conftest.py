"""The product on the line, for every test here."""

from __future__ import annotations

from tests.line import line as line

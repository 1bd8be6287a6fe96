"""What people are told of, whoever tells whom; without it each way of telling would list it anew (OWN-6)."""

from __future__ import annotations

from typing import NamedTuple

from hotline.domain.cases import Case, Kind


class Occasion(NamedTuple):
    """What there is to tell. `text` is a key of prompts/, `about` names the occasion within it: nobody hears it twice.

    `promise`: the id of the one it is about. `urgent`: told in quiet hours too; `by_call`: by telephone as well.
    """

    case: Case
    text: str
    about: str
    promise: int | None = None
    urgent: bool = False
    by_call: bool = False

    @property
    def presses(self) -> bool:
        """Is it told at once? An emergency always is."""
        return self.urgent or self.case.kind == Kind.EMERGENCY

    @property
    def rings(self) -> bool:
        """Does a telephone ring? Of a promise alone."""
        return self.by_call and self.promise is not None

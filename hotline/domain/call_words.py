"""The words of a call's notes and transcripts, blinded; without them nobody found what was said (REC-2, SEC-1).

The words themselves lie sealed with the customer's key. What stands here is a keyed print of each character, of each
pair of neighbours, of each word in letters: a search of one or two Chinese characters is answered as rightly as a long
one, and whoever holds the database alone reads nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import BigInteger, Index, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from hotline.db import Base, insert_new
from hotline.domain.act import Act
from hotline.domain.call_facts import place
from hotline.domain.calls import Call

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3040-\u30ff\uac00-\ud7af"
_RUN = re.compile(f"([{_HAN}]+)|([^\\W_{_HAN}]+)")
_LONGEST = 40  # characters of a word in letters
_PRINT = 8  # bytes
_BATCH = 200  # rows of one statement


class CallWord(Base):
    """One print of a call, in the order in which calls began. Calls are never removed, so that no key watches them."""

    __tablename__ = "call_words"
    __table_args__ = (Index(None, "call_id"), {"sqlite_with_rowid": False})

    word: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    began: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    call_id: Mapped[int] = mapped_column(primary_key=True)


def squeezed(text: str) -> str:
    """A text as it is compared: one width, one case, no spaces."""
    return "".join(_normal(text).split())


def phrases(typed: str) -> list[str]:
    """What stands between spaces and no print proves: of three characters the pairs may stand apart in a text.

    One character, a pair and a word in letters are each a print by themselves.
    """
    return [squeezed(phrase) for phrase in typed.split() if len(of_search(phrase)) > 1]


def of_text(text: str) -> set[str]:
    """Everything by which a text is found: characters and pairs of them, words in letters, numbers."""
    found: set[str] = set()
    for han, word in _RUN.findall(_normal(text)):
        found |= {*han, *_pairs(han)} if han else {word[:_LONGEST]}
    return found


def of_search(typed: str) -> set[str]:
    """What must stand in every text that a search finds: a single character, else the pairs, and words in letters."""
    found: set[str] = set()
    for han, word in _RUN.findall(_normal(typed)):
        found |= set(_pairs(han) or han) if han else {word[:_LONGEST]}
    return found


def prints(act: Act, terms: Iterable[str]) -> set[int]:
    """These terms as they stand in the table: nobody without the key tells the text."""
    blinds = (bytes.fromhex(act.sealer.blind(f"word:{term}"))[:_PRINT] for term in terms)
    return {int.from_bytes(blind, signed=True) for blind in blinds}


def replace(act: Act, call: Call, texts: Iterable[str]) -> None:
    """From now on this call is found by the words of these texts, and by no others."""
    act.session.execute(delete(CallWord).where(CallWord.call_id == call.id))
    _insert(act, call, texts)


def index(act: Act, call_id: int, customer_id: int | None, text: str) -> None:
    """This call is found by the words of this text too; the same text twice changes nothing.

    `customer_id`: with whose key the text is sealed. Words that are not the caller's are not taken, nor are any of a
    call that is not there.
    """
    call = act.session.get(Call, call_id)
    if call is not None and customer_id in (None, call.customer_id):
        _insert(act, call, [text])


def forget(act: Act, customer_id: int) -> int:
    """Nothing is found by the words of this customer's calls any more; how many calls that were."""
    ids = list(act.session.scalars(select(Call.id).where(Call.customer_id == customer_id)))
    for begin in range(0, len(ids), _BATCH):
        act.session.execute(delete(CallWord).where(CallWord.call_id.in_(ids[begin : begin + _BATCH])))
    return len(ids)


def _insert(act: Act, call: Call, texts: Iterable[str]) -> None:
    terms = {term for text in texts for term in of_text(text)}
    rows = [{"word": word, "began": place(call.started_at), "call_id": call.id} for word in prints(act, terms)]
    if rows:
        act.session.connection().execute(insert_new(act.session, CallWord), rows)


def _pairs(han: str) -> list[str]:
    return [han[at : at + 2] for at in range(len(han) - 1)]


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()

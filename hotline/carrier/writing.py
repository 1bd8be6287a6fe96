"""Recordings that the carrier writes down (its Conversation Intelligence); a request of its own shape and host.

It takes one transcript of a recording and no more, so that what came of a request which nobody answered is looked up by
the recording. Words are personal: no error that is raised here holds any.
"""

from __future__ import annotations

from typing import Any

from hotline.carrier import CarrierError
from hotline.carrier.refusals import in_our_words
from hotline.transcribers import Listed, Progress, Turn

_PAGE = 1000  # sentences on a page
_PROGRESS = {
    "completed": Progress.WRITTEN,
    "failed": Progress.FAILED,
    "canceled": Progress.FAILED,
    "error": Progress.FAILED,
}


class WritesDown:
    """Implements `Recogniser` for the class that has the account's client."""

    _client: Any

    def find_transcript(self, recording: str) -> Listed | None:
        """See Recogniser. Of a list that names its sources, another recording's is never taken for this one's."""
        with in_our_words(changes=False):
            listed = self._client.intelligence.v2.transcripts.list(source_sid=recording, limit=2)
            found = [one for one in listed if _source(one) in (None, recording)]
            return Listed(str(found[0].sid), _PROGRESS.get(found[0].status, Progress.UNDER_WAY)) if found else None

    def ask_transcript(self, recording: str, service: str) -> None:
        """See Recogniser. A refusal may mean that it has one already, which its list did not show yet: asked again."""
        channel = {"media_properties": {"source_sid": recording}}
        try:
            with in_our_words(changes=True):
                self._client.intelligence.v2.transcripts.create(service_sid=service, channel=channel)
        except CarrierError as error:
            if error.permanent:
                raise CarrierError("transcript-refused", code=error.code) from None
            raise

    def read_transcript(self, sid: str) -> list[Turn]:
        """See Recogniser. What an account has its service leave out (redaction) is left out here too."""
        with in_our_words(changes=False):
            said = self._client.intelligence.v2.transcripts(sid).sentences.list(page_size=_PAGE)
        ordered = sorted(said, key=lambda one: one.sentence_index or 0)
        return [_turn(one) for one in ordered if one.transcript]

    def delete_transcript(self, sid: str) -> None:
        """See Recogniser; safe to repeat."""
        try:
            with in_our_words(changes=False):
                self._client.intelligence.v2.transcripts(sid).delete()
        except CarrierError as error:
            if error.word != "gone":
                raise


def _source(one: Any) -> str | None:
    """Which recording it is of, where the carrier says so."""
    channel = one.channel if isinstance(one.channel, dict) else {}
    media = channel.get("media_properties")
    named = media.get("source_sid") if isinstance(media, dict) else None
    return str(named) if named else None


def _turn(one: Any) -> Turn:
    begins = one.start_time or 0
    return Turn.read({"from_s": begins, "to_s": one.end_time or begins, "text": one.transcript})

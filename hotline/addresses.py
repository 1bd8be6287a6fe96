"""The public URLs that the carrier and the engineers are told; written twice they would drift apart."""

from __future__ import annotations

from dataclasses import dataclass

# Connection overrides (contract 3.2): a document must fit a retry into 15 s; a notification may be tried thrice more.
_DOCUMENT = "#rc=1&rp=ct,5xx&rt=5000"
_NOTICE = "#rc=3&rp=ct,rt,5xx"


@dataclass(frozen=True)
class Addresses:
    """Every address under one public base, such as https://hotline.example.com (no slash at its end).

    `queue` is the carrier's parking place for waiting callers (contract 7): a name without meaning.
    """

    base: str
    queue: str = "hotline"

    def inbound(self) -> str:
        """Where a number's incoming calls are announced."""
        return f"{self.base}/voice/inbound{_DOCUMENT}"

    def turn(self, call_id: int, number: int) -> str:
        """Where the caller's answer to question `number` of a call goes."""
        return f"{self.base}/voice/turn/{call_id}/{number}{_DOCUMENT}"

    def outbound(self, call_id: int) -> str:
        """Where the carrier asks for the first words of a call that we placed."""
        return f"{self.base}/voice/outbound/{call_id}{_DOCUMENT}"

    def wait(self, call_id: int, number: int) -> str:
        """What a waiting caller hears as clip `number` of their wait, 0 first (ANS-4)."""
        return f"{self.base}/voice/wait/{call_id}/{number}{_DOCUMENT}"

    def join(self, call_id: int) -> str:
        """Where a live call goes on that was fetched from the line, or moved: the step at which it stands."""
        return f"{self.base}/voice/join/{call_id}{_DOCUMENT}"

    def meeting(self, meeting_id: int) -> str:
        """Where news of a conversation goes: who came in, who left."""
        return f"{self.base}/voice/meeting/{meeting_id}{_NOTICE}"

    def hold(self, call_id: int, number: int = 0) -> str:
        """What a held call hears, clip after clip (ANS-13)."""
        return f"{self.base}/voice/hold/{call_id}/{number}{_DOCUMENT}"

    def ringing(self, call_id: int, number: int = 0) -> str:
        """What an agent hears while the customer's telephone rings, clip after clip."""
        return f"{self.base}/voice/ringing/{call_id}/{number}{_DOCUMENT}"

    def announce(self, meeting_id: int, what: str) -> str:
        """What a conversation, or one in it, is told: "resumed", "talk", "listen", "coach", "paused", "recording"."""
        return f"{self.base}/voice/announce/{meeting_id}/{what}{_DOCUMENT}"

    def recording(self, call_id: int) -> str:
        """Where news of a caller's recorded message goes."""
        return f"{self.base}/voice/recording/{call_id}{_NOTICE}"

    def status(self) -> str:
        """Where news of every call goes."""
        return f"{self.base}/voice/status{_NOTICE}"

    def call_status(self, call_id: int) -> str:
        """Where news of a call that we placed goes: it may come before the carrier's answer told us its id."""
        return f"{self.base}/voice/status/{call_id}{_NOTICE}"

    def resume(self) -> str:
        """Where a call comes back to after a passing fault."""
        return f"{self.base}/voice/resume{_DOCUMENT}"

    def again(self, path: str, times: int) -> str:
        """The same document once more, asked for so many times now."""
        return f"{self.base}{path}?again={times}{_DOCUMENT}"

    def spoken_number(self) -> str:
        """Where the number keyed into the degraded call goes."""
        return f"{self.base}/voice/fallback/number{_DOCUMENT}"

    def fallback(self) -> str:
        """Where the carrier turns when our document could not be had (ANS-10)."""
        return f"{self.base}/voice/fallback"

    def text_status(self) -> str:
        """Where news of a text goes."""
        return f"{self.base}/voice/text{_NOTICE}"

    def owed(self) -> str:
        """The page of what is owed to the outside and could not be done."""
        return f"{self.base}/console/outbox"

    def completeness(self) -> str:
        """The page of the calls that one side has no record of."""
        return f"{self.base}/console/completeness"

    def looks(self, staff_id: int) -> str:
        """The page of what a colleague looked at."""
        return f"{self.base}/console/looks?staff={staff_id}"

    def notices(self) -> str:
        """The page on which a colleague reads what they were told of."""
        return f"{self.base}/console/notices"

    def report(self, report_id: int) -> str:
        """The page of a report."""
        return f"{self.base}/console/reports/{report_id}"

    def faults(self, report_id: int) -> str:
        """The page of the faults of a report, for the technical side."""
        return f"{self.base}/console/reports/{report_id}/faults"

    def sheet(self, token: str) -> str:
        """An engineer's sheet, opened from the text with the link."""
        return f"{self.base}/sheet/{token}"

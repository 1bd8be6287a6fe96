"""What a document may contain: without this table a misspelt attribute would pass unseen, as it does in production."""

from __future__ import annotations

from dataclasses import dataclass

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Shape:
    """One element: the attributes it knows, the elements it may hold, whether it may hold text (contract 5.3)."""

    attributes: frozenset[str] = NOTHING
    holds: frozenset[str] = NOTHING
    text: bool = False


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CALLBACK = " statusCallback statusCallbackEvent statusCallbackMethod"
_RECORDING = " recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod"
_MACHINE = (
    " machineDetection machineDetectionSilenceTimeout machineDetectionSpeechEndThreshold"
    " machineDetectionSpeechThreshold machineDetectionTimeout amdStatusCallback amdStatusCallbackMethod"
)
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SSML = _names("break emphasis lang p phoneme prosody s say-as sub w")
SPOKEN = _names("Say Play Pause")

SHAPES: dict[str, Shape] = {
    "Response": Shape(
        holds=_names("Say Play Pause Gather Record Dial Enqueue Leave Redirect Hangup Reject Refer Start")
    ),
    "Say": Shape(_names("voice language loop"), SSML, text=True),
    "Play": Shape(_names("loop digits"), text=True),
    "Pause": Shape(_names("length")),
    "Gather": Shape(
        _names(
            "action actionOnEmptyResult bargeIn debug enhanced finishOnKey hints input language maxSpeechTime"
            " method numDigits partialResultCallback partialResultCallbackMethod profanityFilter speechModel"
            " speechTimeout timeout"
        ),
        SPOKEN,
    ),
    "Record": Shape(
        _names(
            "action finishOnKey maxLength method playBeep recordingConfigurationId timeout transcribe"
            " transcribeCallback trim" + _RECORDING
        )
    ),
    "Dial": Shape(
        _names(
            "action answerOnBridge callerId events hangupOnStar method passports record"
            " recordingConfigurationId recordingTrack referMethod referUrl ringTone sequential timeLimit"
            " timeout trim" + _RECORDING
        ),
        _names("Number Client Sip Queue Conference"),
        text=True,
    ),
    "Number": Shape(_names("byoc method sendDigits url" + _CALLBACK + _MACHINE), text=True),
    "Client": Shape(_names("method url" + _CALLBACK), _names("Identity Parameter"), text=True),
    "Sip": Shape(_names("method password url username" + _CALLBACK + _MACHINE), text=True),
    "Identity": Shape(text=True),
    "Parameter": Shape(_names("name value")),
    "Queue": Shape(_names("method postWorkActivitySid reservationSid url"), text=True),
    "Conference": Shape(
        _names(
            "beep coach endConferenceOnExit eventCallbackUrl jitterBufferSize maxParticipants muted"
            " participantLabel record recordingConfigurationId region startConferenceOnEnter trim waitMethod"
            " waitUrl" + _CALLBACK + _RECORDING
        ),
        text=True,
    ),
    "Enqueue": Shape(_names("action maxQueueSize method waitUrl waitUrlMethod workflowSid"), text=True),
    "Leave": Shape(),
    "Redirect": Shape(_names("method"), text=True),
    "Hangup": Shape(),
    "Reject": Shape(_names("reason")),
    "Refer": Shape(_names("action method"), _names("Sip")),
    "Start": Shape(_names("action method"), _names("Recording")),
    "Recording": Shape(
        _names("channels recordingConfigurationId track trim" + _RECORDING),
    ),
    "break": Shape(_names("strength time")),
    "emphasis": Shape(_names("level"), SSML, text=True),
    "lang": Shape(frozenset({_XML_LANG}), SSML, text=True),
    "p": Shape(holds=SSML, text=True),
    "phoneme": Shape(_names("alphabet ph"), text=True),
    "prosody": Shape(_names("pitch rate volume"), SSML, text=True),
    "s": Shape(holds=SSML, text=True),
    "say-as": Shape(_names("format interpret-as"), text=True),
    "sub": Shape(_names("alias"), text=True),
    "w": Shape(_names("role"), SSML, text=True),
}


@dataclass(frozen=True)
class Rule:
    """What an attribute's value may be, and the carrier's number for a wrong one (contract 3.4)."""

    code: int
    choices: frozenset[str] = NOTHING
    least: int | None = None
    most: int | None = None
    repeated: bool = False  # a list of choices, separated by spaces

    def allows(self, value: str) -> bool:
        """Whether the carrier would take this value."""
        if self.choices and self.repeated:
            return frozenset(value.split()) <= self.choices
        if value in self.choices:
            return True
        if self.least is None:
            return not self.choices
        return value.isdecimal() and self.least <= int(value) <= (self.most or 10**9)


_BOOLEAN = _names("true false")
_METHOD = _names("GET POST")
_CALL_EVENTS = Rule(12200, _names("initiated ringing answered completed"), repeated=True)
_RECORDING_EVENTS = Rule(12200, _names("in-progress completed absent"), repeated=True)

RULES: dict[tuple[str, str], Rule] = {
    ("Pause", "length"): Rule(13910, least=1),
    ("Play", "loop"): Rule(13410, least=0),
    ("Say", "loop"): Rule(13510, least=0),
    ("Gather", "input"): Rule(12200, _names("dtmf speech"), repeated=True),
    ("Gather", "method"): Rule(13312, _METHOD),
    ("Gather", "timeout"): Rule(13313, _names("auto"), least=0, most=600),
    ("Gather", "numDigits"): Rule(13314, least=1, most=1000),
    ("Gather", "finishOnKey"): Rule(13310, _names("0 1 2 3 4 5 6 7 8 9 # *") | {""}),
    ("Gather", "speechTimeout"): Rule(13327, _names("auto"), least=1, most=60),
    ("Gather", "actionOnEmptyResult"): Rule(13338, _BOOLEAN),
    ("Gather", "profanityFilter"): Rule(12200, _BOOLEAN),
    ("Record", "method"): Rule(13610, _METHOD),
    ("Record", "maxLength"): Rule(13612, least=2, most=14400),
    ("Record", "timeout"): Rule(13611, least=0, most=14400),
    ("Record", "playBeep"): Rule(13614, _BOOLEAN),
    ("Record", "trim"): Rule(13622, _names("trim-silence do-not-trim")),
    ("Record", "recordingStatusCallbackEvent"): _RECORDING_EVENTS,
    ("Dial", "method"): Rule(13210, _METHOD),
    ("Dial", "timeout"): Rule(13212, least=5, most=600),
    ("Dial", "hangupOnStar"): Rule(13213, _BOOLEAN),
    ("Dial", "timeLimit"): Rule(13216, least=1, most=86400),
    ("Dial", "answerOnBridge"): Rule(12200, _BOOLEAN),
    ("Dial", "sequential"): Rule(12200, _BOOLEAN),
    ("Dial", "trim"): Rule(12200, _names("trim-silence do-not-trim")),
    ("Dial", "record"): Rule(
        12200,
        _names(
            "do-not-record record-from-answer record-from-ringing record-from-answer-dual"
            " record-from-ringing-dual true false"
        ),
    ),
    ("Dial", "recordingStatusCallbackEvent"): _RECORDING_EVENTS,
    ("Number", "statusCallbackEvent"): _CALL_EVENTS,
    ("Client", "statusCallbackEvent"): _CALL_EVENTS,
    ("Number", "machineDetection"): Rule(12200, _names("Enable DetectMessageEnd")),
    ("Conference", "muted"): Rule(13231, _BOOLEAN),
    ("Conference", "startConferenceOnEnter"): Rule(13232, _BOOLEAN),
    ("Conference", "endConferenceOnExit"): Rule(13230, _BOOLEAN),
    ("Conference", "beep"): Rule(13233, _names("true false onEnter onExit")),
    ("Conference", "maxParticipants"): Rule(13234, least=2, most=250),
    ("Conference", "record"): Rule(12200, _names("do-not-record record-from-start true false")),
    ("Conference", "statusCallbackEvent"): Rule(
        12200, _names("start end join leave mute hold modify speaker announcement"), repeated=True
    ),
    ("Conference", "recordingStatusCallbackEvent"): _RECORDING_EVENTS,
    ("Redirect", "method"): Rule(13710, _METHOD),
    ("Reject", "reason"): Rule(13810, _names("rejected busy")),
    ("Enqueue", "method"): Rule(14201, _METHOD),
}

"""Every figure of the simulated carrier: without this file its limits and pace would be scattered guesses."""

from __future__ import annotations

# --- Pace of speech and of the network (ours: the contract leaves them open; fixed, so that a call is deterministic)
CHINESE_CHARACTERS_PER_SECOND = 4.5
LATIN_CHARACTERS_PER_SECOND = 14.0
SHORTEST_UTTERANCE = 0.4  # seconds
SPEECH_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.25, "x-fast": 1.5}
BREAK_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.0}
TONE_SECONDS = 0.2  # one key held down
WEB_SECONDS = 0.1  # a web request and its answer, when the clock is turned by hand
UNKNOWN_MEDIA_SECONDS = 5.0
MP3_BYTES_PER_SECOND = 4000  # 32 kbit/s, telephone quality

# --- Ringing
SETUP_SECONDS = 1.0  # from "initiated" to "ringing"
RING_CYCLE_SECONDS = 5.0  # 1 s of tone and 4 s of silence, the mainland cadence
ANSWER_AFTER = 4.0  # a telephone that answers by habit
VOICEMAIL_AFTER = 15.0
DIAL_TIMEOUT = 30.0  # section 5.3, Dial timeout
DIAL_TIMEOUT_EXTRA = 5.0  # section 5.3: "Twilio adds 5 s"
CALL_TIMEOUT = 60.0  # section 6, Calls Timeout
LONGEST_CALL = 14400.0  # section 5.3, Dial timeLimit
CALLS_PER_SECOND = 1.0  # section 6.2

# --- Answering machines (section 2.7)
VOICEMAIL_GREETING = "您好，我现在不方便接听电话，请在提示音后留言。"
VOICEMAIL_RECORDS_SECONDS = 30.0
HUMAN_DETECTION_SECONDS = 3.0
MACHINE_DETECTION_SECONDS = 4.0
MACHINE_DETECTION_TIMEOUT = 30.0

# --- Webhooks (section 3.1 and 3.2)
CONNECT_TIMEOUT_MS = 5000
READ_TIMEOUT_MS = 15000
TOTAL_TIMEOUT_MS = 15000
RETRIES = 1
RETRY_POLICY = "ct"
MOST_REDIRECTS = 10  # section 1.6
LARGEST_DOCUMENT = 64 * 1024  # section 3.4, 11750
REORDER_SECONDS = 3.0  # how long a callback that is to arrive late is kept back at most

# --- Verbs (section 5.3)
GATHER_TIMEOUT = 5.0
LONGEST_SPEECH = 60.0
RECORD_TIMEOUT = 5.0
RECORD_LENGTH = 3600.0
BEEP_SECONDS = 0.5
RECORDING_READY_AFTER = 2.0  # "The file may not exist yet" (section 2.5)
LONGEST_SAY_ENCODED = 4500  # characters after URL encoding, error 13521
ENDLESS_LOOP = 1000  # loop="0"
QUEUE_SIZE = 1000
LARGEST_QUEUE = 5000
QUEUE_NAME_LENGTH = 64
LARGEST_CONFERENCE = 250
CONFIDENCE = "0.91"

# --- REST (section 6)
INLINE_TWIML = 4000
SEND_DIGITS = 32
LONGEST_TIMEOUT = 600
LONGEST_TEXT = 1600
TEXT_SENT_AFTER = 1.0
TEXT_DELIVERED_AFTER = 2.0
UCS2_SEGMENT = 70
LATIN_SEGMENT = 160
PAGE_SIZE = 50
TRANSCRIBED_AFTER = 20.0  # ours: the carrier names no time
SHORTEST_TRANSCRIBED = 2  # seconds
HANGING_REQUEST_SECONDS = 30.0  # how long a REST request that is to time out is left hanging

# --- Browser phones (section 8)
LONGEST_TOKEN = 86400.0  # seconds, error 20157
DEVICE_PULSE = 2.0  # how soon a closed page is noticed, seconds
DEVICE_GRACE = 4.0  # how long a page that lost its connection may take to come back

# --- Practice phones
PATIENCE = 60.0  # how long a person listens for a sentence before giving up
END_SENTENCE = "We're sorry, an application error has occurred. Goodbye."  # section 2.9
UNOBTAINABLE = "您拨打的号码是空号，请查证后再拨。"

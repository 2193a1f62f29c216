"""Writes docs/emulator-coverage.md from the code: `python -m emulator.coverage_page`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from emulator.covering_tests import covering_tests
from emulator.line.coverage import MESSAGING, NOT_EMULATED_INSIDE, VOICE, Element, Level
from emulator.twilio import (
    calls,
    conferences,
    invitations,
    media,
    members,
    messages,
    participants,
    phone_numbers,
    queues,
    recordings,
    wire,
)

PAGE = Path(__file__).parent.parent / "docs" / "emulator-coverage.md"
TEXTS = "texts:"
"""Before the name of an element that stands in the answer to a text, in the marks of tests."""
EMULATED_RESOURCES = (
    "Accounts", "Calls", "Conferences", "IncomingPhoneNumbers", "Messages", "Queues", "Recordings",
)  # fmt: skip

# ruff: noqa: E501 - the lines of the page are not the lines of the code

HEAD = """# What the emulator does, and what it does not

This page is made from the code by `.venv/bin/python -m emulator.coverage_page`; a test keeps the two together.

The emulator is a stand-in for a desk and for tests. **It has no audio, no carriers, no prices and no real numbers.** It
knows one account, delivers every text, and charges nothing. What it does, it does by Twilio's documents; where they
leave a choice, the choice is below.

There are three cases:

1. What is not TwiML, or has a wrong value, gets Twilio's warning or error with its number.
2. What is real Twilio but not emulated stops the call, or is answered with HTTP status 501, and shows an alert of kind
   `emulator` that names it. It never borrows one of Twilio's numbers.
3. Everything else works as described.
"""

GAPS = """## Behaviour of Twilio that is not emulated

| Behaviour | What happens instead |
|---|---|
| STOP, START, HELP and the refusal 21610 | the text reaches the app, with an alert |
| The place (`e`) and `sni` of connection overrides | checked, and without effect |
| Calls between the account's own numbers | they fail, with an alert; texts arrive |
| Callers who withhold their number (`anonymous`, `unknown`), clients and SIP addresses | people call from phone numbers |
| Fetching all `<Play>` files of a `<Gather>` before it begins | each is fetched when its turn comes |
| `EarlyMedia`, `Region`, `JitterBufferSize` and `ConferenceTrim` of somebody called into a conference | taken, and without effect: there is no audio |
| Digest passwords in a webhook's URL (Basic ones work) | the webhook fails with 11200 |
| Queues by rate (one call a second, one segment a second), 20429 | nothing is limited |
| `ValidityPeriod` | checked, and without effect: nothing waits |
| The conference event `speaker`, and the sound of muting, holding, coaching and beeps | they are shown, not heard: there is no audio |
| `AnnounceUrl` of a conference | is requested for each participant, not once |
| Caching of TwiML and media by ETag | everything is fetched each time |
| The sound of a recording | a hum of its length: there is no audio. `trim` counts in `<Record>`, where people are known to be silent; in `<Dial>` and for calls it is checked, as are tracks |
| Sound of more than 69 minutes in one channel, 34 in two | 501: it would take more than 64 MB |
| Transcriptions | `transcribe="true"` stops the call, the resource is 501 |
| Recordings that are encrypted, or deleted and still shown (`IncludeSoftDeleted`) | none are; 501 |
| Fax machines that answer, `machine_end_silence`, `machine_end_other` | people and answering machines that beep are all there is |
| `MachineDetectionSpeechThreshold`, `…SpeechEndThreshold`, `…SilenceTimeout` | checked, and without effect: there is no audio to measure |
| `ForwardedFrom`, `CallerName`, `CallToken`, `StirVerstat`, `StirStatus`, `RawDlrDoneDate`, `AddOns` | not sent: nobody forwards, names or vouches for a caller |
| Staying logged in to a server that asked for a Basic password | each request is refused once and repeated with it |
| City, state and zip of a number | sent empty, as Twilio often does |
| HMAC-SHA256 signatures with shared keys | webhooks are signed with the auth token and HMAC-SHA1 |
"""

CHOICES = """## Choices where Twilio's documents leave one

| Matter | What the emulator does | Source or reason |
|---|---|---|
| Order of status callbacks | one after the other, in the order of the events | docs/messaging/guides/track-outbound-message-status: Twilio promises no order; this is one it can produce |
| Time between the states of a text | 0.1 s each | only the order is documented (outbound-message-status-in-status-callbacks) |
| Length of speech | 12 characters a second, at least one second | there is no audio |
| Keys before a `<Gather>` begins, or while a `<Dial>` rings | dropped | not documented |
| Empty result with `actionOnEmptyResult` | `Digits` is sent empty | not documented |
| Empty result of `<Gather>` with `input="speech"` | `SpeechResult` is sent empty; with keys allowed as well, `Digits` is | not documented |
| `Confidence` of words | 0.9 | they are typed; docs/voice/twiml/gather: do not rely on it |
| Words in a `<Gather>` | they end after `speechTimeout` without more, with `auto` at the first pause, after a minute in any case; keys that come after the first word count for nothing | docs/voice/twiml/gather |
| Reports on words that are still spoken | `SequenceNumber`, `StableSpeechResult` (what is final) and `UnstableSpeechResult` beside the fields of the call | the page names the last one only; handlers in public repositories read the others |
| `speechTimeout="auto"` with a `speechModel` (13335) | the `timeout` counts | not documented |
| The beep of `<Record>` | takes no time | not documented |
| Who talks in a `<Record>` | the caller does from the beep on, until a key, the end of the call or "Fall silent" on the page; words end a silence | there is no audio |
| A recording of nothing but silence | is kept whole, and the action is asked | docs/voice/twiml/record: silent recordings are kept by default |
| A recording of less than half a second | is absent (16101); the action is not asked, also not upon a hang-up, and the next verb runs | the page's older form for `<Record>`; docs/api/errors/16101 does not say how short |
| `Digits` for a `<Record>` that ended by itself | sent empty | not documented |
| Which verbs answer an incoming call | all that play, say, dial or listen, and `<Hangup>`; `<Pause>` at its end, `<Dial answerOnBridge>` once somebody answers; not `<Redirect>` and `<Reject>`, so that the document after a `<Redirect>` may still refuse the call | docs/voice/twiml/reject: nothing is answered if it is the first verb; a redirect plays nothing |
| An incoming call that nobody answers | ends after the four hours that a call may last | not documented |
| `DialCallStatus` when the caller hangs up | `completed` when they talked with somebody, `answered` in a conference, `canceled` before | not documented |
| A whisper (`url` of `<Number>`) that hangs up, or that cannot be had or run | nobody is connected, `DialCallStatus` is `no-answer`; for a bad one the called person hears the apology | not documented |
| A `<Number>` whose `url` leads nowhere (11100) | is left out, the others ring; if none is left `DialCallStatus` is `failed` | not documented |
| A wait document of a queue that cannot be had or run | `QueueResult` is `error`; then the action or the next verb. The call's fallback URL is not asked | docs/voice/twiml/enqueue has the result, not the cause |
| Fallback URL after a REST redirect | the one of that request, none if it has none | not documented |
| `<Conference>` or `<Queue>` beside another noun (13000, 13215) | nobody is dialled and `DialCallStatus` is `failed`; then the action or the next verb | docs/api/errors/13000 is a warning and does not say what goes on |
| A status callback in TwiML that leads nowhere | a warning (13256 for recordings, 14105 for texts, otherwise 12200), and nothing is reported | a number is documented for these two |
| `version` of `<Response>` | one that is no version of the API is 12101 | docs/api/errors/12101 does not name the values |
| A call that reaches its own time limit within a verb | the action of `<Record>`, `<Enqueue>` or `<Dial>` is told as if the person had hung up; its answer is not used | not documented |
| A call that is sent elsewhere during a `<Record>` | the recording is kept, the action is not asked | not documented |
| When a recording is completed | at once | Twilio takes a moment; only the order is documented |
| `RecordingUrl` in the last report of a call | for calls placed with `Record=true` | docs/voice/api/call-resource |
| `record-from-ringing` when nobody answers | the ringing is a recording, and the action is told | not documented |
| A `<Play>` of a `RecordingUrl` | takes as long as the recording; nothing is fetched | the URL is Twilio's own, which the emulator stands for |
| Another recording of a call through REST while one is going on | 16108 | docs/api/errors/16108 |
| How long it takes to find out who answered | a person 2 s, a machine 4 s, the end of its greeting 10 s; `unknown` when `MachineDetectionTimeout` (1 to 120 s) is shorter | only the order is documented (docs/voice/answering-machine-detection) |
| `AnsweredBy` and `MachineDetectionDuration` | in the first request for the document, in the reports after it is known, and in the asynchronous one | docs/voice/answering-machine-detection |
| Keys of `SendDigits` | sound before the document is asked for | docs/voice/api/call-resource: after connecting |
| A `<Play>` whose file cannot be had | an alert, then the next verb | not documented |
| Failures to connect: refused, DNS, TLS, no answer in 15 s or in the `rt` of a connection override | all of them are 11205 | docs/api/errors/11205; Twilio has finer numbers for some |
| No answer in the total time (`tt`) of a connection override | 11203 | docs/api/errors/11203 |
| Numbers of connection overrides beyond their limits, and unknown names | the default is used, with an alert | a number is documented for `e` (11240, 11241, 11242) and `rp` (11243) only |
| Redirects of a webhook's request | the first URL's connection overrides and idempotency token hold for all of them | not documented |
| Cookies of a status report on a text | those of the two numbers, in the direction of the text | docs/messaging/twiml has them for each pair of numbers |
| `Max-Age` and `Expires` of a cookie | count on the system's clock; the four idle hours count on the emulator's | the cookie jar is aiohttp's |
| Refusals whose number is not documented (a `Twiml` over 4,000 characters, a wrong `PageSize`, `TimeLimit` or call `Status`, wrong wishes for a recording or for machine detection) | status 400 with code 400 | Twilio's SDK takes the status where there is no number |
| Documents in a row in which nothing takes time | at most 100, then the call ends with an alert | Twilio documents no limit for calls |
| An empty answer to a call | the call is answered and ends | documented for chunked answers only (11770) |
| `ErrorUrl` of a request to the fallback URL | the URL that failed, or that leads nowhere | docs/usage/security/availability-reliability |
| Blanks and letters beyond ASCII in a URL | taken, and percent-encoded in the request | numbers have such URLs; docs/api/errors/11100 asks for encoded ones |
| A Basic password after a redirect | goes along to the same scheme, host and port only | not documented; the safer way |
| Fallback URL | used once in a call or text | docs/usage/security/availability-reliability says when, not how often |
| Answers of type audio to a call | up to 40 MB | docs/voice/twiml has a limit of 64 kB for documents only |
| `action` of `<Message>` | gets the fields of a report on the text with the status `sending`; `invalid` and no SID when it cannot be sent | docs/messaging/twiml/message names the two fields, the page's older form the two statuses |
| `statusCallback` and `action` of `<Message>` | `action` leads on, `statusCallback` is told, whatever the kind of text | docs/messaging/twiml/message: which of them is told depends on the kind of text; set both |
| After the fiftieth document for a text (14106) | a warning; the fallback URL is not asked | docs/api/errors/14106 is a warning |
| Quick replies between two numbers (14107) | from the sixteenth on they fail, and count as well, until half a minute passes without one | docs/api/errors/14107 |
| `sms_application_sid`, `voice_application_sid` of a number | null | the schema of Twilio's OpenAPI description allows no empty text, its examples have one |
| Messaging services | two are known: `MG` with 32 zeros, and the one that `TWILIO_MESSAGING_SERVICE_SID` names; each sends from the line; texts that come in are the number's and name no service | their own REST API is not emulated |
| `SendAt` without a zone; without `ScheduleType` | the time is UTC; 35126, and nothing is sent | not documented; the safer way |
| HTTP status of 30400, 30409, 35111, 35114, 35118 and 35126 | 400 | docs/api/errors has the numbers only |
| Files of a message's media | anybody may fetch them, and is sent on (307) to the URL that the sender gave | docs/usage/security: public unless the account's owner locks them |
| Type of media | guessed by the name in the URL, otherwise image/jpeg | nothing is fetched |
| A redacted text | its words leave the page and the requests about it; the TwiML that a reply came from stays | the list of requests is the emulator's own |
| Feedback on a message | taken whether or not `ProvideFeedback` was given | not documented |
| `<Leave>` outside a queue | a warning (12200), then the next verb | not documented |
| A wait document of a queue that takes no time | is asked for again after a second | docs/voice/twiml/enqueue: it is requested again when it runs out, not how often |
| `maxQueueSize` | holds for the call that joins; a queue that is made for it gets this size | named by Twilio's SDK only |
| `<Enqueue>` without a name, with one that is too long, or with a `waitUrl` that is no URL (14204, 14205, 14202) | `QueueResult` is `error`; then the action or the next verb | docs/voice/twiml/enqueue: the TwiML contained an error |
| `Hangup` in the wait document of a queue | the action is told `hangup`; its answer is not used | not documented |
| Leaving a queue by a REST redirect | the action is told `redirected` or `redirected-from-bridged`; its answer is not used | docs/voice/twiml/enqueue: the request is made at once, not whose TwiML runs |
| Who takes a caller out of a queue and hangs up during the announcement | the caller's action is told `bridging-in-process` | not documented |
| The announcement of `<Queue url>` cannot be had | an alert, then they are connected | not documented |
| `DialCallStatus` of a queue that does not exist, and of one that stays empty for the `timeout` | `failed`; `no-answer`, without the five seconds that ringing gets | docs/voice/twiml/queue: an error status |
| What the action of a `<Dial>` into a queue gets | `DialCallSid`, `DialCallDuration`, `DialBridged`, `QueueSid`, `DequeueResult` (`bridged`), `DequeuedCallSid`, `DequeuedCallQueueTime`, `DequeuedCallDuration` | the last five as programs of others read them |
| Names of queues and conferences | upper and lower case differ | not documented |
| Refusals of Queues: a name twice, calls in a queue that is deleted | status 400 with code 400 | the numbers are not documented |
| `Front` among the Members of a queue | stands for the call at its head, also to fetch it | examples of Twilio's OpenAPI description |
| The `waitUrl` of a conference fails, or a call cannot join it (13237, 13240, 16020, 16023, 16025) | `DialCallStatus` is `failed`; then the action or the next verb | docs/voice/twiml/conference: the call goes on, not with which status |
| Requests for the wait, hold and announcement documents of a conference | carry the call's fields only | not documented |
| Hold music | silence at the end of its document, as with `waitUrl` | not documented |
| Reports on a conference | those that the first participant asks for, also if that is none; numbered from 1 | docs/voice/twiml/conference: the first participant sets them |
| `maxParticipants` | holds for the call that joins | not documented |
| Who leaves a conference by `*` or the time limit | `ReasonParticipantLeft` is `participant_hung_up` | no other of the documented reasons fits |
| Removing a participant through the API | their call goes on after its `<Dial>` | not documented |
| `record` of a `<Dial>` into a conference | records this call as long as it takes part; `record` of `<Conference>` records the conference | not documented |
| The recording of a conference | belongs to the call that joined first | docs/voice/twiml/conference names no call |
| Alphanumeric senders to numbers that begin with +1 | 21612 | docs/messaging/twiml/message: not for the United States and Canada |

Unless a row says otherwise the sources are Twilio's OpenAPI description of the 2010-04-01 API for REST, and
twilio.com/docs/voice/twiml/… and messaging/twiml/… for each verb by its name.
"""

OTHERS = """## Test credentials

`TEST_ACCOUNT_SID` and `TEST_AUTH_TOKEN` of `emulator/local_values.py`. Texts, calls and numbers can be created with
them, with all magic numbers of docs/iam/test-credentials; nothing is kept, sent, reported or fetched. Everything else
is 403 with 20008, also for files and lists. A messaging service is 21701. With the other credentials magic numbers
mean nothing. Lookup is not emulated.

## Key Vault and managed identity

One vault with one version of each secret, for the unmodified `SecretClient` and `ManagedIdentityCredential`: get a
secret, 404 for one that is not there, and the 401 challenge that the first request meets. Nothing can be written or
listed. The identity gives tokens for `https://vault.azure.net` only.

## The Functions host

Microsoft's own runtime package runs the functions. Ours is the HTTP front, which reads `host.json` (`routePrefix`) and
each `function.json` (routes, methods, authorisation levels). HTTP triggers only; other settings of `host.json`, CORS
and time limits have no effect. On the desk a request from another site's page is refused; Azure leaves that to CORS.
"""


def coverage_page() -> str:
    """Return the page as Markdown."""
    parts = [
        HEAD,
        "## TwiML in calls\n",
        _elements(VOICE),
        "## TwiML in answers to texts\n",
        _elements(MESSAGING),
        f"Not emulated, and found only inside verbs that are not: {_names(NOT_EMULATED_INSIDE)}.\n",
        _rest(),
        GAPS,
        CHOICES,
        OTHERS,
        _tests(),
    ]
    return "\n".join(parts)


def _elements(elements: Mapping[str, Element]) -> str:
    rows = ["| Element | Emulated | Attributes | Remark |", "|---|---|---|---|"]
    for name, element in elements.items():
        rows.append(f"| `<{name}>` | {element.level} | {_attributes(element)} | {element.remark} |")
    return "\n".join(rows) + "\n"


def _attributes(element: Element) -> str:
    by_level = {
        level: [name for name, found in element.attributes.items() if found == level]
        for level in ("yes", "partly", "no")
    }
    return "; ".join(f"{level}: {_names(names)}" for level, names in by_level.items() if names)


def names_of(prefix: str, elements: Mapping[str, Element], *levels: Level) -> list[str]:
    """Return elements and attributes at these levels as tests name them, e.g. Dial.timeout."""
    return [
        name
        for element, known in elements.items()
        if known.level in ("yes", "partly")
        for name in (
            prefix + element,
            *(f"{prefix}{element}.{a}" for a, level in known.attributes.items() if level in levels),
        )
    ]


def _tests() -> str:
    tests = covering_tests()
    rows = ["## The tests that show it\n", "| What | Test |", "|---|---|"]
    for name in (
        *names_of("", VOICE, "yes", "partly"),
        *names_of(TEXTS, MESSAGING, "yes", "partly"),
    ):
        found = ", ".join(f"[{test}](../{path})" for path, test in tests.get(name, [])[:3])
        if found:
            rows.append(f"| `{name}` | {found} |")
    return "\n".join(rows) + "\n"


def _rest() -> str:
    rows = ["## Twilio's REST API\n", "| Resource | Parameters | Not emulated |", "|---|---|---|"]
    rows += [
        _row("Messages: create", messages.EMULATED, messages.NOT_EMULATED),
        _row("Messages: list", messages.Messages.filters, ()),
        _row("Messages: update (redact, cancel)", messages.UPDATES, ()),
        _row("Messages: fetch, delete", (), ()),
        _row("Messages/Media: list", media.MessageMedia.filters, ()),
        _row("Messages/Media: fetch, delete, the file itself", (), ()),
        _row("Messages/Feedback: create", ("Outcome",), ()),
        _row("Calls: create", calls.EMULATED, calls.NOT_EMULATED),
        _row("Calls: list", calls.Calls.filters, ()),
        _row("Calls: update (end, redirect)", calls.UPDATES, ()),
        _row("Calls: fetch, delete", (), ()),
        _row("Calls/Recordings: create", recordings.CREATE, ()),
        _row("Calls/Recordings: list", recordings.CallRecordings.filters, ()),
        _row("Calls/Recordings: update (pause, go on, stop)", recordings.UPDATE, ()),
        _row("Calls/Recordings: fetch, delete", (), ()),
        _row(
            "Recordings: list",
            recordings.Recordings.filters,
            recordings.Recordings.missing_filters,
        ),
        _row("Recordings: fetch, delete, the sound as WAV and MP3", (), ()),
        _row(
            "IncomingPhoneNumbers: create, update",
            phone_numbers.EMULATED,
            phone_numbers.NOT_EMULATED,
        ),
        _row(
            "IncomingPhoneNumbers: list",
            phone_numbers.PhoneNumbers.filters,
            phone_numbers.PhoneNumbers.missing_filters,
        ),
        _row("IncomingPhoneNumbers: fetch, delete", (), ()),
        _row(
            "IncomingPhoneNumbers/Local, Mobile, TollFree: create, list",
            phone_numbers.EMULATED,
            phone_numbers.NOT_EMULATED,
        ),
        _row("Queues: create, update", queues.EMULATED, ()),
        _row("Queues: fetch, list, delete", (), ()),
        _row("Queues/Members: fetch, list", (), ()),
        _row("Queues/Members: update (send elsewhere)", members.UPDATES, ()),
        _row("Conferences: list", conferences.Conferences.filters, ()),
        _row("Conferences: fetch, update (end, announce)", conferences.UPDATES, ()),
        _row("Conferences/Recordings: fetch, list, delete", (), ()),
        _row("Conferences/Participants: create", invitations.EMULATED, invitations.NOT_EMULATED),
        _row("Conferences/Participants: list", participants.Participants.filters, ()),
        _row("Conferences/Participants: update", participants.UPDATES, ()),
        _row("Conferences/Participants: fetch, delete", (), ()),
        _row("Accounts: fetch, list, update", ("FriendlyName",), ("Status",)),
    ]
    missing = [name for name in wire.ACCOUNT_PARTS.values() if name not in EMULATED_RESOURCES]
    rows.append(
        f"\nNot emulated at all (501): subaccounts, {_names(missing)}, everything else below a"
        " single message, call or number, other channels than SMS, and answers in XML.\n"
    )
    return "\n".join(rows)


def _row(what: str, emulated: Iterable[str], missing: Iterable[str]) -> str:
    return f"| {what} | {_names(emulated)} | {_names(missing)} |"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(coverage_page())

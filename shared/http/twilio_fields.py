"""Names of the fields that Twilio sends about a call or a text.

Twilio signs a URL with its query, so a field in the query may come from the author of the URL
instead of from Twilio. No parameter of the app's own functions has one of these names.
Sources: Twilio's pages on messaging and voice webhooks, and on the TwiML verbs.
"""

import re
from functools import cache

_PLACE = "(?:City|State|Zip|Country)?"
# One pattern for each group of fields.
PATTERNS = (
    # Both
    f"(?:From|To|Caller|Called){_PLACE}",
    "AccountSid|ApiVersion|AddOns|Error(?:Code|Url|Message)",
    # Texts
    "(?:Sms|Message|SmsMessage)(?:Sid|Status)|MessagingServiceSid|OptOutType|Body|RawDlrDoneDate",
    "NumMedia|NumSegments|Media(?:Url|ContentType)[0-9]+",
    "ProfileName|WaId|Forwarded|FrequentlyForwarded|(?:Referral|OriginalRepliedMessage)[A-Z].*",
    "Button(?:Payload|Text|Type)|InteractiveData|FlowData|Channel[A-Z].*|EventType",
    "Latitude|Longitude|Address|Label",
    # Calls
    "(?:Parent)?CallSid|Call(?:Status|Token|Duration)|CallerName|Direction|Duration",
    "ForwardedFrom|CalledVia|msg",
    "Stir[A-Z].*|Sip[A-Z].*|Timestamp|SequenceNumber|CallbackSource",
    "Digits|FinishedOnKey|(?:Unstable)?SpeechResult|Confidence|Stability|LanguageCode",
    "AnsweredBy|MachineDetectionDuration",
    "(?:Recording|Transcription|Dial|Refer|Stream|Payment|Participant)[A-Z].*",
    "(?:Refer|Notify)SipResponseCode",
    # Queues and conferences
    "Queue(?:Sid|Time|Position|Result)|AvgQueueTime|(?:Current|Max)QueueSize|Deque[A-Za-z]+",
    "ConferenceSid|FriendlyName|StatusCallbackEvent|Reason[A-Z].*|CallSidEndingConference",
    "(?:Start|End)Conference(?:OnEnter|OnExit)|Muted|Hold|Coaching",
)


def is_twilio_field(name: str) -> bool:
    """Return whether Twilio sends a field with this name; names are case-sensitive."""
    return bool(_pattern().fullmatch(name))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(PATTERNS))

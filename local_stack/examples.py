"""The examples on the page: how to answer a number, and commands that call the functions."""

from collections.abc import Callable
from urllib.parse import urlencode

from deskphone.values import HANDSETS
from local_stack.values import FUNCTION_KEY

OWNER = HANDSETS[1]
"""The person who gets the line's calls and texts."""


SOFTPHONE = "mgeiplngaghpmokhfhkpgihgmokemjpk"
"""The identity of the softphone: the app derives it from LOCAL_PRINCIPAL_ID and the link key."""


def _address(function: str, parameters: dict[str, str]) -> str:
    return f"{function}?{urlencode(parameters)}"


VOICEMAIL = _address(
    "TwimlVoicemail",
    {"Notify": OWNER, "Message": "We can't take your call. Please leave a message after the beep."},
)
FORWARD = _address("TwimlForward", {"PhoneNumber": OWNER, "FailUrl": VOICEMAIL})
MENU = {
    "Message": "Press 1 to talk to us, or 2 to leave a message.",
    "Options[1]": FORWARD,
    "Options[2]": VOICEMAIL,
}
CLIENT = _address("TwimlClient", {"Identity": SOFTPHONE, "Notify": OWNER})
QUEUE = {"Name": "support", "Message": "Please hold.", "Notify": OWNER}
KEYWORDS = {"Keywords[hours]": "We are open from 9 to 5.", "Message": "Text HOURS."}

VOICE_EXAMPLES = (
    ("Hello", "TwimlHello"),
    ("A message", _address("TwimlMessage", {"Message": "We are closed today."})),
    ("A menu", _address("TwimlMenu", MENU)),
    ("Forward, then voicemail", FORWARD),
    ("Voicemail", VOICEMAIL),
    ("A queue", _address("TwimlQueue", QUEUE)),
    ("An agent of the queue", _address("TwimlAgent", {"Name": "support"})),
    ("The softphone, then voicemail", CLIENT),
    ("A conference", _address("TwimlConference", {"Name": "meeting"})),
)
TEXT_EXAMPLES = (
    ("Reply", "TwimlReply"),
    ("Reply by keyword", _address("TwimlReply", KEYWORDS)),
    ("Forward", _address("TwimlReply", {"Forward": OWNER})),
)


def commands(
    answers_url: str, has: Callable[[str], bool] = lambda function: True
) -> tuple[tuple[str, str], ...]:
    """Return pairs of a title and a command; {handset} stands for the current handset's number.

    `has` says whether the app has a function of this name.
    """
    send = f"curl -X POST {answers_url}/%s -H 'x-functions-key: {FUNCTION_KEY}' -d '%s'"
    texts = ("Text this handset", "SendSms", '{"to":"{handset}","body":"Hello"}')
    calls = ("Call it", "PlaceCall", '{"to":"{handset}"}')
    return tuple(
        (title, send % (function, body))
        for title, function, body in (texts, calls)
        if has(function)
    )

"""STOP, START and HELP: what Twilio does with such a text before it calls the app.

Keywords and replies are Twilio's defaults for ordinary numbers (long codes) and messaging services
(docs/messaging/tutorials/advanced-opt-out, and Twilio's help page on opt-out keywords). The wording
of the replies is quoted from other pages and unconfirmed.
"""

from collections.abc import Callable
from typing import Literal

from deskphone.account.store import Store
from deskphone.line.texts.replies import Reply
from deskphone.records.message import Message

Keyword = Literal["STOP", "START", "HELP"]

WORDS: dict[str, Keyword] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL"), "STOP"),
    **dict.fromkeys(("END", "QUIT", "REVOKE", "OPTOUT"), "STOP"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}
ANSWERS: dict[Keyword, str] = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from "
    "this number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP "
    "for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def keyword_of(body: str) -> Keyword | None:
    """Return the keyword if the whole body is one, in any case."""
    return WORDS.get(body.strip().upper())


def obey(text: Message, store: Store, answer: Callable[[Reply], Message]) -> Keyword | None:
    """Opt the sender of an incoming text out or in; return its keyword, if any.

    Twilio only replies if something changes. `answer` sends the reply regardless of opt-outs.
    """
    keyword, person = keyword_of(text.body), text.sender or ""
    senders = [text.to, *filter(None, [text.messaging_service_sid])]
    is_new = True
    if keyword == "STOP":
        is_new = store.opt_outs.add(person, senders)
    elif keyword == "START":
        is_new = store.opt_outs.remove(person, senders)
    if keyword is not None and is_new:
        answer(Reply(ANSWERS[keyword], to=person, sender=text.to))
    return keyword

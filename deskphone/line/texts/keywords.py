"""STOP, START and HELP: what Twilio does with such a text itself, before the app hears of it.

Words and answers are Twilio's default, for ordinary numbers (long codes) and for messaging services
(docs/messaging/tutorials/advanced-opt-out, and Twilio's help page on opt-out keywords). What the
answers say is as other pages quote it: unconfirmed.
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
    """What a text asks of Twilio: its whole body is one of the words, in any case."""
    return WORDS.get(body.strip().upper())


def obey(text: Message, store: Store, answer: Callable[[Reply], Message]) -> Keyword | None:
    """Note the opt-out that an incoming text is, or ends; return which keyword it is, if it is one.

    Twilio answers it once: not who has opted out, or in, already. `answer` sends, whatever the
    opt-outs are.
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

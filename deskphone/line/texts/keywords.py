"""STOP, START and HELP: what Twilio does by itself about a text, before the app hears of it."""

from collections.abc import Callable

from deskphone.account.opt_outs import ANSWERS, Keyword, keyword_of
from deskphone.account.store import Store
from deskphone.line.texts.replies import Reply
from deskphone.records import Message


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

"""Texts sent by TwiML, and when Twilio refuses them."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from deskphone.account.phone_numbers import is_alphanumeric, is_other_channel
from deskphone.account.store import Store
from deskphone.records.message import BODY_LIMIT, MEDIA_LIMIT, OPTED_OUT, OPTED_OUT_REFUSAL
from deskphone.twiml.source import GapError, Source

LOOP_PAUSE = timedelta(seconds=30)
LOOP_REPLIES = 15
"""How many replies between two numbers, each within the pause after the previous one, are sent
(twilio.com/docs/api/errors/14107)."""
PAIRS_LIMIT = 1000


@dataclass(frozen=True)
class Reply:
    """A <Message>; `to` and `sender` default to the person who wrote and the number they wrote to.

    With `action`, that URL's document comes next, instead of the rest of this one.
    """

    body: str
    media: tuple[str, ...] = ()
    to: str = ""
    sender: str = ""
    status_callback: str = ""
    action: str = ""
    method: str = "POST"


def read_numbers(source: Source) -> tuple[str, str]:
    """Return the attributes `to` and `from`; raise GapError for a channel other than SMS."""
    to, sender = source.value("to"), source.value("from")
    if is_other_channel(to) or is_other_channel(sender):
        raise GapError("A text on a channel other than SMS")
    return to, sender


def problem_of(reply: Reply, store: Store) -> tuple[int, str] | None:
    """Return the code and message of Twilio's refusal of a text, or None if it sends it.

    `reply` is complete: both numbers in E.164, and absolute URLs.
    """
    if reply.to in ("", reply.sender):
        return 14101, "The 'to' attribute isn't a phone number that can get texts"
    if store.number(reply.sender) is None and not is_alphanumeric(reply.sender):
        return 14102, "The 'from' attribute isn't one of the account's numbers"
    if not reply.body and not reply.media:
        return 14103, "The text has neither body nor media"
    if len(reply.body) > BODY_LIMIT:
        return 21617, f"The text has more than {BODY_LIMIT} characters"
    if len(reply.media) > MEDIA_LIMIT:
        return 21623, f"The text has more than {MEDIA_LIMIT} media files"
    if store.opt_outs.has(reply.to, reply.sender):
        return OPTED_OUT, OPTED_OUT_REFUSAL
    if store.trial:
        refusal = store.trial.reply_refusal(reply.to)
        return refusal.code, refusal.message
    return None


class ReplyLoops:
    """Counts the replies between two numbers in quick succession."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, str], tuple[datetime, int]] = OrderedDict()

    def is_loop(self, sender: str, to: str, now: datetime) -> bool:
        """Count a reply; return whether it is one too many."""
        before, count = self._last.pop((sender, to), (now, 0))
        count = count + 1 if now - before < LOOP_PAUSE else 1
        self._last[sender, to] = (now, count)
        if len(self._last) > PAIRS_LIMIT:
            self._last.popitem(last=False)
        return count > LOOP_REPLIES

    def forget(self) -> None:
        """Forget all replies."""
        self._last.clear()

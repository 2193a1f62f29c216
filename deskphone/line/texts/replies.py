"""Texts that TwiML sends: what Twilio makes of them, and what it refuses."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from deskphone.account.phone_numbers import is_alphanumeric
from deskphone.account.store import Store
from deskphone.records.message import BODY_LIMIT, MEDIA_LIMIT, OPTED_OUT, OPTED_OUT_REFUSAL

LOOP_PAUSE = timedelta(seconds=30)
LOOP_REPLIES = 15
"""Replies between two numbers, each less than the pause after the one before, that are sent
(twilio.com/docs/api/errors/14107)."""
PAIRS_LIMIT = 1000


@dataclass(frozen=True)
class Reply:
    """A <Message>; `to` and `sender` may be empty: the person who wrote, the number that got it.

    With `action` that URL's document comes next, and nothing of this one.
    """

    body: str
    media: tuple[str, ...] = ()
    to: str = ""
    sender: str = ""
    status_callback: str = ""
    action: str = ""
    method: str = "POST"


def problem_of(reply: Reply, store: Store) -> tuple[int, str] | None:
    """Return the number and the sentence with which Twilio drops a text, None if it sends it.

    `reply` is complete: both numbers as they would be dialed, the URLs absolute.
    """
    if reply.to in ("", reply.sender):
        return 14101, "The attribute to is no phone number to send to"
    if store.number(reply.sender) is None and not is_alphanumeric(reply.sender):
        return 14102, "The attribute from is no number of the account"
    if not reply.body and not reply.media:
        return 14103, "The text has neither body nor media"
    if len(reply.body) > BODY_LIMIT:
        return 21617, f"The text has more than {BODY_LIMIT} characters"
    if len(reply.media) > MEDIA_LIMIT:
        return 21623, f"The text has more than {MEDIA_LIMIT} media"
    if store.opt_outs.has(reply.to, reply.sender):
        return OPTED_OUT, OPTED_OUT_REFUSAL
    return None


class ReplyLoops:
    """Counts the replies between two numbers that follow each other closely."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, str], tuple[datetime, int]] = OrderedDict()

    def is_loop(self, sender: str, to: str, now: datetime) -> bool:
        """Note a reply; return whether it is one too many."""
        before, count = self._last.pop((sender, to), (now, 0))
        count = count + 1 if now - before < LOOP_PAUSE else 1
        self._last[sender, to] = (now, count)
        if len(self._last) > PAIRS_LIMIT:
            self._last.popitem(last=False)
        return count > LOOP_REPLIES

    def forget(self) -> None:
        """Begin anew."""
        self._last.clear()

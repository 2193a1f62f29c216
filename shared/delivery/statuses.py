"""The statuses of messages, calls and recordings: their order, and which ones are final.

Twilio's reports may arrive in any order and more than once, so the last one to arrive isn't always
the latest status. Sources: Twilio's docs, Outbound Message Status in Status Callbacks, and the
StatusCallback events of the Call resource and of recordings.
"""

from typing import NamedTuple


class Life(NamedTuple):
    """The statuses of one kind of resource: `passing`, in the order they occur, and `final`."""

    passing: tuple[str, ...]
    final: frozenset[str]

    def rank(self, status: str) -> int:
        """Return how far along a status is.

        Twilio may add statuses. An unknown one ranks after the known passing ones and before the
        final ones.
        """
        if status in self.passing:
            return self.passing.index(status)
        return len(self.passing) + (status in self.final)


# A messaging service's message is scheduled or accepted until its sender is picked. `received` is
# the final status of an incoming message, `read` of one on a channel other than SMS.
MESSAGE = Life(
    passing=("scheduled", "accepted", "queued", "sending", "receiving", "sent"),
    final=frozenset(
        {"delivered", "undelivered", "failed", "canceled", "read", "received"},
    ),
)
CALL = Life(
    passing=("queued", "initiated", "ringing", "in-progress"),
    final=frozenset({"completed", "busy", "failed", "no-answer", "canceled"}),
)
RECORDING = Life(passing=("in-progress",), final=frozenset({"completed", "absent"}))

# By the first two letters of a SID; MM is a message with media.
LIVES = {"SM": MESSAGE, "MM": MESSAGE, "CA": CALL, "RE": RECORDING}


def is_final(sid: str, status: str) -> bool:
    """Whether this is a final status of the message, call or recording `sid`."""
    return status in LIVES[sid[:2]].final


def latest(sid: str, known: str, reported: str) -> str:
    """Return the current one of two statuses of `sid`; `reported` arrived after `known`.

    The first final status stays, except that `read` may follow `delivered`. Before that, the status
    that is further along wins, whichever was reported first.
    """
    if is_final(sid, known):
        return reported if (known, reported) == ("delivered", "read") else known
    life = LIVES[sid[:2]]
    return reported if life.rank(reported) >= life.rank(known) else known

"""The statuses of messages, calls and recordings: which comes later, and which is the last one.

Twilio's reports may arrive in any order and more than once, so what somebody was told last need
not be what happened last. Sources: Twilio's docs, Outbound Message Status in Status Callbacks,
and the StatusCallback events of the Call resource and of recordings.
"""

from typing import NamedTuple


class Life(NamedTuple):
    """The statuses of one kind of thing: `passing` in the order in which they come, and `final`."""

    passing: tuple[str, ...]
    final: frozenset[str]

    def rank(self, status: str) -> int:
        """How far a status is.

        Twilio may add statuses. One that is not known here says more than a known one that passes,
        and never that something is over.
        """
        if status in self.passing:
            return self.passing.index(status)
        return len(self.passing) + (status in self.final)


# A message of a messaging service is scheduled or accepted until its sender is chosen. `received`
# is the end of somebody else's message, `read` of one that is not SMS.
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
    """Whether nothing comes after this status of the message, call or recording `sid`."""
    return status in LIVES[sid[:2]].final


def latest(sid: str, known: str, reported: str) -> str:
    """Which of two statuses of `sid` is the true one; `reported` came in after `known`.

    The first final status stays, except that what was delivered may be read. Before that the one
    that is further wins, whichever was reported first.
    """
    if is_final(sid, known):
        return reported if (known, reported) == ("delivered", "read") else known
    life = LIVES[sid[:2]]
    return reported if life.rank(reported) >= life.rank(known) else known

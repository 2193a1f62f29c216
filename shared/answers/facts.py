"""What Twilio tells of a call or a text, and what each fact may be used for.

Anyone who writes a URL writes its query, and Twilio signs both: the callers of PlaceCall do, and
so does any document with a <Redirect>. Only the form is always Twilio's own.
"""

from typing import Literal, Protocol

Steering = Literal[
    "Body",  # for keywords
    "Dial",
    "DialBridged",
    "DialCallStatus",
    "DialStatus",
    "Digits",
    "QueuePosition",
    "QueueResult",
    "QueueTime",
    "RecordingUrl",
]
"""What may come from a query: it decides how the same call or text goes on, and nothing else."""

Denying = Literal["Called", "Caller", "Direction", "From", "OptOutType", "To"]
"""What may deny something when it comes from a query. To grant something it has to be posted."""


class Facts(Protocol):
    """What Twilio tells, by the three things that it may be used for."""

    def posted(self, name: str) -> str | None:
        """Return a field that Twilio posted; None without one, or with two values.

        Only this may grant something, be stored, or be sent on as words or as a number. A request
        by GET has none, whether a number is set to GET or a FailUrl was followed.
        """
        ...

    def steering(self, name: Steering) -> str | None:
        """Return a field of the form, else of the query; None without one.

        It may choose how this call or text goes on, and must not appear in what is sent.
        """
        ...

    def denying(self, *names: Denying) -> list[str]:
        """Return every value of these fields, in the form and in the query: each may deny."""
        ...

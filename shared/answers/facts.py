"""What Twilio says about a call or a text, and what each fact may be used for.

The author of a URL also writes its query, and Twilio signs both. That author may be a caller of
PlaceCall, or any document with a <Redirect>. Only the form is always Twilio's own.
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
    "RecordingSid",
    "RecordingUrl",
]
"""Fields that may come from a query: they only decide how the same call or text continues."""

Denying = Literal["Called", "Caller", "Direction", "From", "OptOutType", "To"]
"""Fields that may deny something even from a query. To grant something, they must be posted."""


class Facts(Protocol):
    """Fields from Twilio, read in one of three ways depending on their use."""

    def posted(self, name: str) -> str | None:
        """Return a field that Twilio posted, or None if it is missing or has two values.

        Only a posted field may grant something, be stored, or be sent on as words or as a number.
        A GET request has no posted fields. Twilio uses GET for numbers set to it, and for FailUrl.
        """
        ...

    def steering(self, name: Steering) -> str | None:
        """Return a field of the form, or else of the query, or None.

        It may decide how this call or text continues, but must not appear in what is sent.
        """
        ...

    def denying(self, *names: Denying) -> list[str]:
        """Return every value of these fields, in the form and the query; each may deny."""
        ...

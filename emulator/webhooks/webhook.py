"""What is asked of the app, what it answers, and what can go wrong."""

from dataclasses import dataclass


class WebhookError(Exception):
    """A webhook failed; `code` is the number that Twilio's debugger shows.

    `url` is the one that leads nowhere, "" when the one that was asked for has failed.
    """

    def __init__(self, code: int, message: str, url: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.url = url


@dataclass(frozen=True)
class Webhook:
    """What to request and what for; `resource_sid` is the text or call it belongs to."""

    resource_sid: str
    purpose: str
    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()
    signed: bool = True


@dataclass(frozen=True)
class Answer:
    """What came back. `url` is the last one after redirects, against which links in it resolve.

    It is as it was given: with its password and fragment, without the fields that a GET carries.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    location: str | None = None
    wants_password: bool = False

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

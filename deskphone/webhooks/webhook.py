"""What is asked of the app, what it answers, and what can go wrong."""

import json
from dataclasses import dataclass
from http import HTTPStatus

PROBLEM_TYPE = "application/problem+json"
PROBLEM_LIMIT = 500
"""Characters of an app's error that are shown."""


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
    `finding` says what was wrong with the signature that it refuses, "" when that is not known.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    location: str | None = None
    wants_password: bool = False
    finding: str = ""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def problem(self) -> str:
        """The sentence of a server error in the form of RFC 9457, "" for any other answer.

        A 403 names the URL that was checked, and there may be phone numbers in it.
        """
        if self.status < HTTPStatus.INTERNAL_SERVER_ERROR or self.content_type != PROBLEM_TYPE:
            return ""
        try:
            detail = json.loads(self.body)["detail"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return ""
        return detail[:PROBLEM_LIMIT] if isinstance(detail, str) else ""

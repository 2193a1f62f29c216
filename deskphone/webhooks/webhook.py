"""Requests to the app, its responses, and errors."""

import json
from dataclasses import dataclass
from http import HTTPStatus

PROBLEM_TYPE = "application/problem+json"
PROBLEM_LIMIT = 500
"""How many characters of an app's error to show."""


class WebhookError(Exception):
    """A webhook failed; `code` is the one that Twilio's debugger shows.

    `url` is the invalid URL, or "" if the requested URL failed.
    """

    def __init__(self, code: int, message: str, url: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.url = url


@dataclass(frozen=True)
class Webhook:
    """What to request and why; `resource_sid` is the text or call that it belongs to."""

    resource_sid: str
    purpose: str
    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()
    signed: bool = True


@dataclass(frozen=True)
class Answer:
    """A response. `url` is the last one after redirects; relative URLs resolve against it.

    It keeps its password and fragment, but not the fields of a GET. `finding` says what is wrong
    with a rejected signature, or "" if that is unknown.
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
        """The detail of a server error in the format of RFC 9457, or "" for any other response.

        A 403 is left out, because it names the checked URL, which may contain phone numbers.
        """
        if self.status < HTTPStatus.INTERNAL_SERVER_ERROR or self.content_type != PROBLEM_TYPE:
            return ""
        try:
            detail = json.loads(self.body)["detail"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return ""
        return detail[:PROBLEM_LIMIT] if isinstance(detail, str) else ""

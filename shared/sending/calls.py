"""Outgoing calls: check the caller's input and build the request to Twilio."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from twilio.twiml.voice_response import VoiceResponse

from shared.answers import hello
from shared.config.guard_settings import GuardSettings
from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.guards.documents import Reach, reach_of
from shared.http.inputs import Inputs, required
from shared.http.urls import PublicUrls
from shared.http.web_addresses import twiml_url
from shared.phone_numbers import parse_number
from shared.sending import call_options
from shared.sending.call_options import CallOptions
from shared.xml_text import is_xml_text

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.call import CallInstance

    from shared.sending.claim import IdempotencyClaim
    from shared.sending.lookups import Listed, Lookups

# Twilio's limit for a document inside the request.
MAX_TWIML_CHARS = 4000
REPORTED_EVENTS = ("initiated", "ringing", "answered", "completed")
# "absent" is an empty recording; the start of one isn't worth a report.
REPORTED_RECORDINGS = ("completed", "absent")

FIELDS = ("to", "from", "message", "twiml", "url", *call_options.FIELDS)
CONTENT_FIELDS = ("message", "twiml", "url")


@dataclass(frozen=True, kw_only=True)
class CallRequest:
    """One outgoing call, ready to place.

    `to` and `sender` are E.164; without `sender`, the call comes from the app's own number. The
    call follows the document `twiml`, or the one at `url`, or else the app's TwimlHello.
    """

    to: str
    sender: str | None = None
    twiml: str | None = None
    url: str | None = None
    options: CallOptions = field(default_factory=CallOptions)

    @classmethod
    def from_inputs(cls, inputs: Inputs, config: Settings) -> "CallRequest":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the invalid one."""
        region = config.default_region
        to = parse_number(required(inputs.number("to"), "to"), region=region, field="to")
        sender = inputs.number("from")
        if sender is not None:
            sender = parse_number(sender, region=region, field="from")
        given = [name for name in CONTENT_FIELDS if inputs.text(name) is not None]
        if len(given) > 1:
            raise InvalidRequestError(
                "Send only one of `message`, `twiml`, and `url`.",
                field=given[1],
            )
        url = inputs.text("url")
        if url is not None:
            url = twiml_url(url, has_local_stack=bool(config.local_stack_url), field="url")
        options = CallOptions.from_inputs(inputs)
        return cls(to=to, sender=sender, twiml=_twiml(inputs), url=url, options=options)

    @property
    def kind(self) -> Literal["call"]:
        """See Outgoing."""
        return "call"

    @property
    def messaging_service_sid(self) -> None:
        """None: calls don't use messaging services."""
        return None

    @property
    def segments(self) -> int:
        """0: a call has no segments."""
        return 0

    @cached_property
    def reach(self) -> Reach | None:
        """See Outgoing."""
        if self.url is not None:
            return Reach("url", addresses=(self.url,))
        return reach_of(self.twiml, field="twiml") if self.twiml else None

    def with_sender(self, config: Settings) -> "CallRequest":
        """See Request: the default sender is the app's number."""
        config.require(*config.rest_secrets, from_number=not self.sender, public_url=True)
        return self if self.sender else replace(self, sender=config.from_number)

    def require_possible(self, now: datetime, guards: GuardSettings) -> None:
        """See Request."""
        self.options.require_allowed(guards)

    def creation(
        self, urls: PublicUrls, request_url: str, reference: str, guards: GuardSettings
    ) -> "Callable[[Client], Awaitable[CallInstance]]":
        """See Request: OnCallStatus gets the reports, OnRecording those about a recording."""
        parameters: dict[str, Any] = {
            "from_": self.sender,
            **self._content(urls, request_url),
            **self.options.parameters(guards),
            **self._reports(urls, request_url, reference),
        }
        return lambda client: client.calls.create_async(to=self.to, **parameters)

    async def find(self, lookups: "Lookups", claim: "IdempotencyClaim") -> "Listed | None":
        """See Request."""
        return await lookups.call(claim, to=self.to)

    def _content(self, urls: PublicUrls, request_url: str) -> dict[str, Any]:
        """Return the call's document or its URL; include our own if Twilio can't fetch it."""
        if self.twiml is not None:
            return {"twiml": self.twiml}
        if self.url is not None:
            return {"url": self.url}
        if urls.reachable:
            return {"url": urls.of_function("TwimlHello", request_url)}
        return {"twiml": str(hello.greeting())}

    def _reports(self, urls: PublicUrls, request_url: str, reference: str) -> dict[str, Any]:
        status_callback = urls.of_report("OnCallStatus", request_url, reference)
        if status_callback is None:
            return {}
        reports: dict[str, Any] = {
            "status_callback": status_callback,
            "status_callback_event": list(REPORTED_EVENTS),
        }
        if self.options.record:
            reports |= {
                "recording_status_callback": urls.of_function("OnRecording", request_url),
                "recording_status_callback_event": list(REPORTED_RECORDINGS),
            }
        return reports


def _twiml(inputs: Inputs) -> str | None:
    """Return the document to include: `twiml`, or one that says `message`."""
    message, twiml = inputs.text("message"), inputs.text("twiml")
    if message is not None:
        return _sendable(_spoken(message), "message")
    if twiml is not None:
        # Twilio refuses whitespace before the XML declaration.
        document = _sendable(twiml.removeprefix("\ufeff").strip(), "twiml")
        reach_of(document, field="twiml")
        return document
    return None


def _spoken(message: str) -> str:
    """Return a document that says `message` and hangs up."""
    if not message.strip():
        raise InvalidRequestError("`message` must not be blank.", field="message")
    if not is_xml_text(message):
        raise InvalidRequestError("`message` must not contain control characters.", field="message")
    response = VoiceResponse()
    response.say(message)
    return str(response)


def _sendable(document: str, field: str) -> str:
    if len(document) > MAX_TWIML_CHARS:
        verb = "is" if field == "twiml" else "produces"
        raise InvalidRequestError(
            f"`{field}` {verb} {len(document)} characters of TwiML; "
            f"Twilio's limit is {MAX_TWIML_CHARS}.",
            field=field,
        )
    if not is_xml_text(document):
        raise InvalidRequestError(f"`{field}` must not contain control characters.", field=field)
    return document

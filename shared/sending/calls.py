"""Phone calls: what callers ask for, checked, and how it is handed to Twilio."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twilio.twiml.voice_response import VoiceResponse

from shared.answers import hello
from shared.config.settings import Settings
from shared.errors import InvalidRequestError
from shared.guards.documents import addresses_in, numbers_in
from shared.guards.guards import Guards, Outgoing
from shared.http.idempotency import Key
from shared.http.inputs import Inputs, required
from shared.http.public_urls import PublicUrls
from shared.http.web_addresses import twiml_url
from shared.phone_numbers import parse_number
from shared.sending import call_options
from shared.sending.call_options import CallOptions
from shared.sending.claims import Claim
from shared.sending.lookups import Listed, Lookups
from shared.sending.once import Accepted, Send, Sends
from shared.twilio_api.account import TwilioAccount, present
from shared.xml_text import is_xml_text

if TYPE_CHECKING:
    from twilio.rest import Client
    from twilio.rest.api.v2010.account.call import CallInstance

# Twilio's limit for a document that travels with the request.
MAX_TWIML_CHARS = 4000
REPORTED_EVENTS = ("initiated", "ringing", "answered", "completed")
# A recording that turned out empty is reported too; that it has begun is no news.
REPORTED_RECORDINGS = ("completed", "absent")

FIELDS = ("to", "from", "message", "twiml", "url", *call_options.FIELDS)
CONTENT_FIELDS = ("message", "twiml", "url")


@dataclass(frozen=True, kw_only=True)
class CallRequest:
    """One outgoing call, ready to place.

    `to` and `sender` are E.164; without `sender` the app's own number calls. `twiml` is the
    document the call follows, `url` where Twilio fetches it: at most one is given. With neither,
    the call follows the app's TwimlHello.
    """

    to: str
    sender: str | None = None
    twiml: str | None = None
    url: str | None = None
    options: CallOptions = field(default_factory=CallOptions)

    @classmethod
    def from_inputs(cls, inputs: Inputs, config: Settings) -> "CallRequest":
        """Check the inputs `FIELDS`; raise InvalidRequestError naming the one at fault."""
        region = config.default_region
        to = parse_number(required(inputs.number("to"), "to"), region=region, field="to")
        sender = inputs.number("from")
        if sender is not None:
            sender = parse_number(sender, region=region, field="from")
        given = [name for name in CONTENT_FIELDS if inputs.text(name) is not None]
        if len(given) > 1:
            raise InvalidRequestError(
                f"only one of {', '.join(CONTENT_FIELDS)} may be given", field=given[1]
            )
        url = inputs.text("url")
        if url is not None:
            url = twiml_url(url, has_local_stack=bool(config.local_stack_url), field="url")
        options = CallOptions.from_inputs(inputs)
        return cls(to=to, sender=sender, twiml=_twiml(inputs), url=url, options=options)

    @property
    def dialled(self) -> tuple[str, ...]:
        """The numbers (E.164) that the document dials or texts, as far as it is known here."""
        return numbers_in(self.twiml, field="twiml", called=self.to) if self.twiml else ()

    @property
    def documents(self) -> tuple[tuple[str, str], ...]:
        """Where the call's TwiML, or more of it, is: the input that has the URL, and the URL."""
        if self.url is not None:
            return (("url", self.url),)
        addresses = addresses_in(self.twiml, field="twiml") if self.twiml else ()
        return tuple(("twiml", address) for address in addresses)


@dataclass(frozen=True, kw_only=True)
class PlacedCall:
    """A call that Twilio has accepted.

    `is_replay`: it was placed by an earlier request with the same key. `is_dry_run`: it was checked
    and not placed, as the setting DRY_RUN wants.
    """

    sid: str
    status: str
    sender: str
    to: str
    is_replay: bool = False
    is_dry_run: bool = False

    def to_json(self) -> dict[str, object]:
        """The answer of PlaceCall; without a `sid` where nobody was called."""
        return {"sid": self.sid or None, "status": self.status, "from": self.sender, "to": self.to}


class Caller:
    """Places calls from the app's account."""

    def __init__(
        self,
        account: TwilioAccount,
        config: Settings,
        urls: PublicUrls,
        sends: Sends,
        guards: Guards,
    ) -> None:
        self._account = account
        self._guards = guards
        self._config = config
        self._urls = urls
        self._sends = sends

    async def place(
        self, call: CallRequest, request_url: str, key: Key | None = None
    ) -> PlacedCall:
        """Hand a call to Twilio, once for each key; reports go beside `request_url`.

        That is OnCallStatus, and OnRecording for a recording. Raise what Sends and Guards raise.
        """
        config = self._config
        config.require(*config.rest_secrets, from_number=not call.sender, public_url=True)
        sender = call.sender or config.from_number
        dialled = call.dialled
        outgoing = Outgoing(
            call.to, "call", 1 + len(dialled), dialled=dialled, documents=call.documents
        )
        if config.guards.dry_run:
            call.options.require_allowed(config.guards)
            self._guards.check(outgoing)
            return PlacedCall(sid="", status="dry_run", sender=sender, to=call.to, is_dry_run=True)

        async def create(reference: str) -> Accepted:
            call.options.require_allowed(config.guards)
            async with self._guards.admitted(outgoing):
                return await self._create(call, sender, request_url, reference)

        async def find(lookups: Lookups, claim: Claim) -> Listed | None:
            return await lookups.call(claim, to=call.to)

        placed = await self._sends.once(Send(create=create, find=find, sender=sender), key)
        return PlacedCall(
            sid=placed.sid,
            status=placed.status,
            sender=placed.sender,
            to=call.to,
            is_replay=placed.is_replay,
        )

    async def _create(
        self, call: CallRequest, sender: str, request_url: str, reference: str
    ) -> Accepted:
        parameters: dict[str, Any] = {
            **self._content(call, request_url),
            **call.options.parameters(self._config.guards),
            **self._reports(call, request_url, reference),
        }

        async def create(client: "Client") -> "CallInstance":
            return await client.calls.create_async(to=call.to, from_=sender, **parameters)

        placed = await self._account.run(create)
        # The SDK hides Twilio's own `from` of a call.
        return Accepted(present(placed.sid), present(placed.status), sender)

    def _content(self, call: CallRequest, request_url: str) -> dict[str, Any]:
        """What the call follows; a document of our own goes along when Twilio cannot fetch it."""
        if call.twiml is not None:
            return {"twiml": call.twiml}
        if call.url is not None:
            return {"url": call.url}
        if self._urls.reachable:
            return {"url": self._urls.of_function("TwimlHello", request_url)}
        return {"twiml": str(hello.greeting())}

    def _reports(self, call: CallRequest, request_url: str, reference: str) -> dict[str, Any]:
        status_callback = self._urls.of_report("OnCallStatus", request_url, reference)
        if status_callback is None:
            return {}
        reports: dict[str, Any] = {
            "status_callback": status_callback,
            "status_callback_event": list(REPORTED_EVENTS),
        }
        if call.options.record:
            reports |= {
                "recording_status_callback": self._urls.of_function("OnRecording", request_url),
                "recording_status_callback_event": list(REPORTED_RECORDINGS),
            }
        return reports


def _twiml(inputs: Inputs) -> str | None:
    """The document to send along: the one given, or one that speaks the message given."""
    message, twiml = inputs.text("message"), inputs.text("twiml")
    if message is not None:
        return _sendable(_spoken(message), "message")
    if twiml is not None:
        # Twilio refuses a blank before the declaration.
        document = _sendable(twiml.removeprefix("\ufeff").strip(), "twiml")
        numbers_in(document, field="twiml")
        return document
    return None


def _spoken(message: str) -> str:
    """A document that says `message` and hangs up."""
    if not message.strip():
        raise InvalidRequestError("`message` must not be blank", field="message")
    if not is_xml_text(message):
        raise InvalidRequestError("`message` must not contain control characters", field="message")
    response = VoiceResponse()
    response.say(message)
    return str(response)


def _sendable(document: str, field: str) -> str:
    if len(document) > MAX_TWIML_CHARS:
        raise InvalidRequestError(
            f"`{field}` makes a document of {len(document)} characters; "
            f"Twilio takes up to {MAX_TWIML_CHARS}",
            field=field,
        )
    if not is_xml_text(document):
        raise InvalidRequestError(f"`{field}` must not contain control characters", field=field)
    return document

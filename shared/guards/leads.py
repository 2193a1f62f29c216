"""Whom a call reaches by all that its document, or its URL, leads to."""

from collections.abc import Iterable

from shared.answers.parameters import is_url, percent_encoded
from shared.errors import InvalidRequestError
from shared.guards.addresses import MAX_ROUNDS, require_plain
from shared.guards.destinations import Destinations
from shared.guards.documents import MAX_NUMBERS, Reach, Text
from shared.guards.hosts import TwimlHosts
from shared.guards.twimlets import Lead, lead_of
from shared.http.form_encoding import Pairs, read_pairs
from shared.http.request_parts import MAX_FIELDS
from shared.http.twilio_fields import is_twilio_field
from shared.http.urls import query_of
from shared.xml_text import is_xml_text

# It answers texts.
REPLY = "twimlreply"
# The parameter of the Twimlets whose words are said, unless it is the URL of a sound.
SAID = "Message"


class Leads:
    """Follows addresses to the app's own functions, and on to what stands in their queries.

    What another host answers is not known, nor what a function does that the app's owner has
    written.
    """

    def __init__(self, hosts: TwimlHosts, destinations: Destinations) -> None:
        self._hosts = hosts
        self._destinations = destinations

    def followed(self, reach: Reach) -> Reach:
        """Return whom a document reaches by itself and by its addresses, each followed once.

        Raise NotAllowedError or InvalidRequestError, naming the document's input, for an address
        that must not be followed.
        """
        field, dialed, texts = reach.field, [*reach.dialed], [*reach.texts]
        for address in reach.addresses:
            require_plain(address, field)
        addresses = [*reach.addresses]
        for _ in range(MAX_ROUNDS):
            leads = [self._lead(address, field) for address in addresses]
            called = [number for lead in leads for number in lead.dialed]
            texted = [number for lead in leads for number in lead.texted]
            if len({*dialed, *(text.to for text in texts), *called, *texted}) > MAX_NUMBERS:
                raise InvalidRequestError(
                    f"`{field}` reaches more than {MAX_NUMBERS} phone numbers. Use fewer.",
                    field=field,
                )
            dialed += self._numbers(called, field)
            texts += [Text(number, 1) for number in self._numbers(texted, field)]
            addresses = [address for lead in leads for address in lead.addresses if address]
        if addresses:
            raise InvalidRequestError(
                f"`{field}` goes through more than {MAX_ROUNDS} steps. Use fewer.", field=field
            )
        return reach._replace(dialed=tuple(dialed), texts=tuple(texts))

    def _lead(self, address: str, field: str) -> Lead:
        """What the function at an address leads to; nothing for one that is not known."""
        function = self._hosts.function_of(address, field)
        if function == REPLY:
            raise InvalidRequestError(
                f"`{field}` points to TwimlReply, which answers texts, not calls. Remove it.",
                field=field,
            )
        query = _pairs(query_of(address), field) if function else []
        for name, _ in query:
            if is_twilio_field(name):
                raise InvalidRequestError(
                    f"`{field}` has {name} in the query of one of this app's functions, but only "
                    "Twilio may send that field. Remove it.",
                    field=field,
                )
        lead = lead_of(function, query)
        if lead is None:  # who reads this address, and how, is not known here
            self._hosts.require(address, field)
            return Lead()
        self._require_readable(query, {*lead.addresses}, field)
        return lead

    def _require_readable(self, query: Pairs, followed: set[str], field: str) -> None:
        """Raise for a query that its Twimlet might use in another way than it is read here.

        Where it leads is followed, and words that are said lead nowhere. All the rest, be it of use
        to the Twimlet or not, is held to the rules of an address.
        """
        for name, value in query:
            self._hosts.require(name, field)
            if name.partition("[")[0] == SAID and not is_url(value.strip()):
                _require_sayable(value, field)
            elif percent_encoded(value.strip()) not in followed:
                self._hosts.require(value, field)

    def _numbers(self, written: Iterable[str], field: str) -> list[str]:
        return [self._destinations.in_e164(number, field) for number in written]


def _require_sayable(words: str, field: str) -> None:
    if not is_xml_text(words) or "\ufffd" in words:
        raise InvalidRequestError(
            f"`{field}` has a {SAID} that contains a control character or bytes that aren't UTF-8. "
            "Remove them.",
            field=field,
        )


def _pairs(query: str, field: str) -> Pairs:
    """Names and values, decoded as those of a request to the function are."""
    try:
        return read_pairs(query, max_fields=MAX_FIELDS, errors="replace")
    except ValueError as error:
        raise InvalidRequestError(
            f"`{field}` has a URL with more than {MAX_FIELDS} parameters, or with too many percent "
            "signs that encode nothing. Use fewer.",
            field=field,
        ) from error

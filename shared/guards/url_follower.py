"""Find the numbers that a call contacts through the URLs in its document, step by step."""

from collections.abc import Iterable

from shared.answers.parameters import is_url, percent_encoded
from shared.errors import InvalidRequestError
from shared.guards.addresses import MAX_ROUNDS, require_plain
from shared.guards.destinations import Destinations
from shared.guards.documents import MAX_NUMBERS, Reach, Text
from shared.guards.hosts import TwimlHosts
from shared.guards.twimlets import Contacts, contacts_of
from shared.http.form_encoding import Pairs, read_pairs
from shared.http.request_parts import MAX_FIELDS
from shared.http.twilio_fields import is_twilio_field
from shared.http.urls import query_of
from shared.xml_text import is_xml_text

# This function answers texts.
REPLY = "twimlreply"
# The Twimlets' parameter with the words to say, unless it is the URL of a sound.
SAID = "Message"


class UrlFollower:
    """Follow URLs to the app's own functions, and from there to the URLs in their queries.

    It can't know what another host returns, or what a function written by the app's owner does.
    """

    def __init__(self, hosts: TwimlHosts, destinations: Destinations) -> None:
        self._hosts = hosts
        self._destinations = destinations

    def follow(self, reach: Reach) -> Reach:
        """Return all contacts of a document, direct and through its URLs; follow each URL once.

        Raise NotAllowedError or InvalidRequestError, with the document's field, for a URL that
        must not be followed.
        """
        field, dialed, texts = reach.field, [*reach.dialed], [*reach.texts]
        others = reach.others
        for address in reach.addresses:
            require_plain(address, field)
        addresses = [*reach.addresses]
        for _ in range(MAX_ROUNDS):
            found = [self._contacts(address, field) for address in addresses]
            called = [number for contacts in found for number in contacts.dialed]
            texted = [number for contacts in found for number in contacts.texted]
            if len({*dialed, *(text.to for text in texts), *called, *texted}) > MAX_NUMBERS:
                raise InvalidRequestError(
                    f"`{field}` reaches more than {MAX_NUMBERS} phone numbers. Use fewer.",
                    field=field,
                )
            dialed += self._numbers(called, field)
            others += sum(len(contacts.browsers) for contacts in found)
            texts += [Text(number, 1) for number in self._numbers(texted, field)]
            addresses = [address for contacts in found for address in contacts.addresses if address]
        if addresses:
            raise InvalidRequestError(
                f"`{field}` goes through more than {MAX_ROUNDS} steps. Use fewer.", field=field
            )
        return reach._replace(dialed=tuple(dialed), others=others, texts=tuple(texts))

    def _contacts(self, address: str, field: str) -> Contacts:
        """Return what the function at a URL contacts; nothing for an unknown one."""
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
        contacts = contacts_of(function, query)
        if contacts is None:  # not a Twimlet: there is no way to tell how its URL is read
            self._hosts.require(address, field)
            return Contacts()
        self._require_readable(query, {*contacts.addresses, *contacts.browsers}, field)
        return contacts

    def _require_readable(self, query: Pairs, followed: set[str], field: str) -> None:
        """Raise an error for a query that the Twimlet might read differently from this app.

        URLs in it are followed, and words to say go nowhere. Check everything else like a URL,
        whether the Twimlet uses it or not.
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
    """Decode a query like that of a request to the function."""
    try:
        return read_pairs(query, max_fields=MAX_FIELDS, errors="replace")
    except ValueError as error:
        raise InvalidRequestError(
            f"`{field}` has a URL with more than {MAX_FIELDS} parameters, or with too many percent "
            "signs that encode nothing. Use fewer.",
            field=field,
        ) from error

"""What the app's own Twimlets contact, parsed from their queries with their own code."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from shared.answers.agent import Agent
from shared.answers.browsers import PREFIX, identity_of
from shared.answers.client import Client
from shared.answers.conference import MAX_TEXTS, Conference
from shared.answers.dialing import Dialing
from shared.answers.forward import Forward
from shared.answers.hold_music import HoldMusic
from shared.answers.menu import Menu
from shared.answers.parameters import Pairs, entries, is_url, percent_encoded
from shared.answers.queue import Queue
from shared.answers.voicemail import Voicemail
from shared.answers.whisper import Whisper


class Contacts(NamedTuple):
    """The numbers that a Twimlet dials and texts, as written, and the URLs in its query.

    `browsers` are addresses such as `client:ann`, which it dials too. `addresses` include those of
    sounds; ignore "". Each text is one segment.
    """

    dialed: Sequence[str] = ()
    browsers: Sequence[str] = ()
    texted: Sequence[str] = ()
    addresses: Sequence[str] = ()


def contacts_of(function: str, query: Pairs) -> Contacts | None:
    """Return the contacts of a function, by its name in lower case; None if it isn't a Twimlet."""
    read = _READERS.get(function)
    return read(query) if read else None


def _agent(query: Pairs) -> Contacts:
    return Contacts(addresses=_sounds(Agent.from_query(query).message))


def _client(query: Pairs) -> Contacts:
    wanted = Client.from_query(query)
    browsers = [PREFIX + wanted.identity] if wanted.identity else ()
    return Contacts(browsers=browsers, addresses=[wanted.fail_url])


def _client_outgoing(query: Pairs) -> Contacts:
    """Return nothing: it only dials for browsers, and no browser calls in the app's own calls."""
    return Contacts()


def _conference(query: Pairs) -> Contacts:
    wanted = Conference.from_query(query)
    texted = wanted.moderators[:MAX_TEXTS] if wanted.texts_moderators else ()
    return Contacts(texted=texted, addresses=[*_sounds(wanted.message), wanted.wait_url])


def _forward(query: Pairs) -> Contacts:
    wanted = Forward.from_query(query)
    return _parties(wanted.phone_numbers, [wanted.fail_url])


def _dialing_one(query: Pairs) -> Contacts:
    return _dialing(Dialing.from_query(query, "PhoneNumber"))


def _dialing_several(query: Pairs) -> Contacts:
    return _dialing(Dialing.from_query(query, "PhoneNumbers"))


def _dialing(wanted: Dialing) -> Contacts:
    addresses = [*_sounds(wanted.message), wanted.fail_url]
    return _parties(wanted.phone_numbers, addresses)


def _parties(written: Sequence[str], addresses: Sequence[str]) -> Contacts:
    browsers = [party for party in written if identity_of(party)]
    phones = [party for party in written if not identity_of(party)]
    return Contacts(dialed=phones, browsers=browsers, addresses=addresses)


def _hold_music(query: Pairs) -> Contacts:
    wanted = HoldMusic.from_query(query)
    return Contacts(addresses=[*wanted.tracks, *_sounds(wanted.message)])


def _menu(query: Pairs) -> Contacts:
    wanted = Menu.from_query(query)
    return Contacts(addresses=[*_sounds(wanted.message), *wanted.options.values()])


def _message(query: Pairs) -> Contacts:
    return Contacts(addresses=_sounds(*entries(query, "Message")))


def _queue(query: Pairs) -> Contacts:
    wanted = Queue.from_query(query)
    return Contacts(addresses=[*_sounds(wanted.message), *wanted.tracks])


def _voicemail(query: Pairs) -> Contacts:
    """Return its sounds only; the text to its owner counts when it is sent."""
    return Contacts(addresses=_sounds(Voicemail.from_query(query).message))


def _whisper(query: Pairs) -> Contacts:
    return Contacts(addresses=_sounds(Whisper.from_query(query).message))


def _sounds(*messages: str) -> list[str]:
    """Return the messages that are URLs of sounds."""
    return [percent_encoded(message) for message in messages if is_url(message)]


_READERS: Mapping[str, Callable[[Pairs], Contacts]] = {
    "twimlagent": _agent,
    "twimlcallme": _dialing_one,
    "twimlclient": _client,
    "twimlclientoutgoing": _client_outgoing,
    "twimlconference": _conference,
    "twimlfindme": _dialing_several,
    "twimlforward": _forward,
    "twimlhello": lambda query: Contacts(),
    "twimlholdmusic": _hold_music,
    "twimlmenu": _menu,
    "twimlmessage": _message,
    "twimlqueue": _queue,
    "twimlsimulring": _dialing_several,
    "twimlvoicemail": _voicemail,
    "twimlwhisper": _whisper,
}

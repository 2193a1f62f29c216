"""Check the answers to calls that the app placed itself."""

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from shared.answers.redirection import Redirection
from shared.errors import InvalidRequestError
from shared.guards.documents import reach_of
from shared.guards.hosts import SETTING, TwimlHosts
from shared.webhooks.verifier import OUTGOING

if TYPE_CHECKING:
    from twilio.twiml import TwiML

log = logging.getLogger(__name__)

type Answer = "TwiML | Redirection | str"


def kept_inside(answer: Answer, hosts: TwimlHosts, function: str) -> Answer:
    """Return an answer if it uses only allowed hosts; otherwise log it and return an apology.

    PlaceCall rejects other hosts first; this catches what gets past it. An owner who forwards
    incoming calls to another host means it, but a caller of PlaceCall may have a stolen key.
    """
    if _leads_elsewhere(answer, hosts):
        from shared.answers.spoken import apology

        log.warning("%s: kept an outgoing call from using another host: %s", function, SETTING)
        return apology("it points to a host that this app isn't allowed to use")
    if isinstance(answer, Redirection) and hosts.is_own(answer.location):
        return Redirection(_marked(answer.location))
    return answer


def _leads_elsewhere(answer: Answer, hosts: TwimlHosts) -> bool:
    if isinstance(answer, Redirection):
        return hosts.leads_elsewhere(answer.location)
    try:
        addresses = reach_of(str(answer), field="answer").addresses
    except InvalidRequestError:  # there is no way to tell where it goes
        return not hosts.has_every_host
    return any(hosts.leads_elsewhere(address) for address in addresses)


def _marked(location: str) -> str:
    """Mark the URL as an outgoing call, because after a redirect Twilio doesn't send that."""
    url, sharp, fragment = location.partition("#")
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'Direction': OUTGOING})}{sharp}{fragment}"

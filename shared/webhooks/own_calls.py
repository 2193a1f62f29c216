"""Answers to the calls that the app has placed itself."""

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
    """Return an answer if it leads to no host that is not allowed, else an apology.

    PlaceCall refuses such hosts before; what gets past it ends here, with a line in the log. An
    owner who forwards incoming calls to another host wants that; who places a call may be a thief.
    """
    if _leads_elsewhere(answer, hosts):
        from shared.answers.spoken import apology

        log.warning("%s: kept an outgoing call from using another host: %s", function, SETTING)
        return apology("it points to a host that this app may not get TwiML from")
    if isinstance(answer, Redirection) and hosts.is_own(answer.location):
        return Redirection(_marked(answer.location))
    return answer


def _leads_elsewhere(answer: Answer, hosts: TwimlHosts) -> bool:
    if isinstance(answer, Redirection):
        return hosts.leads_elsewhere(answer.location)
    try:
        addresses = reach_of(str(answer), field="answer").addresses
    except InvalidRequestError:  # then it is not known where it leads
        return not hosts.has_every_host
    return any(hosts.leads_elsewhere(address) for address in addresses)


def _marked(location: str) -> str:
    """The URL with the mark of an outgoing call: behind a redirection Twilio tells nothing."""
    url, sharp, fragment = location.partition("#")
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'Direction': OUTGOING})}{sharp}{fragment}"

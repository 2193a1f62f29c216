"""Connection overrides: the part of a webhook's URL after #.

It is neither sent nor signed (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
"""

import re
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote, urlsplit

from deskphone.webhooks.webhook import WebhookError

Trouble = Literal["ct", "rt", "4xx", "5xx", "broken", "partial"]
"""Why an attempt failed: no connection, a read timeout, a status, or a cut-off response.

With `partial`, the response had already begun: such an attempt is never retried.
"""

LIMITS = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}
"""The minimum and maximum of each number; times are in ms."""
POLICIES = frozenset({"4xx", "5xx", "ct", "rt", "all"})
EDGES = frozenset(
    "ashburn dublin frankfurt sao-paulo singapore sydney tokyo umatilla".split()  # noqa: SIM905 - easier to read
)
EDGE_NAME = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True)
class Connection:
    """How one webhook is requested; times are in ms.

    `own_total` says whether the URL sets the total, and `ignored` names invalid settings.
    """

    ct: int = 5000
    rt: int = 15_000
    tt: int = 15_000
    rc: int = 1
    rp: frozenset[str] = frozenset({"ct"})
    own_total: bool = False
    ignored: tuple[str, ...] = ()

    def repeats(self, trouble: Trouble) -> bool:
        """Whether to retry after this trouble, if attempts are left."""
        return trouble in self.rp or ("all" in self.rp and trouble != "partial")


def connection_of(url: str) -> Connection:
    """Return the settings of a URL's fragment.

    Raise WebhookError for an invalid edge (11240, 11241, 11242) or retry policy (11243).
    """
    connection = Connection()
    for pair in filter(None, urlsplit(url).fragment.split("&")):
        name, _, value = pair.partition("=")
        connection = _with(connection, unquote(name), unquote(value))
    return connection


def _with(connection: Connection, name: str, value: str) -> Connection:
    match name:
        case "ct" | "rt" | "tt" | "rc" if _is_within(value, *LIMITS[name]):
            changed = replace(connection, **{name: int(value)})
            return replace(changed, own_total=True) if name == "tt" else changed
        case "rp":
            return replace(connection, rp=_policies(value))
        case "e":
            _check_edges(value)
            return connection
        case "sni" if value in ("y", "n"):
            return connection
        case _:
            return replace(connection, ignored=(*connection.ignored, name[:20]))


def _is_within(value: str, minimum: int, maximum: int) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,5}", value)) and minimum <= int(value) <= maximum


def _policies(value: str) -> frozenset[str]:
    policies = frozenset(value.split(","))
    if not policies <= POLICIES:
        raise WebhookError(11243, "The retry policy (rp) in the webhook's URL is invalid")
    return policies


def _check_edges(value: str) -> None:
    """Validate the edges, which have no effect here."""
    for edge in value.split(","):
        if not EDGE_NAME.fullmatch(edge):
            raise WebhookError(11240, "The edge (e) in the webhook's URL is invalid")
        if edge.removesuffix("-ix") not in EDGES:
            raise WebhookError(11241, "The edge (e) in the webhook's URL isn't one of Twilio's")
        if edge.endswith("-ix"):
            raise WebhookError(11242, "The account has no Twilio Interconnect")

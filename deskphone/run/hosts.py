"""Twilio's host names, and where their requests go in the emulator.

A host name is PRODUCT.twilio.com, PRODUCT.REGION.twilio.com or PRODUCT.EDGE.REGION.twilio.com
(twilio.com/docs/global-infrastructure).
"""

import re

from deskphone.rest.api import PREFIX
from deskphone.rest.auth_tokens import PREFIX as TOKENS_PREFIX
from deskphone.rest.other_products import is_rest

DOMAIN = ".twilio.com"
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}twilio\.com")
API_HOST = f"api{DOMAIN}"
OWN_PATHS = {"api": PREFIX, "accounts": TOKENS_PREFIX}
"""How paths begin that the emulator has under the same path, by product."""


def host_of(text: str) -> str:
    """Return the host name in a Host header or an authority, in lower case without its port."""
    name = text.rpartition(":")[0] if re.search(r":\d*$", text) else text
    return name.lower().rstrip(".")


def is_twilio(host: str) -> bool:
    """Whether a host name in lower case is one of Twilio's."""
    return HOST.fullmatch(host) is not None


def prefix_of(host: str, path: str) -> str:
    """Return what to put before a path of one of Twilio's hosts.

    The emulator answers 501 to other products, and names the product; or the host, if it isn't one.
    """
    product = host.partition(".")[0]
    if product in OWN_PATHS and path.startswith(OWN_PATHS[product]):
        return ""
    is_product = product != "api" and is_rest(f"/{product}{path}")
    return f"/{product}" if is_product else f"/{host}"

"""Twilio's edges: the one that a browser asked for, by the name of the host it connects to.

Sources: twilio.com/docs/global-infrastructure/edge-locations, and the SDK for the regions.
"""

import re
from collections.abc import Mapping

HOST = re.compile(r"voice-js\.([a-z0-9-]{1,40})\.twilio\.com")
NEAREST = "ashburn"
"""The edge of "roaming", which stands for the nearest one."""
REGIONS: Mapping[str, str] = {
    "ashburn": "US_EAST_VIRGINIA",
    "dublin": "EU_IRELAND",
    "frankfurt": "EU_FRANKFURT",
    "sao-paulo": "SOUTH_AMERICA_SAO_PAULO",
    "singapore": "ASIAPAC_SINGAPORE",
    "sydney": "ASIAPAC_SYDNEY",
    "tokyo": "ASIAPAC_TOKYO",
    "umatilla": "US_WEST_OREGON",
}
HOME = "us1"
"""The region that keeps the account's data."""


def edge_of(host: str) -> str:
    """Return the edge of a host such as voice-js.sydney.twilio.com, or the nearest one."""
    named = HOST.fullmatch(host)
    return named[1] if named and named[1] != "roaming" else NEAREST


def region_of(edge: str) -> str:
    """Return the region of an edge as Twilio names it."""
    return REGIONS.get(edge, REGIONS[NEAREST])
